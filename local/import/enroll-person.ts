import { hash } from 'node:crypto';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { enrollImages, type ReferenceFile } from '../../lib/blacklist/enroll-images.ts';
import { preparePicture } from '../../lib/blacklist/enroll-picture.ts';
import { keepImage } from '../../lib/blacklist/held-images.ts';
import { possibleDuplicates } from '../../lib/blacklist/possible-duplicates.ts';
import { EntryPictures } from '../../lib/blacklist/same-picture.ts';
import type { PossibleDuplicates } from '../../lib/contract/possible-duplicates.ts';
import { isUnusablePicture, NameTakenError, NoUsableImageError } from '../../lib/errors.ts';
import { measurePicture } from '../../lib/inputs/measure.ts';
import type { EnrollingPorts } from '../../lib/ports.ts';
import type { FoundPerson, PersonPicture } from './found-people.ts';

/** Pictures of a person that are read at a time. */
const batchSize = 16;

export interface EnrollSummary {
  personsListed: number;
  picturesAdded: number;
  picturesPresent: number;
  readonly remarks: string[];
  /** Files and folders of systems that were ignored. */
  readonly passedOver: ReadonlySet<string>;
  /** Messages, one for each pair of a person and a listed person who looks similar. */
  readonly duplicates: Map<string, string>;
}

/**
 * Lists a person. If the person is listed already, it adds the pictures that are missing. A picture gets the
 * id that the inbox gives it, so that neither enrolls it again after the other.
 * @param entryId id of the person's entry, if there is one
 * @param advance receives the number of pictures that were worked on since its last call
 * @throws BackendUnavailableError, ThrottledError, DiskFullError
 */
export async function enrollPerson(
  ports: EnrollingPorts,
  person: FoundPerson,
  entryId: number | undefined,
  summary: EnrollSummary,
  advance: (pictures: number) => void,
): Promise<void> {
  const listed = entryId === undefined ? undefined : await EntryPictures.of(ports, entryId);
  const seen = new Set<string>();
  let id = entryId;
  for (let start = 0; start < person.pictures.length; start += batchSize) {
    const files = person.pictures.slice(start, start + batchSize);
    const batch: ReferenceFile[] = [];
    for (const file of files) {
      const bytes = await readOrRemark(file, ports.faces.maxImageBytes, person, summary);
      if (!bytes) continue;
      if (await isPresent(ports, bytes, listed, seen)) summary.picturesPresent++;
      else batch.push({ fileName: file.name, bytes });
    }
    if (batch.length > 0) id = await enrollBatch(ports, person, id, batch, summary);
    advance(files.length);
  }
}

async function readOrRemark(
  file: PersonPicture,
  maxBytes: number,
  { name }: FoundPerson,
  { remarks }: EnrollSummary,
) {
  try {
    return await file.read(maxBytes);
  } catch (error) {
    if (!isUnusablePicture(error)) throw error;
    remarks.push(`${name}/${file.name}: ${error.message}`);
    return undefined;
  }
}

/**
 * Returns true if the entry has the picture, as it is or without metadata, or if this run had it before.
 * @param seen digests of the pictures of this run, to which this one's are added
 */
async function isPresent(
  ports: EnrollingPorts,
  bytes: Uint8Array,
  listed: EntryPictures | undefined,
  seen: Set<string>,
): Promise<boolean> {
  const forms = await formsOf(ports, bytes);
  const digests = forms.map((form) => hash('sha256', form));
  const isSeen = digests.some((digest) => seen.has(digest));
  for (const digest of digests) seen.add(digest);
  if (isSeen) return true;
  const present = await listed?.findAny(forms);
  return present !== undefined && keepImage(ports, present);
}

/** Returns the bytes that a file's picture may have where it is stored: as it is, and without metadata. */
async function formsOf(ports: EnrollingPorts, bytes: Uint8Array): Promise<readonly Uint8Array[]> {
  try {
    return (await preparePicture(ports, await measurePicture(bytes))).forms;
  } catch (error) {
    if (isUnusablePicture(error)) return [bytes];
    throw error;
  }
}

/** Returns the person's entry id, or `undefined` while no picture could be used. */
async function enrollBatch(
  ports: EnrollingPorts,
  { name, reason }: FoundPerson,
  entryId: number | undefined,
  batch: readonly ReferenceFile[],
  summary: EnrollSummary,
): Promise<number | undefined> {
  const note = (added: number, errors: readonly string[], duplicates: PossibleDuplicates = []) => {
    summary.picturesAdded += added;
    summary.remarks.push(...errors.map((error) => `${name}/${error}`));
    if (duplicates === null) summary.duplicates.set(name, `${name}: this could not be found out`);
    for (const { id, name: other, similarity } of duplicates ?? []) {
      const line = `${name}: ${other}, entry ${id}, similarity ${similarity.toFixed(1)}`;
      summary.duplicates.set(`${name}/${id}`, line);
    }
  };
  try {
    if (entryId !== undefined) {
      const added = await enrollImages(ports, entryId, batch, { identity: 'content' });
      note(added.enrolled, added.errors, await possibleDuplicates(ports, entryId, added.similar));
      return entryId;
    }
    const entry = await createEntry(ports, { name, reason }, batch, undefined, null, 'content');
    summary.personsListed++;
    note(entry.image_count, entry.errors, entry.possible_duplicates);
    summary.remarks.push(...(entry.warnings ?? []).map((warning) => `${name}: ${warning}`));
    return entry.id;
  } catch (error) {
    if (error instanceof NoUsableImageError) note(0, error.reasons);
    else if (error instanceof NameTakenError) summary.remarks.push(`${name}: ${error.message}`);
    else throw error;
    return entryId;
  }
}

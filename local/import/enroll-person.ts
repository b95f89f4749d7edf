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
  /** Lines about pictures that look like none of their person's others, by person and file. */
  readonly unlike: Map<string, string>;
  /** True to add these nevertheless; they are held back without it. */
  readonly takesUnlike: boolean;
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
  const hasPictures = (listed?.images.length ?? 0) > 0;
  const enrolling: Enrolling = { ports, person, summary, entryId, hasPictures, isRefused: false };
  let held: PersonPicture[] = [];
  for (let start = 0; start < person.pictures.length; start += batchSize) {
    const files = person.pictures.slice(start, start + batchSize);
    const batch: Batch = [];
    for (const picture of files) {
      const bytes = await readOrRemark(picture, ports.faces.maxImageBytes, person, summary);
      if (!bytes) continue;
      if (await isPresent(ports, bytes, listed, seen)) summary.picturesPresent++;
      else batch.push({ picture, bytes });
    }
    held.push(...(await enrollBatch(enrolling, batch)).map(({ picture }) => picture));
    advance(files.length);
  }
  // One may look like a picture that came after it.
  for (let before = Number.POSITIVE_INFINITY; held.length > 0 && held.length < before; ) {
    before = held.length;
    held = await enrollHeld(enrolling, held);
  }
}

/** A person whose pictures are being enrolled. */
interface Enrolling {
  readonly ports: EnrollingPorts;
  readonly person: FoundPerson;
  readonly summary: EnrollSummary;
  /** Id of the entry, once there is one. */
  entryId: number | undefined;
  /** True once the entry has a picture that others can be compared with. */
  hasPictures: boolean;
  /** True once the name turned out to be somebody else's. */
  isRefused: boolean;
}

type Batch = { readonly picture: PersonPicture; readonly bytes: Uint8Array }[];

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

/**
 * Enrolls pictures and returns those that were held back. The first of a person goes alone, so that the
 * others are compared with it.
 */
async function enrollBatch(enrolling: Enrolling, batch: Batch): Promise<Batch> {
  let first = 0;
  while (!enrolling.hasPictures && !enrolling.isRefused && first < batch.length) {
    const held = await enrollFiles(enrolling, batch.slice(first, first + 1));
    enrolling.hasPictures = enrolling.entryId !== undefined && held.length === 0;
    first += 1;
  }
  return enrollFiles(enrolling, batch.slice(first));
}

/** Enrolls files at the same time, notes what became of them, and returns those that were held back. */
async function enrollFiles(enrolling: Enrolling, batch: Batch): Promise<Batch> {
  const { ports, person, summary, entryId } = enrolling;
  const { name, reason } = person;
  if (batch.length === 0 || enrolling.isRefused) return [];
  const files = batch.map(({ picture, bytes }): ReferenceFile => ({ fileName: picture.name, bytes }));
  try {
    if (entryId !== undefined) {
      const added = await enrollImages(ports, entryId, files, { holdsUnlike: !summary.takesUnlike });
      const alike = await possibleDuplicates(ports, entryId, added.similar);
      note(enrolling, added.enrolled, added.errors, alike);
      const unlike = summary.takesUnlike ? added.unlike : added.held;
      for (const { label, similarity } of unlike)
        summary.unlike.set(`${name}/${label}`, `${name}/${label}: similarity ${similarity.toFixed(1)}`);
      return added.held.flatMap(({ place }) => batch[place] ?? []);
    }
    const entry = await createEntry(ports, { name, reason }, files, undefined, null, 'content');
    enrolling.entryId = entry.id;
    summary.personsListed++;
    note(enrolling, entry.image_count, entry.errors, entry.possible_duplicates);
    summary.remarks.push(...(entry.warnings ?? []).map((warning) => `${name}: ${warning}`));
  } catch (error) {
    if (error instanceof NoUsableImageError) note(enrolling, 0, error.reasons);
    else if (error instanceof NameTakenError) {
      summary.remarks.push(`${name}: ${error.message}`);
      enrolling.isRefused = true;
    } else throw error;
  }
  return [];
}

/** Enrolls pictures that were held back, since others have come after them. */
async function enrollHeld(enrolling: Enrolling, held: readonly PersonPicture[]): Promise<PersonPicture[]> {
  const { ports, person, summary } = enrolling;
  const still: PersonPicture[] = [];
  for (let start = 0; start < held.length; start += batchSize) {
    const batch: Batch = [];
    for (const picture of held.slice(start, start + batchSize)) {
      const bytes = await readOrRemark(picture, ports.faces.maxImageBytes, person, summary);
      summary.unlike.delete(`${person.name}/${picture.name}`);
      if (bytes) batch.push({ picture, bytes });
    }
    still.push(...(await enrollFiles(enrolling, batch)).map(({ picture }) => picture));
  }
  return still;
}

function note(
  { person: { name }, summary }: Enrolling,
  added: number,
  errors: readonly string[],
  duplicates: PossibleDuplicates = [],
): void {
  summary.picturesAdded += added;
  summary.remarks.push(...errors.map((error) => `${name}/${error}`));
  if (duplicates === null) summary.duplicates.set(name, `${name}: this could not be found out`);
  for (const { id, name: other, similarity, in_force } of duplicates ?? []) {
    const force = in_force === false ? ', suspended or expired' : '';
    const line = `${name}: ${other}, entry ${id}, similarity ${similarity.toFixed(1)}${force}`;
    summary.duplicates.set(`${name}/${id}`, line);
  }
}

import { hash } from 'node:crypto';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { enrollImages, type ReferenceFile } from '../../lib/blacklist/enroll-images.ts';
import { keepImage } from '../../lib/blacklist/held-images.ts';
import { possibleDuplicates } from '../../lib/blacklist/possible-duplicates.ts';
import { EntryPictures } from '../../lib/blacklist/same-picture.ts';
import {
  EntryNotFoundError,
  isUnusablePicture,
  NameTakenError,
  NoUsableImageError,
} from '../../lib/errors.ts';
import type { EnrollingPorts } from '../../lib/ports.ts';
import { arrangePictures } from './arrange-pictures.ts';
import {
  type Enrolling,
  holdBack,
  neededWords,
  note,
  noteDisagreement,
  noteOutOfForce,
} from './enroll-notes.ts';
import type { EnrollSummary } from './enroll-report.ts';
import type { FoundPerson, PersonPicture } from './found-people.ts';
import { formsOf } from './picture-copies.ts';

/** Pictures of a person that are read at a time. */
const batchSize = 16;

/**
 * Lists a person, by the pictures that agree. If the person is listed already, it adds the pictures that are
 * missing. A picture gets the id that the inbox gives it, so that neither enrolls it again after the other.
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
  const hasPictures = (listed?.images.length ?? 0) > 0;
  const arranged = hasPictures ? undefined : await arrangePictures(ports, person, summary.copies);
  const enrolling: Enrolling = {
    ...{ ports, person, summary, arranged, entryId, hasPictures, isRefused: false },
    ...{ seen: new Map(), seconds: [] },
  };
  const { pictures } = arranged ?? person;
  let held: PersonPicture[] = [];
  for (let start = 0; start < pictures.length; start += batchSize) {
    const files = pictures.slice(start, start + batchSize);
    const batch = await readMissing(enrolling, files, listed);
    held.push(...(await enrollBatch(enrolling, batch)).map(({ picture }) => picture));
    advance(files.length);
  }
  // One may look like a picture that came after it.
  for (let before = Number.POSITIVE_INFINITY; held.length > 0 && held.length < before; ) {
    before = held.length;
    held = await enrollHeld(enrolling, held);
  }
  await noteSeconds(enrolling);
  noteDisagreement(enrolling);
  await noteOutOfForce(enrolling);
  if (enrolling.entryId === undefined || enrolling.isRefused) summary.unlisted.push(person.name);
}

type Batch = { readonly picture: PersonPicture; readonly bytes: Uint8Array }[];

/** Reads pictures that the entry lacks, without copies of other people's. */
async function readMissing(
  enrolling: Enrolling,
  files: readonly PersonPicture[],
  listed: EntryPictures | undefined,
): Promise<Batch> {
  const { ports, person, summary, seconds } = enrolling;
  const batch: Batch = [];
  for (const picture of files) {
    const bytes = await readOrRemark(picture, ports.faces.maxImageBytes, person, summary);
    if (!bytes) continue;
    const { forms, fault } = await formsOf(ports, bytes);
    const first = fault === undefined ? firstCopy(enrolling, picture, forms) : undefined;
    if (first) seconds.push({ picture, first });
    else if (await isPresent(ports, forms, listed)) summary.picturesPresent++;
    else if (fault !== undefined) summary.remarks.push(`${person.name}/${picture.name}: ${fault}`);
    else if (!isHeldCopy(enrolling, picture)) batch.push({ picture, bytes });
  }
  return batch;
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

/** Finds the picture of this run of which another is a second copy; it notes one that is the first. */
function firstCopy(
  { seen }: Enrolling,
  picture: PersonPicture,
  forms: readonly Uint8Array[],
): PersonPicture | undefined {
  const digests = forms.map((form) => hash('sha256', form));
  const first = digests.map((digest) => seen.get(digest)).find((known) => known !== undefined);
  for (const digest of digests) seen.set(digest, first ?? picture);
  return first;
}

/** Returns true if the entry has the picture, as it is or without metadata. */
async function isPresent(
  ports: EnrollingPorts,
  forms: readonly Uint8Array[],
  listed: EntryPictures | undefined,
): Promise<boolean> {
  const present = await listed?.findAny(forms);
  return present !== undefined && keepImage(ports, present);
}

/** Tells of each second copy what became of the first: held back, there, or not taken. */
async function noteSeconds(enrolling: Enrolling): Promise<void> {
  const { ports, person, summary, entryId, seconds } = enrolling;
  if (seconds.length === 0) return;
  const listed = entryId === undefined ? undefined : await EntryPictures.of(ports, entryId);
  for (const { picture, first } of seconds) {
    if (!summary.takesUnlike && summary.unlike.has(`${person.name}/${first.name}`)) {
      holdBack(enrolling, picture, `the same file as ${first.name}, which is held back`);
      continue;
    }
    const bytes = await readOrRemark(picture, ports.faces.maxImageBytes, person, summary);
    if (!bytes) continue;
    const { forms } = await formsOf(ports, bytes);
    if (await isPresent(ports, forms, listed)) summary.picturesPresent++;
    else summary.remarks.push(`${person.name}/${picture.name}: It is the same file as ${first.name}.`);
  }
}

/**
 * Enrolls pictures and returns those that were held back. The first of a person goes alone, so that the
 * others are compared with it.
 */
async function enrollBatch(enrolling: Enrolling, batch: Batch): Promise<Batch> {
  let first = 0;
  while (!enrolling.hasPictures && !enrolling.isRefused && first < batch.length) {
    const [one] = batch.slice(first);
    if (!one || !mayDecide(enrolling, one.picture)) {
      for (const { picture } of batch.slice(first))
        holdBack(enrolling, picture, 'none that agree can be used');
      return [];
    }
    const held = await enrollFiles(enrolling, batch.slice(first, first + 1));
    enrolling.hasPictures = enrolling.entryId !== undefined && held.length === 0;
    if (enrolling.hasPictures) enrolling.first ??= one.picture.name;
    first += 1;
  }
  return enrollFiles(enrolling, batch.slice(first));
}

/** Returns true if a picture may be the one by which the person is listed. */
function mayDecide({ arranged, summary }: Enrolling, picture: PersonPicture): boolean {
  return summary.takesUnlike || !arranged || arranged.deciding.has(picture);
}

/** Holds a picture back if it is somebody else's too, and returns true if it does. */
function isHeldCopy(enrolling: Enrolling, picture: PersonPicture): boolean {
  const { summary, person } = enrolling;
  const others = summary.copies.othersWith(picture, person);
  if (others.length === 0 || summary.takesUnlike) return false;
  const names = others.map(
    ({ name, isOutOfForce }) => name + (isOutOfForce ? ' (suspended or expired)' : ''),
  );
  holdBack(enrolling, picture, `the same picture as one of ${names.join(', ')}`);
  return true;
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
      const needed = neededWords(ports);
      for (const { label, similarity } of unlike)
        summary.unlike.set(
          `${name}/${label}`,
          `${name}/${label}: similarity ${similarity.toFixed(1)}${needed}`,
        );
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
      summary.remarks.push(
        `${name}: Somebody else has listed the name meanwhile. Run it again to add the pictures.`,
      );
      enrolling.isRefused = true;
    } else if (error instanceof EntryNotFoundError) {
      summary.remarks.push(`${name}: The entry was deleted meanwhile. Run it again to list the person.`);
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

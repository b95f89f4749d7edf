import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isBrokenOff } from '../blacklist/broken-off.ts';
import { enrollPicture, type SimilarFaces, undo } from '../blacklist/enroll-images.ts';
import { shownFileName } from '../blacklist/file-name.ts';
import { possibleDuplicates } from '../blacklist/possible-duplicates.ts';
import { removeEntryEverywhere, removeImageEverywhere } from '../blacklist/remove.ts';
import { EntryName } from '../contract/fields.ts';
import type { PossibleDuplicates } from '../contract/possible-duplicates.ts';
import { BackendUnavailableError, EntryNotFoundError, isUnusablePicture, NameTakenError } from '../errors.ts';
import { pictureTooLarge } from '../inputs/too-large.ts';
import type { EnrollingPorts } from '../ports.ts';
import type { EntryRecord } from '../records/port.ts';
import { uuidOfHash } from '../uuid.ts';
import { type Inbox, inboxPrefix } from './port.ts';

export type IndexingPorts = EnrollingPorts & { readonly inbox: Inbox };

/** A picture that is a reference image now. */
export interface IndexedUpload {
  readonly entryId: number;
  readonly imageId: string;
  /** How many faces it shows, of which the largest was enrolled; `undefined` when the entry had the very picture already. */
  readonly faceCount: number | undefined;
}

interface UploadedPicture {
  readonly bytes: Uint8Array;
  readonly fileName: string | null;
}

type NewUpload = IndexedUpload & { readonly similar: SimilarFaces };

/** What became of an upload. */
export type UploadOutcome =
  | ({
      readonly outcome: 'enrolled';
      /** Others who are listed already and look like the person; `null` when that could not be found out. */
      readonly possibleDuplicates: PossibleDuplicates;
    } & IndexedUpload)
  | ({ readonly outcome: 'known' } & IndexedUpload)
  | { readonly outcome: 'gone' | 'ignored' }
  | { readonly outcome: 'rejected'; readonly reason: string };

/** How long one who needs a new entry waits for another who is making it. */
const entryAttempts = 50;
const entryPauseMs = 200;
const tryAgainSeconds = 5;

/** An upload lies where it does not say of whom it is; the message says why. */
class UnplacedError extends Error {}

/**
 * Makes the picture at `inbox/<entry id>/…` or `inbox/<name>/…` a reference image of that entry, or of a new one of that name, and takes
 * it out of the inbox. What can never be one is moved to `rejected/…`.
 *
 * It may be done several times, at the same moment too: the image's id comes from the entry and the picture, so that the same picture is
 * the same image. An entry or an image that is being made belongs to the one who makes it, and others wait or fail. One that is older than
 * any run lasts was left by a crash, and is removed.
 * @throws BackendUnavailableError when it is to be tried again later; the picture stays in the inbox.
 */
export async function indexUpload(ports: IndexingPorts, key: string): Promise<UploadOutcome> {
  const { faces, inbox } = ports;
  // S3's console makes a folder by an empty object of its name.
  if (key.endsWith('/')) return { outcome: 'ignored' };
  const file = await inbox.read(key, faces.maxImageBytes);
  if (!file) return { outcome: 'gone' };
  try {
    const { similar, ...indexed } = await indexPicture(ports, key, file.bytes);
    await inbox.remove(file);
    if (indexed.faceCount === undefined) return { outcome: 'known', ...indexed };
    const duplicates = await possibleDuplicates(ports, indexed.entryId, [similar]);
    return { outcome: 'enrolled', ...indexed, possibleDuplicates: duplicates };
  } catch (error) {
    if (!isUnusablePicture(error) && !(error instanceof UnplacedError)) throw error;
    await inbox.reject(file, error.message);
    return { outcome: 'rejected', reason: error.message };
  }
}

async function indexPicture(
  ports: IndexingPorts,
  key: string,
  bytes: Uint8Array | undefined,
): Promise<NewUpload> {
  const person = personOf(key);
  if (!bytes) throw pictureTooLarge(ports.faces.maxImageBytes);
  const picture = { bytes, fileName: shownFileName(basename(key)) };
  const entry =
    'name' in person ? await findOrMakeEntry(ports, person.name) : await listedEntry(ports, person.entryId);
  try {
    return entry.status === 'ACTIVE'
      ? await addPicture(ports, entry.id, picture)
      : await completeEntry(ports, entry.id, picture);
  } catch (error) {
    if (!(error instanceof EntryNotFoundError)) throw error;
    throw tryAgain('The entry was deleted meanwhile.', error);
  }
}

/**
 * Whose picture it is, by the first folder.
 * @throws UnplacedError
 */
function personOf(key: string): { entryId: number } | { name: string } {
  const [folder = '', ...rest] = key.slice(inboxPrefix.length).split('/');
  if (rest.length === 0) {
    throw new UnplacedError("It lies in no person's folder: inbox/<entry id>/ or inbox/<name>/.");
  }
  if (/^[1-9][0-9]*$/.test(folder)) return { entryId: Number(folder) };
  // Somebody's own number, such as a badge's: it must not become the picture of whoever has the id 42.
  if (/^0[0-9]*$/.test(folder)) {
    throw new UnplacedError('There is no blacklist entry of that id: ids begin with no zero.');
  }
  const name = folder.normalize('NFC');
  if (EntryName.safeParse(name).success) return { name };
  throw new UnplacedError('Its folder is no name: a name has 1 to 100 characters.');
}

/** @throws UnplacedError when there is none that is shown. */
async function listedEntry({ records }: IndexingPorts, entryId: number): Promise<EntryRecord> {
  const entry = Number.isSafeInteger(entryId) ? await records.getEntry(entryId) : undefined;
  if (!entry || entry.status === 'DELETING') {
    throw new UnplacedError('There is no blacklist entry of that id.');
  }
  if (entry.status === 'PENDING') throw tryAgain('The entry is being made at this moment.');
  return entry;
}

/** The entry of that name: `ACTIVE`, or `PENDING` when it was made here and now, and is the caller's to complete. */
async function findOrMakeEntry(ports: IndexingPorts, name: string): Promise<EntryRecord> {
  const { records } = ports;
  for (let attempt = 1; attempt <= entryAttempts; attempt++) {
    const holder = await records.findEntry(name);
    if (holder?.status === 'ACTIVE') return holder;
    const isAbandoned = holder && (holder.status === 'DELETING' || isBrokenOff(holder));
    if (isAbandoned) await removeEntryEverywhere(ports, holder.id);
    if (isAbandoned || !holder) {
      const made = await records.createEntry({ name, reason: null }).catch(ignoreNameTaken);
      if (made) return made;
    }
    await delay(entryPauseMs);
  }
  throw tryAgain('An entry of that name is being made at this moment.');
}

/** Somebody else was faster. */
function ignoreNameTaken(error: unknown): undefined {
  if (!(error instanceof NameTakenError)) throw error;
}

/** Shows a new entry with its first picture; without one, nothing is kept of it. */
async function completeEntry(
  ports: IndexingPorts,
  entryId: number,
  picture: UploadedPicture,
): Promise<NewUpload> {
  const indexed = await addPicture(ports, entryId, picture).catch(async (error: unknown) => {
    await undo(() => removeEntryEverywhere(ports, entryId));
    throw error;
  });
  // Not undone when it fails: it may have been done all the same, and others have added their pictures since.
  if (!(await ports.records.activateEntry(entryId))) throw new EntryNotFoundError();
  return indexed;
}

async function addPicture(
  ports: IndexingPorts,
  entryId: number,
  picture: UploadedPicture,
): Promise<NewUpload> {
  const imageId = imageIdOf(entryId, picture.bytes);
  const known = (await ports.records.getImages([imageId])).get(imageId);
  if (known?.status === 'ACTIVE') return { entryId, imageId, faceCount: undefined, similar: [] };
  if (known) {
    // Not made anew here and now: another one who has found it may be still at removing it.
    if (isBrokenOff(known)) await removeImageEverywhere(ports, known);
    throw tryAgain('The same picture is being added at this moment.');
  }
  const options = { imageId, compare: true };
  const { faceCount, similar } = await ports.pictureSlots(() =>
    enrollPicture(ports, entryId, picture, options),
  );
  return { entryId, imageId, faceCount, similar };
}

/** The same for the same picture of the same entry. */
function imageIdOf(entryId: number, bytes: Uint8Array): string {
  return uuidOfHash(createHash('sha256').update(`${entryId}:`).update(bytes).digest());
}

function tryAgain(message: string, cause?: unknown): BackendUnavailableError {
  return new BackendUnavailableError(message, tryAgainSeconds, { cause });
}

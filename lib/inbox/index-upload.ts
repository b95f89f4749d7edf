import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { enrollPicture, measureReference, type SimilarFaces, undo } from '../blacklist/enroll-images.ts';
import { isAbandoned, isInterrupted } from '../blacklist/interrupted.ts';
import { logAlikeEntries } from '../blacklist/name-warnings.ts';
import { possibleDuplicates } from '../blacklist/possible-duplicates.ts';
import { removeEntryEverywhere, removeImageEverywhere } from '../blacklist/remove.ts';
import { shownFileName } from '../blacklist/shown-file-name.ts';
import { EntryName } from '../contract/fields.ts';
import type { PossibleDuplicates } from '../contract/possible-duplicates.ts';
import { BackendUnavailableError, EntryNotFoundError, isUnusablePicture, NameTakenError } from '../errors.ts';
import { pictureTooLarge } from '../inputs/too-large.ts';
import { normalName } from '../names/normal-form.ts';
import type { EnrollingPorts } from '../ports.ts';
import type { EntryRecord } from '../records/port.ts';
import { whyNotInForce } from '../records/shared/in-force.ts';
import { systemPath } from '../system-names.ts';
import { uuidOfHash } from '../uuid.ts';
import { type Inbox, type InboxFile, inboxPrefix } from './port.ts';

export type IndexingPorts = EnrollingPorts & { readonly inbox: Inbox };

/** A picture that is a reference image now. */
export interface IndexedUpload {
  readonly entryId: number;
  readonly imageId: string;
  /**
   * Number of faces in the picture, of which the largest was enrolled. It is `undefined` if the entry already
   * had this picture.
   */
  readonly faceCount: number | undefined;
  /** A sentence, where nobody matches the entry: it is suspended, or has expired. */
  readonly warning?: string;
}

interface UploadedPicture {
  readonly bytes: Uint8Array;
  readonly fileName: string | null;
}

type NewUpload = IndexedUpload & { readonly similar: SimilarFaces };

interface Left {
  /** True where the picture was indexed, but may not be removed from the inbox. */
  readonly isLeft?: true;
}

/** Result of indexing an upload. */
export type UploadOutcome =
  | ({
      readonly outcome: 'enrolled';
      /** Others who are listed already and look like the person; `null` when that could not be found out. */
      readonly possibleDuplicates: PossibleDuplicates;
    } & Left &
      IndexedUpload)
  | ({ readonly outcome: 'known' } & Left & IndexedUpload)
  | { readonly outcome: 'gone' | 'ignored' }
  /** It was indexed before, is not indexed again, and may still not be removed. */
  | { readonly outcome: 'left' }
  /** The process ended once in the middle of it: it is to be done while nothing else is. */
  | { readonly outcome: 'postponed' }
  /** It lies where a system keeps files of its own; the label tells no person's name. */
  | { readonly outcome: 'passed over'; readonly label: string }
  | { readonly outcome: 'rejected'; readonly reason: string };

/** Number of attempts to find or create an entry while another process creates it. */
const entryAttempts = 50;
const entryPauseMs = 200;
const tryAgainSeconds = 5;

/** A picture that ended so many processes is not tried again. */
const maxDeaths = 2;

/** An upload lies where it does not say of whom it is; the message says why. */
class UnplacedError extends Error {}

/**
 * Makes the picture at `inbox/<entry id>/…` or `inbox/<name>/…` a reference image, and removes it from the
 * inbox. The entry is the one of that id or name, or a new one of that name. A picture that can't be used is
 * moved to `rejected/…`.
 *
 * Several processes may index the same picture at once. The image's id is made from entry and picture, so
 * that a picture is enrolled once. An entry or image that is being created belongs to its creator; others
 * wait or fail. One that is older than any run lasts is left over from a crash, and is removed.
 *
 * A picture is indexed only once while it is in the inbox, even if its entry is deleted. A picture that ended
 * the process twice is rejected.
 * @param isAlone true if no other picture is being indexed. Only then is a picture retried that ended the
 * process.
 * @throws BackendUnavailableError when indexing must be tried again later; the picture stays in the inbox.
 */
export async function indexUpload(ports: IndexingPorts, key: string, isAlone = true): Promise<UploadOutcome> {
  const { faces, inbox } = ports;
  // S3's console makes a folder by an empty object of its name.
  if (key.endsWith('/')) return { outcome: 'ignored' };
  const system = systemPath(key.slice(inboxPrefix.length).split('/'));
  if (system) return { outcome: 'passed over', label: system.label };
  const file = await inbox.read(key, faces.maxImageBytes);
  if (!file) return { outcome: 'gone' };
  const { deaths, isIndexed } = await inbox.begin(file, isAlone ? maxDeaths - 1 : 0);
  if (isIndexed) return { outcome: (await inbox.remove(file)) ? 'gone' : 'left' };
  if (deaths >= maxDeaths)
    return reject(inbox, file, 'The service ended twice while it worked on this picture.');
  if (deaths > 0 && !isAlone) return { outcome: 'postponed' };
  try {
    const { similar, ...indexed } = await indexPicture(ports, key, file.bytes);
    await inbox.indexed(file);
    const left = (await inbox.remove(file)) ? {} : ({ isLeft: true } as const);
    if (indexed.faceCount === undefined) return { outcome: 'known', ...indexed, ...left };
    const duplicates = await possibleDuplicates(ports, indexed.entryId, [similar]);
    return { outcome: 'enrolled', ...indexed, possibleDuplicates: duplicates, ...left };
  } catch (error) {
    if (isUnusablePicture(error) || error instanceof UnplacedError) return reject(inbox, file, error.message);
    await undo(() => inbox.end(file));
    throw error;
  }
}

async function reject(inbox: Inbox, file: InboxFile, reason: string): Promise<UploadOutcome> {
  await inbox.reject(file, reason);
  return { outcome: 'rejected', reason };
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
    if (entry.status !== 'ACTIVE') return await completeEntry(ports, entry.id, picture);
    const warning = whyNotInForce(entry);
    return { ...(await addPicture(ports, entry.id, picture)), ...(warning && { warning }) };
  } catch (error) {
    if (!(error instanceof EntryNotFoundError)) throw error;
    throw tryAgain('The entry was deleted meanwhile.', error);
  }
}

/**
 * Reads the person from the first folder of the key.
 * @throws UnplacedError
 */
function personOf(key: string): { entryId: number } | { name: string } {
  const [folder = '', ...rest] = key.slice(inboxPrefix.length).split('/');
  if (rest.length === 0) {
    throw new UnplacedError("It lies in no person's folder: inbox/<entry id>/ or inbox/<name>/.");
  }
  if (key.includes('\ufffd')) {
    throw new UnplacedError(
      'Its name was damaged by a program that could not read it. Rename folder and file.',
    );
  }
  const name = normalName(folder);
  if (/^[1-9][0-9]*$/.test(name)) return { entryId: Number(name) };
  // Somebody's own number, such as a badge's: it must not become the picture of whoever has the id 42.
  if (/^0[0-9]*$/.test(name)) {
    throw new UnplacedError('There is no blacklist entry of that id: ids begin with no zero.');
  }
  if (EntryName.safeParse(folder).success) return { name };
  throw new UnplacedError(
    'Its folder is no name: a name has 1 to 100 characters that can be seen, and no U+FFFD, which stands for a lost one.',
  );
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

/**
 * Finds or creates the entry of that name. It is `ACTIVE`, or `PENDING` if it was created here: then the
 * caller must complete it.
 */
async function findOrMakeEntry(ports: IndexingPorts, name: string): Promise<EntryRecord> {
  const { records } = ports;
  for (let attempt = 1; attempt <= entryAttempts; attempt++) {
    const holder = await records.findEntry(name);
    if (holder?.status === 'ACTIVE') return holder;
    const isFree = !holder || isAbandoned(holder);
    if (holder && isFree) await removeEntryEverywhere(ports, holder.id);
    if (isFree) {
      const made = await records.createEntry({ name, reason: null }).catch(ignoreNameTaken);
      if (made) return made;
    }
    await delay(entryPauseMs);
  }
  throw tryAgain('An entry of that name is being made at this moment.');
}

/** Ignores that another process was faster. */
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
  const entry = await ports.records.activateEntry(entryId);
  if (!entry) throw new EntryNotFoundError();
  await logAlikeEntries(ports, entry);
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
    if (isInterrupted(known)) await removeImageEverywhere(ports, known);
    throw tryAgain('The same picture is being added at this moment.');
  }
  const options = { imageId, compare: true };
  const measured = await measureReference(ports.faces, picture.bytes);
  const file = { picture: measured, fileName: picture.fileName };
  const { faceCount, similar } = await enrollPicture(ports, entryId, file, options);
  return { entryId, imageId, faceCount, similar };
}

/** Computes an image's id, which is the same for the same picture of the same entry. */
function imageIdOf(entryId: number, bytes: Uint8Array): string {
  return uuidOfHash(createHash('sha256').update(`${entryId}:`).update(bytes).digest());
}

function tryAgain(message: string, cause?: unknown): BackendUnavailableError {
  return new BackendUnavailableError(message, tryAgainSeconds, { cause });
}

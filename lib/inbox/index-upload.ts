import { basename } from 'node:path';
import { withDetail } from '../audit/scope.ts';
import { contentIdOf } from '../blacklist/content-ids.ts';
import { findDoubles } from '../blacklist/doubles.ts';
import {
  enrollPicture,
  measureReference,
  PictureThereError,
  preparePicture,
  type SimilarFaces,
  undo,
} from '../blacklist/enroll-picture.ts';
import { keepImage } from '../blacklist/held-images.ts';
import { isInterrupted } from '../blacklist/interrupted.ts';
import { stayingId } from '../blacklist/merged-entries.ts';
import { logAlikeEntries } from '../blacklist/name-warnings.ts';
import { possibleDuplicates } from '../blacklist/possible-duplicates.ts';
import { removeEntryEverywhere } from '../blacklist/remove.ts';
import { removeImageEverywhere, takeBackImages } from '../blacklist/remove-images.ts';
import { EntryPictures, storedForm } from '../blacklist/same-picture.ts';
import { shownFileName } from '../blacklist/shown-file-name.ts';
import { takeName, whileClaimed } from '../blacklist/take-name.ts';
import { unlikeAmong } from '../blacklist/unlike-pictures.ts';
import { EntryName } from '../contract/fields.ts';
import type { PossibleDuplicates } from '../contract/possible-duplicates.ts';
import { BackendUnavailableError, EntryNotFoundError, isUnusablePicture } from '../errors.ts';
import { pictureTooLarge } from '../inputs/too-large.ts';
import { normalName } from '../names/normal-form.ts';
import type { EnrollingPorts } from '../ports.ts';
import type { EntryRecord } from '../records/entry.ts';
import { whyNotInForce } from '../records/shared/in-force.ts';
import { systemPath } from '../system-names.ts';
import { uploadDetail } from '../uploads/key.ts';
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
  /** Similarity to the nearest of the entry's other pictures, where it looks like none of them. */
  readonly unlike?: number;
  /** Ids of pictures that the entry had, which look like none of its others. */
  readonly unlikeOthers?: readonly string[];
}

interface UploadedPicture {
  readonly bytes: Uint8Array;
  readonly fileName: string | null;
}

type NewUpload = IndexedUpload & { readonly similar: SimilarFaces };

interface Left {
  /** True if the picture was indexed, but this service may not remove it from the inbox. */
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
  /** The picture was indexed before, and this service may still not remove it. */
  | { readonly outcome: 'left' }
  /** A process ended once while it indexed this picture, so it must be retried while nothing else runs. */
  | { readonly outcome: 'postponed' }
  /** The file is in a system's own folder; the label reveals no person's name. */
  | { readonly outcome: 'passed over'; readonly label: string }
  | { readonly outcome: 'rejected'; readonly reason: string };

const tryAgainSeconds = 5;

/** Number of processes that ended while they indexed a picture, after which it is not retried. */
const maxDeaths = 2;

/** An upload's key does not say whose picture it is; the message has the reason. */
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
  // S3's console makes a folder as an empty object of its name.
  if (key.endsWith('/')) return { outcome: 'ignored' };
  const system = systemPath(key.slice(inboxPrefix.length).split('/'));
  if (system) return { outcome: 'passed over', label: system.label };
  const file = await inbox.read(key, faces.maxImageBytes);
  if (!file) return { outcome: 'gone' };
  const { deaths, isIndexed } = await inbox.notes.begin(file.mark, isAlone ? maxDeaths - 1 : 0);
  if (isIndexed) return { outcome: (await inbox.remove(file)) ? 'gone' : 'left' };
  if (deaths >= maxDeaths)
    return reject(inbox, file, 'The service ended twice while it worked on this picture.');
  if (deaths > 0 && !isAlone) return { outcome: 'postponed' };
  try {
    const { similar, ...indexed } = await withDetail(uploadDetail(key) ?? null, () =>
      indexPicture(ports, key, file.bytes),
    );
    await inbox.notes.indexed(file.mark);
    const left = (await inbox.remove(file)) ? {} : ({ isLeft: true } as const);
    if (indexed.faceCount === undefined) return { outcome: 'known', ...indexed, ...left };
    const { entryId, imageId } = indexed;
    const possible = await possibleDuplicates(ports, entryId, [similar]);
    const unlike = await unlikeAmong(ports, entryId, [{ imageId, similar }]);
    const own = unlike.find((image) => image.imageId === imageId);
    const others = unlike.filter((image) => image !== own).map((image) => image.imageId);
    const doubt = {
      ...(own && { unlike: own.similarity }),
      ...(others.length > 0 && { unlikeOthers: others }),
    };
    return { outcome: 'enrolled', ...indexed, ...doubt, possibleDuplicates: possible, ...left };
  } catch (error) {
    if (isUnusablePicture(error) || error instanceof UnplacedError) return reject(inbox, file, error.message);
    await undo(() => inbox.notes.end(file.mark));
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
  // It is a number of another kind, such as a badge's. It must not become a picture of the entry with the id
  // 42.
  if (/^0[0-9]*$/.test(name)) {
    throw new UnplacedError('There is no blacklist entry of that id: ids begin with no zero.');
  }
  if (EntryName.safeParse(folder).success) return { name };
  throw new UnplacedError(
    'Its folder is no name: a name has 1 to 100 characters that can be seen, and no U+FFFD, which stands for a lost one.',
  );
}

/**
 * Returns the entry of an id, or the one that it was merged into: a form for an upload may be older.
 * @throws UnplacedError when there is none, or it is being deleted
 */
async function listedEntry({ records }: IndexingPorts, entryId: number): Promise<EntryRecord> {
  const isId = Number.isSafeInteger(entryId);
  const entry = isId ? await records.getEntry(await stayingId(records, entryId)) : undefined;
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
  // Most pictures are for somebody who is listed.
  const holder = await ports.records.findEntry(name);
  return holder?.status === 'ACTIVE' ? holder : takeName(ports, { name, reason: null });
}

/** Activates a new entry with its first picture. If that fails, the entry is removed. */
async function completeEntry(
  ports: IndexingPorts,
  entryId: number,
  picture: UploadedPicture,
): Promise<NewUpload> {
  const add = () => addPicture(ports, entryId, picture);
  const indexed = await whileClaimed(ports, entryId, add).catch(async (error: unknown) => {
    await undo(() => removeEntryEverywhere(ports, entryId));
    throw error;
  });
  // A failure here is not undone: the entry may be active all the same, and others may have added pictures
  // since.
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
  const imageId = contentIdOf(entryId, picture.bytes);
  const known = (await ports.records.getImages([imageId])).get(imageId);
  const knownUpload = async (id: string) => {
    if (!(await keepImage(ports, id))) throw tryAgain('The same picture was taken back meanwhile.');
    return { entryId, imageId: id, faceCount: undefined, similar: [] };
  };
  if (known?.status === 'ACTIVE') return knownUpload(imageId);
  if (known) {
    // The image is not made again at once, because another process that found it may still be removing it.
    if (isInterrupted(known)) await removeImageEverywhere(ports, known);
    throw tryAgain('The same picture is being added at this moment.');
  }
  const measured = await measureReference(ports.faces, picture.bytes);
  const { forms, ...prepared } = await preparePicture(ports, measured);
  const findSame = async () => (await EntryPictures.of(ports, entryId)).findAny(forms);
  const there = await findSame();
  if (there !== undefined) return knownUpload(there);
  const file = { ...prepared, fileName: picture.fileName };
  try {
    const options = { imageId, compare: true, findSame };
    const { faceCount, similar } = await enrollPicture(ports, entryId, file, options);
    const own = new Map([[imageId, storedForm(prepared.stored)]]);
    const { kept, doubles } = await findDoubles(await EntryPictures.of(ports, entryId), own);
    const keptId = kept.get(imageId) ?? imageId;
    const indexed = keptId === imageId ? { entryId, imageId, faceCount, similar } : await knownUpload(keptId);
    if (doubles.length > 0) await undo(() => takeBackImages(ports, doubles));
    return indexed;
  } catch (error) {
    if (error instanceof PictureThereError) return knownUpload(error.imageId);
    throw error;
  }
}

function tryAgain(message: string, cause?: unknown): BackendUnavailableError {
  return new BackendUnavailableError(message, tryAgainSeconds, { cause });
}

import { hash } from 'node:crypto';
import pLimit from 'p-limit';
import { withDetail } from '../audit/scope.ts';
import { maxNotes } from '../contract/entry-fields.ts';
import { type MergeableFields, type MergedFields, mergedFields } from '../contract/merged-fields.ts';
import { VersionConflictError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import { allOrFirstError } from '../promises.ts';
import type { ChangedFields, EntryRecord, ImageRecord, RecordStore } from '../records/port.ts';
import { mergeRefused, requireMergeable } from '../records/shared/mergeable.ts';
import { contentIdsOf } from './content-ids.ts';
import { entryDetails, named } from './entry-details.ts';
import { countsOf, findLeftovers } from './erase-entry.ts';
import { persistently } from './persistently.ts';

/** Pictures that are read at once. Each has at most the size of an upload. */
const readAtOnce = 4;
/** Attempts at a change that others keep overtaking. */
const attempts = 5;

/**
 * Refuses to merge an entry of which something would be lost: reference pictures that the other does not have
 * yet, or files of the inbox that are still to be added.
 * @throws RequestInvalidError
 */
export async function requireMerged(stores: Stores, entry: EntryRecord, intoId: number): Promise<void> {
  const { records } = stores;
  if (intoId === entry.id) throw mergeRefused('An entry can not be merged into itself.');
  const into = await persistently(() => records.getEntry(intoId));
  requireMergeable(into, intoId);
  const missing = await countMissing(stores, entry.id, intoId);
  if (missing > 0) {
    throw mergeRefused(
      `Add the pictures of entry ${entry.id} to entry ${intoId} first: ${missing} are not there.`,
    );
  }
  const { inbox_files: waiting } = countsOf(await findLeftovers(stores, entry));
  if (waiting > 0) {
    throw mergeRefused(`Wait until the inbox is empty: ${waiting} of its files are for entry ${entry.id}.`);
  }
}

/**
 * Gives an entry what it lacks of another one's fields, see `mergedFields`.
 * @param actor name of whoever merges them, if known
 * @throws RequestInvalidError when the notes would become too long
 */
export async function giveFields(
  { records }: Stores,
  entry: EntryRecord,
  intoId: number,
  actor: string | null,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const into = await persistently(() => records.getEntry(intoId));
    requireMergeable(into, intoId);
    const change = mergedFields(fieldsOf(into), fieldsOf(entry));
    if (Object.keys(change).length === 0) return;
    if ((change.notes?.length ?? 0) > maxNotes) {
      throw mergeRefused(
        `The notes of both entries have more than ${maxNotes} characters together. Shorten one of them first.`,
      );
    }
    const options = { actor, ifVersion: [into.version] };
    try {
      const update = () => records.updateEntry(intoId, entryChange(change), options);
      await persistently(() => withDetail(`from entry ${entry.id}`, update));
      return;
    } catch (error) {
      // Somebody has changed it just now: what it lacks is looked at again.
      if (!(error instanceof VersionConflictError) || attempt === attempts) throw error;
    }
  }
}

function fieldsOf({ expiresAt, reviewAt, ...fields }: EntryRecord): MergeableFields {
  return { ...fields, expires_at: expiresAt, review_at: reviewAt };
}

function entryChange({ reason, ...details }: MergedFields): ChangedFields {
  return { ...named({ reason }), ...entryDetails(details) };
}

/**
 * Counts an entry's pictures that the other does not have. It has a picture that was sent to it as it is
 * stored here, and one that is stored there byte by byte. A picture that can't be read counts as missing.
 */
async function countMissing(stores: Stores, entryId: number, intoId: number): Promise<number> {
  const { records } = stores;
  const [own, there] = await Promise.all([activeImages(records, entryId), activeImages(records, intoId)]);
  const ids = new Set(there.map(({ id }) => id));
  const contents = await readEach(stores, own, (bytes) => {
    const [idsThere = []] = contentIdsOf(intoId, [bytes]);
    return idsThere.some((id) => ids.has(id)) ? undefined : hashOf(bytes);
  });
  const doubtful = contents.filter((hash) => hash !== undefined);
  if (doubtful.length === 0) return 0;
  const hashes = new Set(await readEach(stores, there, hashOf));
  return doubtful.filter((hash) => hash === null || !hashes.has(hash)).length;
}

/** Reads the stored pictures of images one by one; gives `null` for each that is not there. */
function readEach<Result>(
  { images }: Stores,
  of: readonly ImageRecord[],
  use: (bytes: Uint8Array) => Result,
): Promise<(Result | null)[]> {
  const limit = pLimit(readAtOnce);
  const read = async ({ key }: ImageRecord) => {
    const bytes = await persistently(() => images.get(key));
    return bytes ? use(bytes) : null;
  };
  return allOrFirstError(of.map((image) => limit(() => read(image))));
}

function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}

async function activeImages(records: RecordStore, entryId: number): Promise<ImageRecord[]> {
  const all = await persistently(() => records.listImages(entryId));
  return all.filter(({ status }) => status === 'ACTIVE');
}

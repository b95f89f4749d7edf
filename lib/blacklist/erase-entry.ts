import type { ImageProcessingResult } from '../contract/shapes.ts';
import type { Leftover, LeftoverFolder } from '../images/leftovers.ts';
import { normalName } from '../names/normal-form.ts';
import { originFile } from '../origin.ts';
import type { Stores } from '../ports.ts';
import type { EntryRecord } from '../records/entry.ts';
import type { ErasedCounts, ErasureRecord } from '../records/erasure.ts';
import type { ProcessedFilter } from '../records/processed.ts';
import { matchesOf, mentions } from '../records/shared/redaction.ts';
import { uploadKeyStart } from '../upload-name.ts';
import { eraseCopies } from './erase-copies.ts';
import { allMerged } from './merged-entries.ts';
import { retryTransient } from './retry-transient.ts';

/** Records that are read, and changed, at once. */
const recordsAtOnce = 50;

/**
 * Takes an entry out of the history: its name, reason and identity, and every picture, copy, crop and upload
 * in which it matched or nearly matched; with `delete`, the records too. The same goes for the entries that
 * were merged into it. The records count what goes. Doing it again from any point ends the same.
 * @returns the number of records that told of the entry
 */
export async function eraseHistory(
  stores: Stores,
  erasure: Pick<ErasureRecord, 'entryId' | 'history' | 'removed'>,
): Promise<number> {
  if (erasure.history === 'keep') return 0;
  const uploads: KnownUploads = {
    files: await list(stores, 'uploads'),
    removed: erasure.removed.uploads ?? 0,
    erasedId: erasure.entryId,
  };
  let records = 0;
  for (const entryId of [erasure.entryId, ...(await allMerged(stores.records, erasure.entryId))]) {
    // A picture that shows very many is found by the ids of some alone.
    for (const filter of [{ entryId }, { nearEntryId: entryId }, { isCrowd: true }]) {
      records += await eraseMatching(stores, filter, { ...erasure, entryId }, uploads);
    }
  }
  return records;
}

/**
 * Goes from the oldest record to the newest, so that those which are removed move no others. Offsets count
 * from the newest: records that come meanwhile move all, and the page is read again with more at its end.
 */
async function eraseMatching(
  stores: Stores,
  filter: ProcessedFilter,
  { entryId, history }: Pick<ErasureRecord, 'entryId' | 'history'>,
  uploads: KnownUploads,
): Promise<number> {
  const { records, images } = stores;
  const read = (limit: number, offset: number) =>
    retryTransient(() => records.listProcessed({ ...filter, limit, offset }));
  const newest = await read(recordsAtOnce, 0);
  let done = 0;
  let { total } = newest;
  let came = 0;
  let more = 0;
  for (let end = total; end > 0; ) {
    const offset = Math.max(0, end - recordsAtOnce);
    const page = newest.total <= recordsAtOnce ? newest : await read(end - offset + more, offset + came);
    const arrivals = Math.max(0, page.total - total);
    came += arrivals;
    total += arrivals;
    if (arrivals > more) {
      more = recordsAtOnce;
      continue;
    }
    end = offset;
    const shown = page.items.filter((result) => matchesOf(result, entryId).length > 0);
    const wanted = history === 'delete' ? shown : shown.filter((result) => mentions(result, entryId));
    const ids = wanted.flatMap(({ db_id }) => db_id ?? []);
    if (ids.length === 0) continue;
    await eraseCopies(images, wanted);
    if (await eraseUploads(stores, wanted, uploads)) {
      await retryTransient(() => records.noteErasure(uploads.erasedId, { uploads: uploads.removed }));
    }
    await retryTransient(() => records.redactProcessed(ids, entryId));
    if (history === 'delete') {
      // After the redaction, which counts them in the step that changes them.
      await retryTransient(() => records.removeProcessed(ids));
      total -= ids.length;
    }
    done += ids.length;
  }
  return done;
}

/** Uploads that are there, and the number of those that an erasure has deleted so far. */
interface KnownUploads {
  readonly files: readonly Leftover[];
  removed: number;
  /** Id of the entry whose erasure counts them. */
  readonly erasedId: number;
}

/** Deletes the uploads that results name, with what is told beside them; returns true if there were any. */
async function eraseUploads(
  { leftovers }: Stores,
  results: readonly ImageProcessingResult[],
  uploads: KnownUploads,
): Promise<boolean> {
  if (uploads.files.length === 0) return false;
  const starts = results.flatMap((result) => uploadKeyStart(result.image_path_or_identifier) ?? []);
  const own = uploads.files.filter(({ key }) => starts.some((start) => key.startsWith(start)));
  for (const upload of own) await retryTransient(async () => leftovers?.delete(upload));
  uploads.removed += own.filter(({ key }) => !key.endsWith(originFile(''))).length;
  return own.length > 0;
}

/** Lists the files of the inbox that are meant for an entry, and those that were rejected. */
export async function findLeftovers(
  stores: Stores,
  entry: Pick<EntryRecord, 'id' | 'name'>,
): Promise<Leftover[]> {
  const all = [...(await list(stores, 'inbox')), ...(await list(stores, 'rejected'))];
  return all.filter(({ key }) => belongsToEntry(key, entry));
}

/** Counts leftovers by their folders. */
export function countsOf(left: readonly Leftover[]): Pick<ErasedCounts, 'inbox_files' | 'rejected_files'> {
  const inbox = left.filter(({ key }) => key.startsWith('inbox/')).length;
  return { inbox_files: inbox, rejected_files: left.length - inbox };
}

/** Deletes leftovers of an entry, and the empty folders that have its name. */
export async function eraseLeftovers(
  { leftovers }: Stores,
  entry: Pick<EntryRecord, 'id' | 'name'>,
  left: readonly Leftover[],
): Promise<void> {
  for (const leftover of left) await retryTransient(async () => leftovers?.delete(leftover));
  for (const folder of ['inbox', 'rejected'] as const) {
    await retryTransient(async () => leftovers?.removeEmptyFolders(folder, (name) => isNameOf(name, entry)));
  }
}

function list({ leftovers }: Stores, folder: LeftoverFolder): Promise<Leftover[]> {
  return retryTransient(() => Array.fromAsync(leftovers?.list(folder) ?? []));
}

/** Checks whether the first folder of a file names the entry. */
function belongsToEntry(key: string, entry: Pick<EntryRecord, 'id' | 'name'>): boolean {
  const [, folder = '', ...rest] = key.split('/');
  return rest.length > 0 && isNameOf(folder, entry);
}

function isNameOf(folder: string, { id, name }: Pick<EntryRecord, 'id' | 'name'>): boolean {
  return folder === String(id) || normalName(folder) === name;
}

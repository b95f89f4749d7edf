import type { Leftover, LeftoverFolder } from '../images/leftovers.ts';
import { normalName } from '../names/normal-form.ts';
import type { Stores } from '../ports.ts';
import type { EntryRecord, HistoryChoice, ProcessedFilter } from '../records/port.ts';
import { matchesOf, tellsOf } from '../records/shared/redaction.ts';
import { eraseCopies } from './erase-copies.ts';
import { persistently } from './persistently.ts';

/** Records that are read, and changed, at once. */
const recordsAtOnce = 50;

/**
 * Takes an entry out of the history: its name, reason and identity, and every picture, copy and crop in which
 * it matched or nearly matched; with `delete`, the records too. Doing it again from any point ends the same.
 */
export async function eraseHistory(
  stores: Stores,
  entryId: number,
  history: HistoryChoice,
): Promise<{ history_records: number; history_pictures: number }> {
  const counts = { history_records: 0, history_pictures: 0 };
  if (history === 'keep') return counts;
  // A picture that shows very many is found by the ids of some alone.
  for (const filter of [{ entryId }, { nearEntryId: entryId }, { isCrowd: true }]) {
    const found = await eraseMatching(stores, filter, entryId, history);
    counts.history_records += found.records;
    counts.history_pictures += found.pictures;
  }
  return counts;
}

/**
 * Goes from the oldest record to the newest, so that those which are removed move no others. Offsets count
 * from the newest: records that come meanwhile move all, and the page is read again with more at its end.
 */
async function eraseMatching(
  { records, images }: Stores,
  filter: ProcessedFilter,
  entryId: number,
  history: HistoryChoice,
): Promise<{ records: number; pictures: number }> {
  const read = (limit: number, offset: number) =>
    persistently(() => records.listProcessed({ ...filter, limit, offset }));
  const newest = await read(recordsAtOnce, 0);
  const counts = { records: 0, pictures: 0 };
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
    const wanted = history === 'delete' ? shown : shown.filter((result) => tellsOf(result, entryId));
    const ids = wanted.flatMap(({ db_id }) => db_id ?? []);
    if (ids.length === 0) continue;
    counts.pictures += await eraseCopies(images, wanted);
    counts.records += ids.length;
    await persistently<unknown>(() =>
      history === 'delete' ? records.removeProcessed(ids) : records.redactProcessed(ids, entryId),
    );
    if (history === 'delete') total -= ids.length;
  }
  return counts;
}

/** Deletes the files of the inbox that are meant for an entry, and those that were rejected. */
export async function eraseLeftovers(
  { leftovers }: Stores,
  entry: Pick<EntryRecord, 'id' | 'name'>,
): Promise<{ inbox_files: number; rejected_files: number }> {
  const erase = async (folder: LeftoverFolder) => {
    const own: Leftover[] = [];
    for await (const leftover of leftovers?.list(folder) ?? []) {
      if (isMeantFor(leftover.key, entry)) own.push(leftover);
    }
    for (const { key } of own) await persistently(async () => leftovers?.delete(key));
    await persistently(async () => leftovers?.removeEmptyFolders(folder, (name) => isNameOf(name, entry)));
    return own.length;
  };
  return { inbox_files: await erase('inbox'), rejected_files: await erase('rejected') };
}

/** The first folder tells whose a file is. */
function isMeantFor(key: string, entry: Pick<EntryRecord, 'id' | 'name'>): boolean {
  const [, folder = '', ...rest] = key.split('/');
  return rest.length > 0 && isNameOf(folder, entry);
}

function isNameOf(folder: string, { id, name }: Pick<EntryRecord, 'id' | 'name'>): boolean {
  return folder === String(id) || normalName(folder) === name;
}

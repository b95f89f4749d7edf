import type { ImageProcessingResult } from '../contract/shapes.ts';
import type { RecordStore } from './port.ts';
import type { ProcessedFilter } from './processed.ts';

type Reader = Pick<RecordStore, 'listProcessed'>;

/** Records of one page; one more is read, which shows that the page follows the one before. */
const pageSize = 50;

/**
 * Reads the processed pictures that a filter leaves, oldest first. Records that come or go meanwhile neither
 * hide nor repeat others. Only a page is in memory.
 * @param afterId id of a picture; only later ones are read
 * @throws BackendUnavailableError, ThrottledError
 */
export async function* oldestFirst(
  records: Reader,
  filter: ProcessedFilter,
  afterId = 0,
): AsyncGenerator<ImageProcessingResult> {
  let last = afterId;
  let end = await countAfter(records, filter, last);
  while (end > 0) {
    const offset = Math.max(0, end - pageSize);
    const { items } = await records.listProcessed({ ...filter, offset, limit: end - offset + 1 });
    const later = items.filter(({ db_id }) => (db_id ?? 0) > last);
    // Without a known record at its end, the page may lie too far from the last one.
    if (later.length === items.length) {
      const counted = await countAfter(records, filter, last);
      if (counted > offset + later.length) {
        end = counted;
        continue;
      }
    }
    for (const result of later.toReversed()) {
      yield result;
      last = result.db_id ?? last;
    }
    end = offset;
  }
}

/**
 * Counts the pictures of a later id. The list is sorted by ids, so it is searched by halves.
 * @throws BackendUnavailableError, ThrottledError
 */
export async function countAfter(records: Reader, filter: ProcessedFilter, id: number): Promise<number> {
  let most = (await records.listProcessed({ ...filter, offset: 0, limit: 1 })).total;
  let least = id === 0 ? most : 0;
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    const [item] = (await records.listProcessed({ ...filter, offset: middle, limit: 1 })).items;
    if (item && (item.db_id ?? 0) > id) least = middle + 1;
    else most = middle;
  }
  return least;
}

import { allMerged } from '../blacklist/merged-entries.ts';
import type { ReviewState } from '../contract/review.ts';
import type { PaginatedProcessedImages } from '../contract/shapes.ts';
import type { Ports } from '../ports.ts';
import type { RecordStore } from '../records/port.ts';
import type { ProcessedFilter } from '../records/processed.ts';

/** Filters of the contract. Times are ISO 8601. */
export interface FilterQuery {
  readonly has_match?: boolean | undefined;
  readonly entry_id?: number | undefined;
  readonly review?: ReviewState | undefined;
  readonly source?: string | undefined;
  readonly reference?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly before_id?: number | undefined;
}

interface ListQuery extends FilterQuery {
  readonly limit: number;
  readonly offset: number;
}

/** Returns a page of the processed pictures that pass the filters, newest first. */
export async function listProcessed(
  { records }: Pick<Ports, 'records'>,
  { limit, offset, ...filters }: ListQuery,
): Promise<PaginatedProcessedImages> {
  const { total, items } = await records.listProcessed({
    limit,
    offset,
    ...(await filterOf(records, filters)),
  });
  return { total_items: total, items, limit, offset };
}

/** Makes a filter of the store. An entry's pictures are also those of entries that were merged into it. */
export async function filterOf(
  records: Pick<RecordStore, 'mergedEntries'>,
  { has_match: hasMatch, entry_id: entryId, before_id: beforeId, since, until, ...others }: FilterQuery,
): Promise<ProcessedFilter> {
  const mergedIds = entryId === undefined ? [] : await allMerged(records, entryId);
  const { review, source, reference } = others;
  const times = { since: moment(since), until: moment(until) };
  const filter = { hasMatch, entryId, review, source, reference, beforeId, ...times };
  return mergedIds.length > 0 ? { ...filter, mergedIds } : filter;
}

const moment = (text: string | undefined) => (text === undefined ? undefined : new Date(text));

import type { ReviewState } from '../contract/review.ts';
import type { PaginatedProcessedImages } from '../contract/shapes.ts';
import type { Ports } from '../ports.ts';

/** Query of the contract. Times are ISO 8601. */
interface ListQuery {
  readonly limit: number;
  readonly offset: number;
  readonly has_match?: boolean | undefined;
  readonly entry_id?: number | undefined;
  readonly review?: ReviewState | undefined;
  readonly source?: string | undefined;
  readonly reference?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Returns a page of the processed pictures that pass the filters, newest first. */
export async function listProcessed(
  { records }: Pick<Ports, 'records'>,
  {
    limit,
    offset,
    has_match: hasMatch,
    entry_id: entryId,
    review,
    source,
    reference,
    since,
    until,
  }: ListQuery,
): Promise<PaginatedProcessedImages> {
  const filter = { hasMatch, entryId, review, source, reference, since: moment(since), until: moment(until) };
  const { total, items } = await records.listProcessed({ limit, offset, ...filter });
  return { total_items: total, items, limit, offset };
}

const moment = (text: string | undefined) => (text === undefined ? undefined : new Date(text));

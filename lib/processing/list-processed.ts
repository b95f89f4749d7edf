import type { PaginatedProcessedImages } from '../contract/shapes.ts';
import type { Ports } from '../ports.ts';

/** A page of processed pictures, newest first. */
export async function listProcessed(
  { records }: Pick<Ports, 'records'>,
  { limit, offset }: { limit: number; offset: number },
): Promise<PaginatedProcessedImages> {
  const { total, items } = await records.listProcessed({ limit, offset });
  return { total_items: total, items, limit, offset };
}

import type { Stores } from '../ports.ts';
import type { EntryRecord, ImageRecord } from '../records/entry.ts';

/** An active image, and the active entry that it belongs to. */
interface ListedImage {
  readonly image: ImageRecord;
  readonly entry: EntryRecord;
}

/**
 * Finds active images by their ids with their active entries, by the images' ids. It also finds those of
 * entries that are suspended or have expired, which `findActive` leaves out: so nobody matches by it.
 */
export async function outOfForceAmong(
  { records }: Pick<Stores, 'records'>,
  imageIds: readonly string[],
): Promise<ReadonlyMap<string, ListedImage>> {
  if (imageIds.length === 0) return new Map();
  const images = [...(await records.getImages(imageIds)).values()].filter(
    ({ status }) => status === 'ACTIVE',
  );
  const entryIds = [...new Set(images.map(({ entryId }) => entryId))];
  const entries = await Promise.all(entryIds.map((id) => records.getEntry(id)));
  const byId = new Map(entries.flatMap((entry) => (entry?.status === 'ACTIVE' ? [[entry.id, entry]] : [])));
  return new Map(
    images.flatMap((image) => {
      const entry = byId.get(image.entryId);
      return entry ? [[image.id, { image, entry }]] : [];
    }),
  );
}

import type { Stores } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import type { ErasureRecord } from '../records/erasure.ts';
import { eraseCopies } from './erase-copies.ts';
import { openStored } from './open-stored.ts';
import { retryTransient } from './retry-transient.ts';

/** Records that are changed at once. */
const recordsAtOnce = 50;

/**
 * Erases what a look-back would find of a person: the faces that are kept of pictures of before the listing,
 * and unless the history is kept, these pictures. It must be done while the person's own faces are enrolled.
 * The records count what goes.
 * Doing it again from any point ends the same.
 *
 * Faces that can't be compared go too, because one of them may be the person's: those of another version, and
 * all of them where a reference picture can't be compared.
 */
export async function eraseKeptFaces(
  { records, faces, images, pictureSlots }: Stores,
  { entryId, history }: Pick<ErasureRecord, 'entryId' | 'history'>,
  enrolled: readonly ImageRecord[],
): Promise<void> {
  const { lookBack } = faces;
  if (!lookBack) return;
  // Those of an attempt that broke off later were compared, and may have lost their faces since.
  const uncompared = enrolled.filter(({ status }) => status !== 'DELETING');
  if (enrolled.length > 0 && uncompared.length === 0) return;
  const references = uncompared.map(({ id: imageId, key }) => ({
    imageId,
    ...(lookBack.own && pictureSlots && { withPicture: openStored({ images, pictureSlots }, key) }),
  }));
  const found = await retryTransient(() => lookBack.findReferences(references));
  for (let next = 0; next < found.seen.length; next += recordsAtOnce) {
    const seen = found.seen.slice(next, next + recordsAtOnce);
    const ids = [...new Set(seen.map(({ processedId }) => processedId))];
    if (history !== 'keep') {
      const results = await Promise.all(ids.map((id) => retryTransient(() => records.getProcessed(id))));
      await eraseCopies(
        images,
        results.flatMap((result) => result ?? []),
      );
      await retryTransient(() => records.redactProcessed(ids, entryId, { isSeen: true }));
      if (history === 'delete') await retryTransient(() => records.removeProcessed(ids));
    }
    await retryTransient(() => records.forgetFaces(seen, entryId));
  }
  const isAny = found.compared + found.notCompared > 0;
  const everything = found.missing > 0;
  const before = everything ? new Date(8.64e15) : new Date(0);
  while ((await retryTransient(() => records.forgetFacesBefore(before, lookBack.version))) > 0);
  if (!isAny) return;
  for (const { id } of uncompared) await retryTransient(() => records.markImageDeleting(id));
}

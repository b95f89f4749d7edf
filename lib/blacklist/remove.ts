import pLimit from 'p-limit';
import type { EnrolledFace } from '../faces/port.ts';
import { entryFolder } from '../images/key.ts';
import type { Stores } from '../ports.ts';
import { log } from '../log.ts';
import { allOrFirstError } from '../promises.ts';
import type { EntryRecord, ErasureRecord, ImageRecord } from '../records/port.ts';
import { eraseHistory, eraseLeftovers } from './erase-entry.ts';

const postponed =
  'What was erased may still be in the files of the records: the sweep tries again to clean them.';

/** A store that is far away is asked for so many deletions at a time. */
const deletionsAtOnce = 10;

/**
 * Takes an entry out of every store: hidden first, then faces, pictures, and at last record and name. Where
 * it is erased, its history and its files in the inbox go before the record, which has the name. Doing it
 * again from any point ends the same.
 */
export async function removeEntryEverywhere(stores: Stores, entryId: number): Promise<void> {
  const { records, faces, images } = stores;
  const entry = await records.markEntryDeleting(entryId);
  const erasure = await records.getErasure(entryId);
  const found = await records.listImages(entryId);
  if (erasure) {
    const enrolled = found.filter(({ face }) => face !== null).length;
    await records.noteErasure(entryId, { reference_pictures: found.length, faces: enrolled });
  }
  await faces.remove(found.map(faceOf));
  await images.erase(`${entryFolder(entryId)}/`);
  if (erasure) await eraseTraces(stores, entry ?? { id: entryId, name: '' }, erasure);
  await records.removeEntry(entryId);
  if (erasure) await finishErasure(stores, entryId).catch((err: unknown) => log().warn({ err, entryId }, postponed));
}

/** Ends an erasure. The sweep tries again what fails: whoever asked for it need not ask again. */
async function finishErasure({ records }: Stores, entryId: number): Promise<void> {
  await records.purge(entryId);
  await records.noteErasure(entryId, {}, true);
}

async function eraseTraces(
  stores: Stores,
  entry: Pick<EntryRecord, 'id' | 'name'>,
  { history }: ErasureRecord,
): Promise<void> {
  await stores.records.noteErasure(entry.id, await eraseHistory(stores, entry.id, history));
  await stores.records.noteErasure(entry.id, await eraseLeftovers(stores, entry));
}

/** A request that began before an entry was hidden has ended by then. */
const settledMs = 10 * 60_000;

/**
 * Goes on with erasures that broke off, and looks again for what requests wrote that had begun before.
 * Returns how many it finished.
 * @throws BackendUnavailableError, ThrottledError
 */
export async function finishErasures(stores: Stores, now = new Date()): Promise<number> {
  let finished = 0;
  for (const erasure of await stores.records.unsettledErasures()) {
    const { entryId, history } = erasure;
    if (erasure.finished === null) {
      await removeEntryEverywhere(stores, entryId);
      finished += 1;
      continue;
    }
    const found = await eraseHistory(stores, entryId, history);
    if (found.history_records > 0) await stores.records.purge(entryId);
    if (now.getTime() - Date.parse(erasure.finished) > settledMs) await stores.records.settleErasure(entryId);
  }
  return finished;
}

/** Takes one reference image out of every store, in the same order. */
export async function removeImageEverywhere(stores: Stores, image: ImageRecord): Promise<void> {
  await removeImagesEverywhere(stores, [image]);
}

/**
 * Takes some reference images out of every store: all are hidden before anything goes, and their faces go at
 * once.
 */
export async function removeImagesEverywhere(
  { records, faces, images }: Stores,
  removed: readonly ImageRecord[],
): Promise<void> {
  // One by one, for each changes its entry's count of them.
  const oneByOne = pLimit(1);
  await allOrFirstError(removed.map(({ id }) => oneByOne(() => records.markImageDeleting(id))));
  await faces.remove(removed.map(faceOf));
  const limit = pLimit(deletionsAtOnce);
  await allOrFirstError(removed.map(({ key }) => limit(() => images.erase(key))));
  await allOrFirstError(removed.map(({ id }) => limit(() => records.removeImage(id))));
}

function faceOf({ entryId, id: imageId, face }: ImageRecord): EnrolledFace {
  return { entryId, imageId, faceId: face?.id ?? null };
}

import { aboutEntry } from '../audit/scope.ts';
import { entryFolder } from '../images/key.ts';
import type { Leftover } from '../images/leftovers.ts';
import type { Stores } from '../ports.ts';
import type { ErasureRecord } from '../records/erasure.ts';
import { cleanErased } from './clean-erased.ts';
import { countsOf, eraseHistory, eraseLeftovers, findLeftovers } from './erase-entry.ts';
import { eraseKeptFaces } from './erase-kept-faces.ts';
import { endMerge, takeBackMerge } from './merge-claim.ts';
import { faceOf } from './remove-images.ts';
import { retryTransient } from './retry-transient.ts';

/**
 * Takes an entry out of every store: hidden first, then faces, pictures, and at last record and name. Where
 * it is erased, its history and its files in the inbox go before the record, which has the name. Doing it
 * again from any point ends the same.
 */
export function removeEntryEverywhere(stores: Stores, entryId: number): Promise<void> {
  return aboutEntry(entryId, () => removeEverywhere(stores, entryId));
}

async function removeEverywhere(stores: Stores, entryId: number): Promise<void> {
  const { records, faces, images } = stores;
  const entry = await retryTransient(() => records.markEntryDeleting(entryId));
  const erasure = await retryTransient(() => records.getErasure(entryId));
  // Images that another entry got by a merge go too, unless that merge is done.
  if (erasure?.mergedInto === undefined) await takeBackMerge(stores, entryId);
  const found = await retryTransient(() => records.listImages(entryId));
  // Files that came into the inbox during a merge are for somebody who stays listed.
  const isErased = ({ key }: Leftover) => erasure?.mergedInto === undefined || !key.startsWith('inbox/');
  const left = erasure && entry ? (await findLeftovers(stores, entry)).filter(isErased) : [];
  if (erasure) {
    // Noted before it goes: after a crash, there would be less to count.
    const counts = {
      reference_pictures: found.length,
      faces: found.filter(({ face }) => face !== null).length,
      ...countsOf(left),
    };
    if (Object.values(counts).some((count) => count > 0)) {
      await retryTransient(() => records.noteErasure(entryId, counts));
    }
    // As long as the person's own faces are enrolled.
    if (erasure.mergedInto === undefined) await eraseKeptFaces(stores, erasure, found);
  }
  await retryTransient(() => faces.remove(found.map(faceOf)));
  await retryTransient(() => images.erase(`${entryFolder(entryId)}/`));
  if (erasure) await eraseHistory(stores, erasure);
  if (erasure && entry) await eraseLeftovers(stores, entry, left);
  await retryTransient(() => records.removeEntry(entryId));
  if (erasure?.mergedInto !== undefined) await endMerge(stores, entryId, { isDone: true });
  // Whoever asked for it need not ask again: the entry is gone.
  if (erasure) await cleanErased(stores, entryId);
}

/** A request that began before an entry was hidden has ended by then. */
const settledMs = 10 * 60_000;

/**
 * Goes on with an erasure that broke off, and then returns true. For one that ended, it looks again for what
 * requests wrote that had begun before.
 * @throws BackendUnavailableError, ThrottledError
 */
export async function finishErasure(
  stores: Stores,
  erasure: ErasureRecord,
  now = new Date(),
): Promise<boolean> {
  const { entryId, finished } = erasure;
  if (finished === null) {
    await removeEntryEverywhere(stores, entryId);
    return true;
  }
  if (erasure.mergedInto === undefined) await aboutEntry(entryId, () => takeBackMerge(stores, entryId));
  const found = await aboutEntry(entryId, () => eraseHistory(stores, erasure));
  if (found > 0) {
    // Whoever is told that it is finished is told so of these too.
    await stores.records.noteErasure(entryId, {}, false);
    await cleanErased(stores, entryId);
    return false;
  }
  if (now.getTime() - Date.parse(finished) > settledMs) {
    await endMerge(stores, entryId, { isDone: erasure.mergedInto !== undefined });
    await stores.records.settleErasure(entryId);
  }
  return false;
}

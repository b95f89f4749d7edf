import { batches } from '../batches.ts';
import { EntryNotFoundError, isUnusablePicture, VersionConflictError } from '../errors.ts';
import type { ImageFolder } from '../images/key.ts';
import type { PictureSlots } from '../inputs/port.ts';
import type { Stores } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import { expiredSince } from '../records/shared/in-force.ts';
import { compareFaces, type FaceComparison, removeStrays } from './compare-faces.ts';
import { deleteEntry } from './delete-entry.ts';
import { enrollAgain } from './enroll-again.ts';
import { lenderOf } from './held-images.ts';
import { isStillLent } from './merge-claim.ts';
import {
  comparePictures,
  everyOrphan,
  isAnyUnknown,
  isTooMany,
  type OrphanLimits,
  orphanLimits,
  unknownKeptWarning,
} from './orphans.ts';
import { failureOf } from './partial-failure.ts';
import { finishErasure, removeEntryEverywhere } from './remove.ts';
import { removeImageEverywhere } from './remove-images.ts';

/** Extent of a scheduled sweep: `finishInterrupted` alone, or a full `sweep`. */
export type SweepTask = 'finish' | 'compare';

/** Number of items in one removal. */
const batchSize = 100;

/** Result of a sweep. All numbers are counts. */
export interface SweepReport {
  /** Entries and images that were begun and never completed. */
  undone: number;
  /** Interrupted deletions that were finished. */
  deletionsFinished: number;
  /** Entries that had expired long enough ago. */
  expiredErased: number;
  /** Pictures and faces without a record, and half-written files. */
  orphansRemoved: number;
  /** Reference images whose face was enrolled again, from the stored original. */
  reEnrolled: number;
  /** Reference images whose original or face is lost: add the picture again. */
  damaged: number;
  /**
   * Steps that failed though the stores are available, such as a picture that can't be deleted. The next
   * sweep tries them again.
   */
  failed: number;
  /** Descriptions of the first failures, one a line, each with its reason. */
  readonly failures: string[];
  /** False if the sweep was stopped before its end. */
  isComplete: boolean;
}

const maxFailureLines = 20;

/** Ports of the sweep. */
export interface SweepPorts extends Stores {
  readonly pictureSlots: PictureSlots;
}

/** State of a running sweep. */
interface Sweep extends SweepPorts {
  readonly olderThan: Date;
  readonly stop: AbortSignal | undefined;
  readonly report: SweepReport;
  /** Faces and pictures without a record that were kept, since they are too many. */
  readonly unknown: { faces: number; pictures: number };
}

/**
 * Undoes what was begun before `olderThan` and never completed, and finishes interrupted deletions. Its cost
 * grows with what it finds, not with the stores.
 * @throws BackendUnavailableError when a store can't be used
 */
export async function finishInterrupted(ports: SweepPorts, olderThan: Date): Promise<SweepReport> {
  const run = begin(ports, olderThan);
  await finishErased(run);
  await finishEntries(run);
  await finishImages(run);
  return run.report;
}

/**
 * Compares the three stores and makes them agree; it ignores whatever is younger than `olderThan`. A second
 * run gives the same result, even after an interruption. Its largest part, the processed pictures, comes
 * last.
 *
 * Faces or pictures without a record that are more than the records know stay: then the records are doubtful.
 * The report has that among its failures, and the records a note of it.
 * @param expiredBefore entries that expired before it are deleted, see `expiredSince`; none without it
 * @param removeUnknown true if somebody has decided that all without a record go
 * @throws BackendUnavailableError when a store can't be used
 */
export async function sweep(
  ports: SweepPorts,
  olderThan: Date,
  stop?: AbortSignal,
  expiredBefore?: Date,
  removeUnknown = false,
): Promise<SweepReport> {
  const run = begin(ports, olderThan, stop);
  const limits = removeUnknown ? everyOrphan : await orphanLimits(ports.records);
  await finishErased(run);
  await finishEntries(run);
  await finishImages(run);
  if (expiredBefore) await eraseExpired(run, expiredBefore);
  const originals = await sweepPictures(run, 'blacklist', limits);
  const comparison = await compareFaces(ports, stop);
  await removeOrphanFaces(run, comparison, limits);
  await mendImages(run, originals, comparison.current);
  await tolerating(run, 'half-written files', async () => {
    run.report.orphansRemoved += await ports.images.removeUnfinished(olderThan);
  });
  await sweepKeptFaces(run, limits);
  await sweepPictures(run, 'processed', limits);
  await sweepPictures(run, 'cropped', limits);
  if (!stop?.aborted) await reportUnknown(run);
  run.report.isComplete = !stop?.aborted;
  return run.report;
}

function begin(stores: SweepPorts, olderThan: Date, stop?: AbortSignal): Sweep {
  const { records, images, faces, leftovers, pictureSlots } = stores;
  const report: SweepReport = {
    undone: 0,
    deletionsFinished: 0,
    expiredErased: 0,
    orphansRemoved: 0,
    reEnrolled: 0,
    damaged: 0,
    failed: 0,
    failures: [],
    isComplete: true,
  };
  const ports = { records, images, faces, ...(leftovers && { leftovers }), pictureSlots };
  return { ...ports, olderThan, stop, report, unknown: { faces: 0, pictures: 0 } };
}

/** Reports what was kept because it is too much, and lets `/status` tell of it until it is settled. */
async function reportUnknown({ records, report, unknown }: Sweep): Promise<void> {
  const known = await records.unknownKept();
  if (isAnyUnknown(unknown)) {
    report.failed += 1;
    report.failures.push(unknownKeptWarning(unknown));
  } else if (!known || !isAnyUnknown(known)) return;
  if (known?.faces === unknown.faces && known.pictures === unknown.pictures) return;
  await records.noteUnknownKept(unknown);
}

/** Does one part; a failure of this part alone is reported. */
async function tolerating(
  { records, images, faces, report }: Sweep,
  part: string,
  work: () => Promise<void>,
): Promise<void> {
  const failure = await failureOf([records, images, faces], work);
  if (failure === undefined) return;
  report.failed += 1;
  if (report.failures.length < maxFailureLines) report.failures.push(`${part}: ${failure}`);
}

async function finishErased(run: Sweep): Promise<void> {
  for (const erasure of await run.records.unsettledErasures()) {
    if (run.stop?.aborted) return;
    await tolerating(run, `the erasure of entry ${erasure.entryId}`, async () => {
      if (await finishErasure(run, erasure)) run.report.deletionsFinished += 1;
    });
  }
}

async function finishEntries(run: Sweep): Promise<void> {
  const { records, olderThan, stop, report } = run;
  for (const status of ['PENDING', 'DELETING'] as const) {
    for (const { id, addedDate } of await records.listEntries(status)) {
      if (stop?.aborted) return;
      if (status === 'PENDING' && new Date(addedDate) >= olderThan) continue;
      await tolerating(run, `entry ${id}`, async () => {
        // The entry may have been completed since it was listed.
        if ((await records.getEntry(id))?.status !== status) return;
        await removeEntryEverywhere(run, id);
        report[status === 'PENDING' ? 'undone' : 'deletionsFinished'] += 1;
      });
    }
  }
}

async function finishImages(run: Sweep): Promise<void> {
  const { records, olderThan, stop, report } = run;
  for (const status of ['PENDING', 'DELETING'] as const) {
    // All are listed before the first is removed, so that the list skips none.
    for (const { id, addedDate } of await Array.fromAsync(records.listImagesByStatus(status))) {
      if (stop?.aborted) return;
      if (status === 'PENDING' && new Date(addedDate) >= olderThan) continue;
      await tolerating(run, `image ${id}`, async () => {
        const image = (await records.getImages([id])).get(id);
        if (image?.status !== status) return;
        await removeImageEverywhere(run, image);
        report[status === 'PENDING' ? 'undone' : 'deletionsFinished'] += 1;
      });
    }
  }
}

/** Deletes the entries that expired long ago, unless somebody changes or deletes one meanwhile. */
async function eraseExpired(run: Sweep, expiredBefore: Date): Promise<void> {
  const { items } = await run.records.findEntries({ expired: true, sort: 'expires' });
  for (const entry of items) {
    const { id, version } = entry;
    if (run.stop?.aborted) return;
    if (expiredSince(entry) > expiredBefore.getTime()) continue;
    await tolerating(run, `entry ${id}`, async () => {
      try {
        await deleteEntry(run, id, { ifVersion: [version] });
        run.report.expiredErased += 1;
      } catch (error) {
        if (!(error instanceof VersionConflictError || error instanceof EntryNotFoundError)) throw error;
      }
    });
  }
}

/** Removes the faces of a look-back that no record names. */
async function sweepKeptFaces(run: Sweep, { keptFaces: most }: OrphanLimits): Promise<void> {
  const { faces, olderThan, stop, report, unknown } = run;
  const own = faces.lookBack?.own;
  if (!own) return;
  await tolerating(run, 'kept faces', async () => {
    const { named, strays } = await own.compare(olderThan, stop);
    if (strays.length > Math.max(named, most)) {
      unknown.faces += strays.length;
      return;
    }
    await own.remove(strays);
    report.orphansRemoved += strays.length;
  });
}

/** Removes the pictures that no record knows; returns the keys of the others. */
async function sweepPictures(
  run: Sweep,
  folder: ImageFolder,
  limits: OrphanLimits,
): Promise<ReadonlySet<string>> {
  const { images, olderThan, stop, report, unknown } = run;
  const compared = await comparePictures(run, folder, { olderThan, most: limits[folder], stop });
  const isDoubtful = isTooMany(limits, folder, compared.unknown);
  if (isDoubtful) unknown.pictures += compared.unknown.count;
  for (const key of [...compared.remains, ...(isDoubtful ? [] : compared.orphans)]) {
    if (stop?.aborted) break;
    await tolerating(run, key, async () => {
      await images.delete(key);
      report.orphansRemoved += 1;
    });
  }
  return compared.kept;
}

async function removeOrphanFaces(
  run: Sweep,
  { current, strays, unknown }: FaceComparison,
  limits: OrphanLimits,
): Promise<void> {
  if (isTooMany(limits, 'faces', unknown)) {
    run.unknown.faces += unknown.count;
    return;
  }
  for await (const batch of batches(strays, batchSize)) {
    if (run.stop?.aborted) return;
    await tolerating(run, 'faces without a record', async () => {
      run.report.orphansRemoved += await removeStrays(run, { current, strays: batch });
    });
  }
}

/**
 * Enrolls images again from the stored originals. It is needed after a change of model or collection, and
 * when a face was lost.
 */
async function mendImages(
  run: Sweep,
  originals: ReadonlySet<string>,
  current: ReadonlySet<string>,
): Promise<void> {
  const { records, olderThan, stop, report } = run;
  for await (const image of records.listImagesByStatus('ACTIVE')) {
    if (stop?.aborted) return;
    if (lenderOf(image) && (await isLent(run, image))) continue;
    // A younger image may have been added after the comparison.
    if (new Date(image.addedDate) >= olderThan) continue;
    if (!originals.has(image.key)) report.damaged += 1;
    else if (!current.has(image.id)) await mendImage(run, image);
  }
}

/** Returns true for an image that a merge has lent. It takes back that of a merge that broke off. */
async function isLent(run: Sweep, image: ImageRecord): Promise<boolean> {
  let isHeld = false;
  await tolerating(run, `image ${image.id}`, async () => {
    isHeld = await isStillLent(run, image);
  });
  return isHeld;
}

async function mendImage(run: Sweep, image: ImageRecord): Promise<void> {
  await tolerating(run, `image ${image.id}`, async () => {
    try {
      await enrollAgain(run, image);
      run.report.reEnrolled += 1;
    } catch (error) {
      if (!isUnusablePicture(error)) throw error;
      run.report.damaged += 1;
    }
  });
}

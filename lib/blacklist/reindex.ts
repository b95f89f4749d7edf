import type { LimitFunction } from 'p-limit';
import { batches } from '../batches.ts';
import { InputUnreadableError, NameTakenError } from '../errors.ts';
import type { EnrollingPorts, Stores } from '../ports.ts';
import { allOrFirstError } from '../promises.ts';
import type { EntryRecord, ImageRecord } from '../records/entry.ts';
import type { RecordStore } from '../records/port.ts';
import { planNormalForms } from '../records/shared/normal-entries.ts';
import { compareFaces } from './compare-faces.ts';
import { enrollAgain } from './enroll-again.ts';
import { enrollPicture, measureReference, preparePicture } from './enroll-picture.ts';
import { failureOf } from './partial-failure.ts';
import { removeEntryEverywhere } from './remove.ts';
import { removeImageEverywhere } from './remove-images.ts';

/** Result of `reindex` or `carryOver`. */
export interface ReindexReport {
  /** Number of reference images that this run enrolled. */
  enrolled: number;
  /** Number of reference images that were enrolled before. */
  present: number;
  /** Descriptions of what failed, one a line, each with its reason. */
  readonly problems: string[];
}

/** Stores that entries are copied from. They are only read. */
export type Source = Pick<Stores, 'records' | 'images'>;

/** Number of images in one lookup. */
const batchSize = 100;

/**
 * Enrolls every shown image again from the stored original, if its face is not enrolled for the present
 * models or collection. A second run continues an interrupted one.
 * @param advance is called for each image that was handled
 * @throws BackendUnavailableError when a store can't be used
 */
export async function reindex(ports: EnrollingPorts, advance: () => void): Promise<ReindexReport> {
  const { records, images, faces, pictureSlots } = ports;
  const report: ReindexReport = { enrolled: 0, present: 0, problems: [] };
  const { current } = await compareFaces(ports);
  const turn = pictureSlots.fairShare();
  const enroll = async (image: ImageRecord) => {
    const failure = await failureOf([records, images, faces], () => enrollAgain(ports, image));
    if (failure === undefined) report.enrolled += 1;
    else report.problems.push(`entry ${image.entryId}, image ${image.id}: ${failure}`);
  };
  for await (const batch of batches(records.listImagesByStatus('ACTIVE'), batchSize)) {
    await allOrFirstError(
      batch.map(async (image) => {
        if (current.has(image.id)) report.present += 1;
        else await turn(() => enroll(image));
        advance();
      }),
    );
  }
  return report;
}

/**
 * Copies every active entry to another backend, with its id, dates and version. The originals of its
 * reference images are enrolled there under the same ids.
 *
 * A second run continues an interrupted one and adds new images. It changes nothing that the target has, not
 * even entries that conflict.
 * @param advance is called for each image that was handled
 * @throws BackendUnavailableError when a store can't be used.
 */
export async function carryOver(
  source: Source,
  target: EnrollingPorts,
  advance: () => void,
): Promise<ReindexReport> {
  const report: ReindexReport = { enrolled: 0, present: 0, problems: [] };
  const carrying = { source, target, report, advance, turn: target.pictureSlots.fairShare() };
  // Most entries have few pictures, so several entries are copied at the same time. The pictures of all of
  // them take turns.
  const limit = target.pictureSlots.fairShare();
  const entries = await source.records.listEntries('ACTIVE');
  await allOrFirstError(entries.map((entry) => limit(() => carryEntry(carrying, entry))));
  return report;
}

interface Carrying {
  readonly source: Source;
  readonly target: EnrollingPorts;
  readonly report: ReindexReport;
  readonly advance: () => void;
  /** Limit on the pictures that are held at once. */
  readonly turn: LimitFunction;
}

async function carryEntry(carrying: Carrying, entry: EntryRecord): Promise<void> {
  const { source, target, advance, turn } = carrying;
  const images = (await source.records.listImages(entry.id)).filter(({ status }) => status === 'ACTIVE');
  await reporting(carrying, entryLabel(entry), async () => {
    const obstacle = await ensureEntry(target.records, entry);
    if (obstacle !== undefined) {
      carrying.report.problems.push(`${entryLabel(entry)}: ${obstacle}`);
      for (const _ of images) advance();
      return;
    }
    const there = await target.records.getImages(images.map(({ id }) => id));
    await allOrFirstError(
      images.map((image) =>
        turn(async () => {
          await reporting(carrying, `${entryLabel(entry)}, image ${image.id}`, () =>
            carryImage(carrying, image, there.get(image.id)),
          );
          advance();
        }),
      ),
    );
    // None of its images could be copied, so the entry would never be complete.
    if ((await target.records.getEntry(entry.id))?.status === 'PENDING') {
      await removeEntryEverywhere(target, entry.id);
    }
  });
}

function entryLabel({ id, name }: EntryRecord): string {
  return `entry ${id} '${name}'`;
}

async function reporting(
  { source, target, report }: Carrying,
  part: string,
  work: () => Promise<void>,
): Promise<void> {
  const stores = [source.records, source.images, target.records, target.images, target.faces];
  const failure = await failureOf(stores, work);
  if (failure !== undefined) report.problems.push(`${part}: ${failure}`);
}

/** Makes the entry in the target, if it is absent. Returns the reason if that is impossible. */
async function ensureEntry(records: RecordStore, entry: EntryRecord): Promise<string | undefined> {
  const { id, addedDate, status: _status, imageCount: _imageCount, ...kept } = entry;
  const there = await records.getEntry(id);
  if (there?.status === 'DELETING') return 'There, the entry of that id is being deleted. Try again later.';
  // An entry that an earlier run copied has the source's date.
  if (there) return there.addedDate === addedDate ? undefined : 'There, another entry has the id.';
  try {
    // A table of an earlier version has names that are not in normal form.
    const [change] = planNormalForms([entry]);
    const { name, reason } = change ?? entry;
    const { updatedBy, updatedDate, version, ...details } = kept;
    const carried = { id, addedDate, updatedBy, updatedDate, version };
    await records.createEntry({ ...details, name, reason, carried });
    return undefined;
  } catch (error) {
    if (error instanceof NameTakenError) return 'There, another entry has the name.';
    throw error;
  }
}

async function carryImage(
  { source, target, report }: Carrying,
  { id, entryId, key, file }: ImageRecord,
  there: ImageRecord | undefined,
): Promise<void> {
  if (there?.status === 'ACTIVE') report.present += 1;
  else {
    // An earlier run was interrupted while it copied this image.
    if (there) await removeImageEverywhere(target, there);
    const original = await source.images.get(key);
    if (!original) throw new InputUnreadableError('The stored original is lost.');
    // The source accepted the picture, possibly without a quality filter, so the target must not refuse it.
    const picture = await measureReference(target.faces, original);
    const named = { ...(await preparePicture(target, picture)), fileName: file?.name ?? null };
    const options = { imageId: id, qualityFilter: 'none' } as const;
    await enrollPicture(target, entryId, named, options);
    report.enrolled += 1;
  }
  // The entry is activated with its first image. Otherwise the target's sweep would take it for an
  // interrupted one, because its date is old.
  await target.records.activateEntry(entryId);
}

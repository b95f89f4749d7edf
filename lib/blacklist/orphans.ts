import { batches } from '../batches.ts';
import { entryIdOfKey, type ImageFolder, imageIdOfKey, largerKeyOf, pictureIdOfKey } from '../images/key.ts';
import type { ImageStore, StoredImage } from '../images/port.ts';
import type { RecordStore } from '../records/port.ts';
import type { UnknownKept } from '../records/sweep-notes.ts';

/** Number of items in one lookup. */
const batchSize = 100;

/** Pictures of one folder, compared with the records. */
export interface ComparedPictures {
  /** Keys of the pictures that stay; of the folder `blacklist` alone, for there may be very many others. */
  readonly kept: ReadonlySet<string>;
  /** Keys that no record knows; incomplete beyond `most`. */
  readonly orphans: readonly string[];
  /** Keys of smaller pictures whose original is gone. They are worth nothing, however many they are. */
  readonly remains: readonly string[];
  readonly unknown: Unknown;
}

/** Faces or pictures that no record knows. */
export interface Unknown {
  count: number;
  /** Largest id of an entry that one of them names; 0 if none does. */
  lastEntryId: number;
}

/**
 * Compares a folder's pictures with the records. After `stop` it returns the part compared so far.
 * @param most number of orphans to collect at most; all are counted
 */
export async function comparePictures(
  { images, records }: { readonly images: Pick<ImageStore, 'has' | 'list'>; readonly records: RecordStore },
  folder: ImageFolder,
  { olderThan, most, stop }: { olderThan: Date; most: number; stop: AbortSignal | undefined },
): Promise<ComparedPictures> {
  const kept = new Set<string>();
  const orphans: string[] = [];
  const remains: string[] = [];
  const unknown: Unknown = { count: 0, lastEntryId: 0 };
  for await (const all of batches(images.list(`${folder}/`), batchSize)) {
    if (stop?.aborted) break;
    const batch = all.filter(({ key }) => largerKeyOf(key) === undefined);
    remains.push(...(await remainsAmong(images, all, olderThan)));
    const strange = await orphansAmong(records, batch, olderThan);
    for (const { key } of batch) {
      if (strange.has(key)) {
        addUnknown(unknown, entryIdOfKey(key));
        if (orphans.length < most) orphans.push(key);
      } else if (folder === 'blacklist') kept.add(key);
    }
  }
  return { kept, orphans, remains, unknown };
}

/** Returns the keys of smaller pictures whose original is gone: a crash came between the two. */
async function remainsAmong(
  images: Pick<ImageStore, 'has'>,
  pictures: readonly StoredImage[],
  olderThan: Date,
): Promise<string[]> {
  // A bucket lists them right after their original.
  const listed = new Set(pictures.map(({ key }) => key));
  const remains: string[] = [];
  for (const { key, modified } of pictures) {
    const larger = largerKeyOf(key);
    if (larger === undefined || modified >= olderThan || listed.has(larger)) continue;
    if (!(await images.has(larger))) remains.push(key);
  }
  return remains;
}

/**
 * Returns the keys that no record knows. Files with other names than this service's belong to somebody else,
 * and are left out.
 */
async function orphansAmong(
  records: RecordStore,
  pictures: readonly StoredImage[],
  olderThan: Date,
): Promise<ReadonlySet<string>> {
  const keys = pictures.filter(({ modified }) => modified < olderThan).map(({ key }) => key);
  const listed = await records.getImages(keys.flatMap((key) => imageIdOfKey(key) ?? []));
  const processed = await records.findProcessed(keys.flatMap((key) => pictureIdOfKey(key) ?? []));
  const isOrphan = (key: string) => {
    const imageId = imageIdOfKey(key);
    if (imageId !== undefined) return listed.get(imageId)?.key !== key;
    const pictureId = pictureIdOfKey(key);
    return pictureId !== undefined && !processed.has(pictureId);
  };
  return new Set(keys.filter(isOrphan));
}

/** Counts one more that no record knows. */
export function addUnknown(unknown: Unknown, entryId = 0): void {
  unknown.count += 1;
  unknown.lastEntryId = Math.max(unknown.lastEntryId, entryId);
}

/** Numbers of orphans that may be removed from each store. */
export type OrphanLimits = Readonly<Record<ImageFolder | 'faces', number>> & {
  /** Number of faces, or of reference pictures, if one of them names an entry that the records never had. */
  readonly ofOthers: number;
  /** Largest id that the records gave to an entry. */
  readonly lastEntryId: number;
  /** Number of a look-back's faces, if fewer are named by records. */
  readonly keptFaces: number;
};

/** Number of faces, or of reference pictures, that crashes may leave of requests under way. */
const leftByCrashes = 10;
/** The same of a look-back's faces: one picture may have so many. */
const keptFacesOfPicture = 100;

/**
 * Finds the numbers of orphans that may be removed. A crash leaves a few; more than the records know tell
 * that the records were lost, are too old, or belong to another deployment.
 */
export async function orphanLimits(records: RecordStore): Promise<OrphanLimits> {
  const [{ images, processed }, lastEntryId] = await Promise.all([records.count(), records.lastEntryId()]);
  const listed = Math.max(images, leftByCrashes);
  return {
    faces: listed,
    blacklist: listed,
    // A processed picture has an original and a copy with boxes. A crash may leave some before the first
    // record.
    processed: 2 * (images + processed),
    cropped: images + processed,
    ofOthers: images,
    lastEntryId,
    keptFaces: keptFacesOfPicture,
  };
}

/** Limits of whoever has decided that all orphans go. */
export const everyOrphan: OrphanLimits = {
  faces: Number.POSITIVE_INFINITY,
  blacklist: Number.POSITIVE_INFINITY,
  processed: Number.POSITIVE_INFINITY,
  cropped: Number.POSITIVE_INFINITY,
  ofOthers: Number.POSITIVE_INFINITY,
  lastEntryId: Number.POSITIVE_INFINITY,
  keptFaces: Number.POSITIVE_INFINITY,
};

/** Returns true if so many have no record that the records are doubtful. */
export function isTooMany(limits: OrphanLimits, store: ImageFolder | 'faces', unknown: Unknown): boolean {
  const isOfOthers = unknown.lastEntryId > limits.lastEntryId;
  return unknown.count > (isOfOthers ? limits.ofOthers : limits[store]);
}

/** Returns true if there is something to tell of. */
export function isAnyUnknown({ faces, pictures }: UnknownKept): boolean {
  return faces + pictures > 0;
}

/** Tells the operator of faces and pictures that were kept, and what to do. */
export function unknownKeptWarning({ faces, pictures }: UnknownKept): string {
  const found = [faces > 0 && counted(faces, 'face'), pictures > 0 && counted(pictures, 'picture')];
  return (
    `The stores hold ${found.filter(Boolean).join(' and ')} that no record knows, more than the records know. So the sweep removed none of them: the ` +
    'records may be lost or older than the stores, or belong to another deployment. Bring back the records that belong to them. ' +
    'If they are to go, run: npm run sweep -- --remove-unknown (in AWS, invoke the sweep\'s function with {"task":"compare","removeUnknown":true}).'
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

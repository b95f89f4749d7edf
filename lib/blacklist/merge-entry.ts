import { maxNotes } from '../contract/entry-fields.ts';
import { type MergeableFields, type MergedFields, mergedFields } from '../contract/merged-fields.ts';
import { RequestInvalidError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import type { ChangedFields, EntryRecord, ImageRecord } from '../records/entry.ts';
import type { MergeStep } from '../records/merging.ts';
import { MergeOvertakenError, mergeRefused, requireMergeable } from '../records/shared/mergeable.ts';
import { entryDetails, named } from './entry-details.ts';
import { countsOf, findLeftovers } from './erase-entry.ts';
import { keepImage } from './held-images.ts';
import { type HeldMerge, isStillLent } from './merge-claim.ts';
import { takeBackImages } from './remove-images.ts';
import { retryTransient } from './retry-transient.ts';
import { EntryPictures } from './same-picture.ts';

/** Who merges an entry into another one, and on which condition. */
export interface MergeCondition {
  /** Name of whoever merges it, if known. */
  readonly actor?: string | null;
  /** Versions that the entry may have that it is merged into; any by default. */
  readonly intoVersions?: readonly number[] | undefined;
}

/** The other entry lacks pictures of the one that is to be merged into it. */
export class PicturesMissingError extends RequestInvalidError {}

/**
 * Makes the step that merges an entry for good.
 * @throws PicturesMissingError, RequestInvalidError
 * @throws MergeOvertakenError when the other entry has a picture that another merge may take back
 */
export async function mergeStep(
  stores: Stores,
  entry: EntryRecord,
  intoId: number,
  { merge, actor = null, intoVersions }: MergeCondition & { readonly merge: HeldMerge },
): Promise<MergeStep> {
  const { token } = merge;
  const images = await requireMerged(stores, entry, intoId, merge);
  const change = (into: EntryRecord, from: EntryRecord) => entryChange(changeOf(into, from));
  return { token, images, intoVersions, actor, change };
}

/**
 * Refuses to merge an entry of which something would be lost: reference pictures that the other does not have
 * yet, or files of the inbox that are still to be added. Gives back what the entry itself has no more.
 * @returns the ids of the entry's images, all of which the other entry has
 * @throws PicturesMissingError, RequestInvalidError
 */
async function requireMerged(
  stores: Stores,
  entry: EntryRecord,
  intoId: number,
  { holder }: HeldMerge,
): Promise<ReadonlySet<string>> {
  const { records } = stores;
  if (intoId === entry.id) throw mergeRefused('An entry can not be merged into itself.');
  const into = await retryTransient(() => records.getEntry(intoId));
  requireMergeable(into);
  const own = await EntryPictures.of(stores, entry.id);
  const there = await EntryPictures.of(stores, intoId);
  const others = there.only((image) => image.holder !== holder);
  const found = await own.each(
    async (_, bytes) => bytes && ((await others.find(bytes)) ?? (await there.find(bytes))),
  );
  const missing = found.filter((id) => id === undefined).length;
  if (missing > 0) {
    const { problems } = mergeRefused(
      `Add the pictures of entry ${entry.id} to entry ${intoId} first: ${missing} are not there.`,
    );
    throw new PicturesMissingError(problems);
  }
  await requireEmptyInbox(stores, entry);
  await keepFound(stores, there.images, new Set(found), holder);
  return own.imageIds;
}

/**
 * Keeps the images that the other entry has of the person, and takes back what it was lent for nothing.
 * @throws MergeOvertakenError when one is lent by another merge, or is gone
 */
async function keepFound(
  stores: Stores,
  images: readonly ImageRecord[],
  found: ReadonlySet<string | undefined>,
  holder: string,
): Promise<void> {
  const lent = images.filter((image) => image.holder === holder);
  const theirs = images.filter((image) => image.holder !== undefined && image.holder !== holder);
  for (const image of theirs.filter(({ id }) => found.has(id))) {
    if ((await isStillLent(stores, image)) || !(await keepImage(stores, image.id))) {
      throw new MergeOvertakenError();
    }
  }
  await retryTransient(() =>
    takeBackImages(
      stores,
      lent.filter(({ id }) => !found.has(id)),
    ),
  );
}

/**
 * Refuses to merge an entry for which files of the inbox are still to be added.
 * @throws RequestInvalidError
 */
export async function requireEmptyInbox(stores: Stores, entry: EntryRecord): Promise<void> {
  const { inbox_files: waiting } = countsOf(await findLeftovers(stores, entry));
  if (waiting > 0) {
    throw mergeRefused(`Wait until the inbox is empty: ${waiting} of its files are for entry ${entry.id}.`);
  }
}

/**
 * Returns what an entry gets of another one's fields.
 * @throws RequestInvalidError when the notes would become too long
 */
export function changeOf(into: EntryRecord, from: EntryRecord): MergedFields {
  const change = mergedFields(fieldsOf(into), fieldsOf(from));
  if ((change.notes?.length ?? 0) > maxNotes) {
    throw mergeRefused(
      `The notes of both entries have more than ${maxNotes} characters together. Shorten one of them first.`,
    );
  }
  return change;
}

function fieldsOf({ expiresAt, reviewAt, ...fields }: EntryRecord): MergeableFields {
  return { ...fields, expires_at: expiresAt, review_at: reviewAt };
}

function entryChange({ reason, ...details }: MergedFields): ChangedFields {
  return { ...named({ reason }), ...entryDetails(details) };
}

import { maxNotes } from '../contract/entry-fields.ts';
import { type MergeableFields, type MergedFields, mergedFields } from '../contract/merged-fields.ts';
import { RequestInvalidError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import type { ChangedFields, EntryRecord } from '../records/entry.ts';
import type { MergeStep } from '../records/merging.ts';
import { mergeRefused, requireMergeable } from '../records/shared/mergeable.ts';
import { entryDetails, named } from './entry-details.ts';
import { countsOf, findLeftovers } from './erase-entry.ts';
import { persistently } from './persistently.ts';
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
 * @param token name of the claimed merge
 * @throws PicturesMissingError, RequestInvalidError
 */
export async function mergeStep(
  stores: Stores,
  entry: EntryRecord,
  intoId: number,
  { token, actor = null, intoVersions }: MergeCondition & { readonly token: string },
): Promise<MergeStep> {
  const images = await requireMerged(stores, entry, intoId);
  const change = (into: EntryRecord, from: EntryRecord) => entryChange(changeOf(into, from));
  return { token, images, intoVersions, actor, change };
}

/**
 * Refuses to merge an entry of which something would be lost: reference pictures that the other does not have
 * yet, or files of the inbox that are still to be added.
 * @returns the ids of the entry's images, all of which the other entry has
 * @throws PicturesMissingError, RequestInvalidError
 */
async function requireMerged(
  stores: Stores,
  entry: EntryRecord,
  intoId: number,
): Promise<ReadonlySet<string>> {
  const { records } = stores;
  if (intoId === entry.id) throw mergeRefused('An entry can not be merged into itself.');
  const into = await persistently(() => records.getEntry(intoId));
  requireMergeable(into, intoId);
  const own = await EntryPictures.of(stores, entry.id);
  const missing = await own.countMissingIn(await EntryPictures.of(stores, intoId));
  if (missing > 0) {
    const { problems } = mergeRefused(
      `Add the pictures of entry ${entry.id} to entry ${intoId} first: ${missing} are not there.`,
    );
    throw new PicturesMissingError(problems);
  }
  await requireEmptyInbox(stores, entry);
  return own.imageIds;
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

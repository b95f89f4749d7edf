import type { MergedPictures } from '../contract/endpoints/merge-entry.ts';
import type { MergedFields } from '../contract/merged-fields.ts';
import { isUnusablePicture } from '../errors.ts';
import type { EnrollingPorts } from '../ports.ts';
import type { EntryRecord, ImageRecord } from '../records/entry.ts';
import { MergeOvertakenError } from '../records/shared/mergeable.ts';
import { measureReference } from './enroll-picture.ts';
import { isAnyLent } from './held-images.ts';
import { changeOf, requireEmptyInbox } from './merge-entry.ts';
import { EntryPictures } from './same-picture.ts';

/** The work that is left of a merge. */
export interface MergePlan {
  readonly into: EntryRecord;
  readonly from: EntryRecord;
  /** Pictures that the entry that stays lacks. */
  readonly missing: readonly ImageRecord[];
  readonly alreadyThere: number;
  readonly refused: MergedPictures['refused'];
  readonly change: MergedFields;
}

/**
 * Looks at what a merge is still to do, and changes nothing.
 * @throws RequestInvalidError when it can't be done for another reason than a picture
 * @throws MergeOvertakenError when another merge has lent the entry pictures that is to go
 * @throws BackendUnavailableError, ThrottledError
 */
export async function planMerge(
  ports: EnrollingPorts,
  into: EntryRecord,
  from: EntryRecord,
): Promise<MergePlan> {
  const change = changeOf(into, from);
  await requireEmptyInbox(ports, from);
  const there = await EntryPictures.of(ports, into.id);
  const missing: ImageRecord[] = [];
  const refused: MergedPictures['refused'] = [];
  const own = await EntryPictures.of(ports, from.id);
  if (await isAnyLent(ports.records, own.images)) throw new MergeOvertakenError();
  await own.each(async (image, bytes) => {
    const refuse = (reason: string) =>
      void refused.push({ id: image.id, file_name: image.file?.name ?? null, reason });
    if (!bytes) return refuse('The stored original is lost.');
    if (await there.has(bytes)) return;
    const reason = await whyUnusable(ports, bytes);
    if (reason !== undefined) return refuse(reason);
    missing.push(image);
  });
  return {
    into,
    from,
    change,
    missing,
    refused,
    alreadyThere: own.images.length - missing.length - refused.length,
  };
}

/** Tells why a stored picture can't be enrolled again, as far as that is seen without looking for faces. */
async function whyUnusable({ faces }: EnrollingPorts, bytes: Uint8Array): Promise<string | undefined> {
  try {
    await measureReference(faces, bytes);
    return undefined;
  } catch (error) {
    if (isUnusablePicture(error)) return error.message;
    throw error;
  }
}

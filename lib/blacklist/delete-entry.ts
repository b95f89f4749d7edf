import { noteAction } from '../audit/scope.ts';
import type { BlacklistRecord } from '../contract/shapes.ts';
import { EntryNotFoundError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import type { ErasureOptions } from '../records/erasure.ts';
import { blacklistRecord } from './blacklist-record.ts';
import { giveFields, type MergeCondition, requireMerged } from './merge-entry.ts';
import { persistently } from './persistently.ts';
import { removeEntryEverywhere } from './remove.ts';

/** The action of the audit trail's line of a merge, also where the request is a `deleteEntry`. */
const mergeAction = 'mergeEntry';

export interface DeletionOptions extends ErasureOptions, MergeCondition {}

/**
 * Erases an entry with its pictures and faces, and with what the history has of it; returns it as it was.
 * One whose erasure broke off is erased to the end.
 * With `mergedInto`, the other entry takes over the history, and what it lacks of the fields. It must have
 * the pictures already.
 * @throws EntryNotFoundError
 * @throws RequestInvalidError when it can't be merged; nothing is deleted then.
 * @throws PictureCameError when it gets another picture meanwhile; nothing is deleted then.
 * @throws VersionConflictError when an entry has none of its versions; nothing is deleted then.
 */
export async function deleteEntry(
  ports: Stores,
  entryId: number,
  { history = 'redact', mergedInto, actor = null, intoVersions, ...condition }: DeletionOptions = {},
): Promise<BlacklistRecord> {
  const entry = await ports.records.getEntry(entryId);
  if (!entry || entry.status === 'PENDING') throw new EntryNotFoundError();
  // One whose erasure broke off is erased as that was begun.
  const isMerge = mergedInto !== undefined && entry.status === 'ACTIVE';
  let ifImages: ReadonlySet<string> | undefined;
  if (isMerge) {
    noteAction(mergeAction, `into entry ${mergedInto}`);
    ifImages = await requireMerged(ports, entry, mergedInto);
    // One that is refused changes nothing; the look at the version that counts comes with the deletion.
    if (condition.ifVersion?.includes(entry.version) ?? true)
      await giveFields(ports, entry, mergedInto, { actor, intoVersions });
  }
  const choice = isMerge ? { history: 'keep' as const, mergedInto, ifImages } : { history };
  // Hidden first, in one step with the look at its version, and with the note of its erasure.
  await persistently(() => ports.records.markEntryDeleting(entryId, { ...condition, ...choice }));
  await removeEntryEverywhere(ports, entryId);
  return blacklistRecord(ports, entry);
}

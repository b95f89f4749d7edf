import { noteAction } from '../audit/scope.ts';
import type { BlacklistRecord } from '../contract/shapes.ts';
import { EntryNotFoundError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import type { ErasureOptions } from '../records/erasure.ts';
import { blacklistRecord } from './blacklist-record.ts';
import { type HeldMerge, withMergeClaim } from './merge-claim.ts';
import { type MergeCondition, mergeStep } from './merge-entry.ts';
import { removeEntryEverywhere } from './remove.ts';
import { retryTransient } from './retry-transient.ts';

/** The action of the audit trail's line of a merge, also where the request is a `deleteEntry`. */
const mergeAction = 'mergeEntry';

export interface DeletionOptions extends Omit<ErasureOptions, 'merge'>, MergeCondition {
  /** Merge that the caller works on, which ends with the deletion. */
  readonly merge?: HeldMerge;
}

/**
 * Erases an entry with its pictures and faces, and with what the history has of it; returns it as it was.
 * One whose erasure broke off is erased to the end.
 * With `mergedInto`, the other entry takes over the history, and what it lacks of the fields. It must have
 * the pictures already.
 * @throws EntryNotFoundError
 * @throws RequestInvalidError when it can't be merged; nothing is deleted then.
 * @throws MergeOvertakenError when it can't be merged as it was found; nothing is deleted then.
 * @throws VersionConflictError when an entry has none of its versions; nothing is deleted then.
 */
export async function deleteEntry(
  ports: Stores,
  entryId: number,
  { history = 'redact', mergedInto, merge, actor = null, intoVersions, ...condition }: DeletionOptions = {},
): Promise<BlacklistRecord> {
  const entry = await ports.records.getEntry(entryId);
  if (!entry || entry.status === 'PENDING') throw new EntryNotFoundError();
  // Hidden first, in one step with the look at its version, and with the note of its erasure.
  const hide = (choice: ErasureOptions) =>
    retryTransient(() => ports.records.markEntryDeleting(entryId, { ...condition, ...choice }));
  // One whose erasure broke off is erased as that was begun.
  if (mergedInto === undefined || entry.status !== 'ACTIVE') await hide({ history });
  else {
    noteAction(mergeAction, `into entry ${mergedInto}`);
    const hideMerged = async (held: HeldMerge) => {
      const step = await mergeStep(ports, entry, mergedInto, { merge: held, actor, intoVersions });
      await hide({ history: 'keep', mergedInto, merge: step });
    };
    await (merge ? hideMerged(merge) : withMergeClaim(ports, entryId, mergedInto, hideMerged));
  }
  await removeEntryEverywhere(ports, entryId);
  return blacklistRecord(ports, entry);
}

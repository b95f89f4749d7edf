import type { AuditFacts } from '../../audit/port.ts';
import { changeFacts, withDetail } from '../../audit/scope.ts';
import { RequestInvalidError, SimultaneousWorkError } from '../../errors.ts';
import type { EntryRecord, ImageRecord } from '../entry.ts';
import type { MergeClaim, MergeStep } from '../merging.ts';
import { changeDetail, changedEntry, requireVersion } from './entry-changes.ts';

/** Somebody else changed one of the entries of a merge, so that what is to do has to be looked at again. */
export class MergeOvertakenError extends SimultaneousWorkError {
  constructor(options?: ErrorOptions) {
    super(
      'Others are changing or merging one of the entries. Nothing is lost: send the request again.',
      5,
      options,
    );
  }
}

/**
 * Refuses to merge an entry into one that is not shown, which would take what it gets with it.
 * @throws RequestInvalidError
 */
export function requireMergeable<Entry extends Pick<EntryRecord, 'status'>>(
  into: Entry | undefined,
): asserts into is Entry {
  if (into?.status !== 'ACTIVE') throw mergeRefused('There is no entry of that id.');
}

/** The state in which a merge finds the records when it hides an entry. */
export interface FoundMerge {
  readonly into: EntryRecord;
  readonly from: EntryRecord;
  readonly claim: MergeClaim | undefined;
  /** Images of the entry that is to go. */
  readonly images: readonly ImageRecord[];
}

/**
 * Returns the entry that stays as it is after a merge, itself where it has everything, and the audit trail's
 * line of its change.
 * @throws MergeOvertakenError when the merge was revoked, or the entry that is to go has other pictures
 * @throws RequestInvalidError, VersionConflictError
 */
export function mergedEntry(
  { into, from, claim, images }: FoundMerge,
  { token, images: known, intoVersions, actor, change }: MergeStep,
): { readonly entry: EntryRecord; readonly facts: readonly AuditFacts[] } {
  const present = new Set(images.filter(({ status }) => status === 'ACTIVE').map(({ id }) => id));
  const isAsKnown = present.symmetricDifference(known).size === 0;
  if (claim?.token !== token || claim.isRevoked || !isAsKnown) throw new MergeOvertakenError();
  const entry = changedEntry(into, change(into, from), actor);
  if (entry === into) return { entry, facts: [] };
  requireVersion(into, { ifVersion: intoVersions });
  const target = { entryId: into.id, detail: changeDetail(into, entry) };
  return { entry, facts: [withDetail(`from entry ${from.id}`, () => changeFacts(target))] };
}

/** Makes the error of a merge that is not possible. */
export function mergeRefused(msg: string): RequestInvalidError {
  return new RequestInvalidError([{ loc: ['query', 'merged_into'], msg, type: 'value_error' }]);
}

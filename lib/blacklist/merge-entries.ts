import { setTimeout as delay } from 'node:timers/promises';
import { noteDetail, withDetail } from '../audit/scope.ts';
import type { MergedEntry, MergeEntryRequest } from '../contract/endpoints/merge-entry.ts';
import type { MergedFields } from '../contract/merged-fields.ts';
import { type Deadline, noDeadline } from '../deadline.ts';
import { EntryNotFoundError, RequestInvalidError, VersionConflictError } from '../errors.ts';
import type { EnrollingPorts } from '../ports.ts';
import type { EntryRecord } from '../records/entry.ts';
import { whyNotInForce } from '../records/shared/in-force.ts';
import { MergeOvertakenError, mergeRefused, requireMergeable } from '../records/shared/mergeable.ts';
import { activeEntry, blacklistRecord } from './blacklist-record.ts';
import { deleteEntry } from './delete-entry.ts';
import { type HeldMerge, withMergeClaim } from './merge-claim.ts';
import { PicturesMissingError } from './merge-entry.ts';
import { likenessOf, likenessWarning } from './merge-likeness.ts';
import { type MergePlan, planMerge } from './merge-plan.ts';
import { stayingId } from './merged-entries.ts';
import { movePictures } from './move-pictures.ts';
import { allowedVersions, type UpdateOptions } from './update-entry.ts';

/** Attempts at a merge that others keep overtaking, and the pause in ms after the first. */
const attempts = 6;
const pauseMs = 200;

export interface MergeOptions extends UpdateOptions {
  /** Time by which the request has to be done. */
  readonly deadline?: Deadline;
  /** Width of the band of near misses, see `FaceOptions`. */
  readonly reviewBand?: number;
}

/**
 * Makes two entries of one person one. The other entry is deleted only once the one that stays has all of its
 * pictures and what it lacks of its fields. A call that broke off can be repeated: it does what is still to
 * do, also of an entry that was merged into this one already.
 * When others change an entry meanwhile, it looks again at what is to do, unless a version was asked for.
 * @throws EntryNotFoundError when there is no entry that could stay
 * @throws RequestInvalidError when they can't be merged; nothing is changed then
 * @throws VersionConflictError when an entry has another version, and something is still to do
 * @throws BackendUnavailableError also when there was no time for all pictures, or others keep changing them
 */
export async function mergeEntries(
  ports: EnrollingPorts,
  intoId: number,
  request: MergeEntryRequest,
  options: MergeOptions = {},
): Promise<MergedEntry> {
  if (request.dry_run) noteDetail('dry run');
  const ifVersion = allowedVersions(options.ifVersion, request.version ?? undefined);
  for (let attempt = 1; ; attempt++) {
    try {
      return await mergeAsFound(ports, intoId, request, { ...options, ifVersion });
    } catch (error) {
      if (error instanceof RequestInvalidError) throw ofBody(error);
      if (!(error instanceof MergeOvertakenError) || attempt === attempts) throw error;
    }
    await delay(attempt * pauseMs);
  }
}

/** Merges the entries as they are at the moment, or tells what would come of it. */
async function mergeAsFound(
  ports: EnrollingPorts,
  intoId: number,
  request: MergeEntryRequest,
  options: MergeOptions,
): Promise<MergedEntry> {
  const { entry_id: fromId } = request;
  const dry_run = request.dry_run ?? false;
  const into = await activeEntry(ports, intoId);
  const from = await otherEntry(ports, intoId, fromId);
  if (!from) return finished(ports, fromId, into, { dry_run, actor: options.actor ?? null });
  const plan = async () => {
    const { entry_version } = request;
    if (entry_version != null && entry_version !== from.version) throw new VersionConflictError(from);
    const planned = await planMerge(ports, into, from);
    requireVersion(planned, options.ifVersion);
    return planned;
  };
  if (dry_run) return preview(ports, await plan(), options);
  return withMergeClaim(ports, fromId, intoId, async (held) =>
    merge(ports, await plan(), held, { ...options, isFromAsked: request.entry_version != null }),
  );
}

/**
 * Finds the entry that is to be merged; returns `undefined` if it was merged into that one already.
 * @throws RequestInvalidError
 */
async function otherEntry(
  { records }: EnrollingPorts,
  intoId: number,
  fromId: number,
): Promise<EntryRecord | undefined> {
  if (intoId === fromId) throw mergeRefused('An entry can not be merged into itself.');
  const from = await records.getEntry(fromId);
  if (from?.status === 'ACTIVE') return from;
  if ((await stayingId(records, fromId)) === intoId) return undefined;
  requireMergeable(from);
  return from;
}

/** Finishes the deletion of an entry that was merged already, and tells that nothing else was to do. */
async function finished(
  ports: EnrollingPorts,
  fromId: number,
  into: EntryRecord,
  { dry_run, actor }: { readonly dry_run: boolean; readonly actor: string | null },
): Promise<MergedEntry> {
  if (!dry_run && (await ports.records.getEntry(fromId))) await deleteEntry(ports, fromId, { actor });
  const pictures = { added: 0, already_there: 0, refused: [] };
  const entry = blacklistRecord(ports, into);
  return { dry_run, entry, fields: [], pictures, likeness: null, warnings: [] };
}

/** Checks the version of the entry that stays, where something of it is still to change. */
function requireVersion(
  { into, missing, change }: MergePlan,
  intoVersions: readonly number[] | undefined,
): void {
  const isToChange = missing.length > 0 || Object.keys(change).length > 0;
  if (isToChange && intoVersions?.includes(into.version) === false) throw new VersionConflictError(into);
}

async function merge(
  ports: EnrollingPorts,
  plan: MergePlan,
  held: HeldMerge,
  options: MergeOptions & { readonly isFromAsked: boolean },
): Promise<MergedEntry> {
  const { into, from, refused } = plan;
  if (refused.length > 0) {
    const lines = refused.map(({ id, file_name, reason }) => `${file_name ?? id}: ${reason}`);
    throw mergeRefused(`Pictures of entry ${from.id} can not be taken over. ${lines.join(' ')}`);
  }
  const { actor = null, deadline = noDeadline, ifVersion: intoVersions, isFromAsked } = options;
  await withDetail(`from entry ${from.id}`, () => movePictures(ports, plan, held, deadline));
  try {
    const condition = { ifVersion: [from.version], intoVersions };
    await deleteEntry(ports, from.id, { mergedInto: into.id, merge: held, actor, ...condition });
  } catch (error) {
    const isUnasked = error instanceof VersionConflictError && error.entryId === from.id && !isFromAsked;
    const isOvertaken = error instanceof PicturesMissingError || error instanceof EntryNotFoundError;
    throw isUnasked || isOvertaken ? new MergeOvertakenError({ cause: error }) : error;
  }
  const stays = await activeEntry(ports, into.id);
  return { ...outcomeOf(ports, plan, stays), dry_run: false, likeness: null };
}

/** Tells what would come of a merge. The version is the present one, on which a condition is put. */
async function preview(
  ports: EnrollingPorts,
  plan: MergePlan,
  { deadline, reviewBand }: MergeOptions,
): Promise<MergedEntry> {
  const { into, from, missing, change } = plan;
  const likeness = await likenessOf(ports, into.id, from.id, {
    deadline,
    ...(reviewBand !== undefined && { reviewBand }),
  });
  const would = outcomeOf(ports, plan, {
    ...into,
    ...recordChange(change),
    imageCount: into.imageCount + missing.length,
  });
  const warning = likenessWarning(likeness);
  return {
    ...would,
    dry_run: true,
    likeness,
    warnings: [...(warning === undefined ? [] : [warning]), ...would.warnings],
  };
}

function recordChange({ expires_at, review_at, ...fields }: MergedFields): Partial<EntryRecord> {
  return {
    ...fields,
    ...(expires_at !== undefined && { expiresAt: expires_at }),
    ...(review_at !== undefined && { reviewAt: review_at }),
  };
}

/** Describes what a merge changes, with the entry as it is afterwards. */
function outcomeOf(
  ports: EnrollingPorts,
  { missing, alreadyThere, refused, change }: MergePlan,
  entry: EntryRecord,
): Omit<MergedEntry, 'dry_run' | 'likeness'> {
  const why = whyNotInForce(entry);
  return {
    entry: blacklistRecord(ports, entry),
    fields: Object.keys(change) as MergedEntry['fields'],
    pictures: { added: missing.length, already_there: alreadyThere, refused: [...refused] },
    warnings: why === undefined ? [] : [why],
  };
}

/** Makes an error about `merged_into`, which a deletion has, one about the request's body. */
function ofBody({ problems }: RequestInvalidError): RequestInvalidError {
  return new RequestInvalidError(problems.map((problem) => ({ ...problem, loc: ['body', 'entry_id'] })));
}

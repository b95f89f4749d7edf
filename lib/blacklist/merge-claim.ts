import { randomUUID } from 'node:crypto';
import { EntryNotFoundError, RequestInvalidError, VersionConflictError } from '../errors.ts';
import type { Stores } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import type { MergeClaim } from '../records/merging.ts';
import { MergeOvertakenError } from '../records/shared/mergeable.ts';
import { undo } from './enroll-picture.ts';
import { keepImage, lenderOf, mergeHolder } from './held-images.ts';
import { stayingId } from './merged-entries.ts';
import { takeBackImages } from './remove-images.ts';
import { retryTransient } from './retry-transient.ts';

/**
 * The images that an entry gets by a merge are held by its claim until it is done. So they can be taken back
 * where the merge is refused or the other entry is erased instead, also after a crash. One merge has an entry
 * at once.
 */

/** Milliseconds after which the calls of a merge count as dead that gave no sign of life. */
const abandonedMs = 20_000;
/** Attempts at a claim that others keep changing. */
const attempts = 20;

/** A merge that a call works on. */
export interface HeldMerge {
  readonly token: string;
  /** Holder of the images that the other entry gets by it. */
  readonly holder: string;
}

/**
 * Does some work of a merge under its claim. Calls for the same merge share it. When the last of them is
 * refused, the other entry gives back all that it got.
 * @throws MergeOvertakenError when the entry is being merged into another one, or is not shown any more
 * @throws BackendUnavailableError, ThrottledError, and what the work throws
 */
export async function withMergeClaim<Result>(
  stores: Stores,
  fromId: number,
  intoId: number,
  work: (merge: HeldMerge) => Promise<Result>,
): Promise<Result> {
  const call = randomUUID();
  const token = await claim(stores, fromId, intoId, call);
  const renew = () => void change(stores, fromId, token, (known) => known).catch(() => undefined);
  const timer = setInterval(renew, abandonedMs / 4);
  try {
    return await work({ token, holder: mergeHolder(fromId, token) });
  } catch (error) {
    await undo(() => leave(stores, fromId, intoId, { token, call, isRefused: isRefusal(error) }));
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Returns true for an error after which the same request would be refused again. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof RequestInvalidError ||
    error instanceof VersionConflictError ||
    error instanceof EntryNotFoundError
  );
}

/** Joins the merge of an entry into another one, or begins it; returns its token. */
async function claim(stores: Stores, fromId: number, into: number, call: string): Promise<string> {
  const { records } = stores;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const known = await retryTransient(() => records.mergeClaim(fromId));
    if (known && (known.isRevoked || (known.into !== into && isOver(known)))) {
      await takeBackMerge(stores, fromId);
      continue;
    }
    if (known && known.into !== into) throw new MergeOvertakenError();
    const { token = randomUUID(), calls = [] } = known ?? {};
    const after = { into, token, calls: [...(known && isOver(known) ? [] : calls), call], seen: Date.now() };
    if (await retryTransient(() => records.replaceMergeClaim(fromId, known, after))) return token;
    if ((await retryTransient(() => records.getEntry(fromId)))?.status !== 'ACTIVE') break;
  }
  throw new MergeOvertakenError();
}

/** Returns true for a merge on which nobody works any more. */
function isOver({ calls, seen, isRevoked }: MergeClaim): boolean {
  return isRevoked === true || calls.length === 0 || Date.now() - seen > abandonedMs;
}

/**
 * Returns true for an image that a merge has only lent to its entry: it is taken back if the merge is
 * refused. Where nobody works on the merge any more, that is done at once.
 * @throws BackendUnavailableError, ThrottledError
 */
export async function isStillLent(stores: Stores, image: ImageRecord): Promise<boolean> {
  const { records } = stores;
  const lender = lenderOf(image);
  if (!lender) return false;
  const { fromId, token } = lender;
  const claim = await retryTransient(() => records.mergeClaim(fromId));
  // The merge is done.
  if ((await stayingId(records, fromId)) === image.entryId) return false;
  if (claim?.token !== token) await takeBackImages(stores, [image]);
  else if (isOver(claim)) await takeBackMerge(stores, fromId);
  return true;
}

/** Changes a claim that is still valid, however often others change it meanwhile. */
async function change(
  { records }: Stores,
  fromId: number,
  token: string,
  changed: (known: MergeClaim) => MergeClaim,
): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const known = await retryTransient(() => records.mergeClaim(fromId));
    if (known?.token !== token || known.isRevoked) break;
    const after = { ...changed(known), seen: Date.now() };
    if (await retryTransient(() => records.replaceMergeClaim(fromId, known, after))) return;
    if ((await retryTransient(() => records.getEntry(fromId)))?.status !== 'ACTIVE') break;
  }
  throw new MergeOvertakenError();
}

/** Ends a call's part in a merge. What the other entry got stays if somebody may go on with it. */
async function leave(
  stores: Stores,
  fromId: number,
  intoId: number,
  { token, call, isRefused }: { readonly token: string; readonly call: string; readonly isRefused: boolean },
): Promise<void> {
  const known = await stores.records.mergeClaim(fromId);
  // Others took it for dead, and ended it.
  if (known?.token !== token) return takeBackImages(stores, await lentImages(stores, fromId, intoId, token));
  const isLast = known.calls.every((other) => other === call);
  if (known.isRevoked || (isRefused && isLast)) return takeBackMerge(stores, fromId);
  await change(stores, fromId, token, ({ calls, ...rest }) => ({
    ...rest,
    calls: calls.filter((other) => other !== call),
  }));
}

/**
 * Revokes the merge of an entry, if there is one, and removes what the other entry got by it. The claim of an
 * entry that is not shown stays: a call that began before may still add one of the images.
 * @throws BackendUnavailableError, ThrottledError
 */
export async function takeBackMerge(stores: Stores, fromId: number): Promise<void> {
  const { records } = stores;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const known = await retryTransient(() => records.mergeClaim(fromId));
    if (!known) return;
    const revoked: MergeClaim = { ...known, isRevoked: true };
    if (
      !known.isRevoked &&
      !(await retryTransient(() => records.replaceMergeClaim(fromId, known, revoked)))
    ) {
      continue;
    }
    await takeBackImages(stores, await lentImages(stores, fromId, known.into, known.token));
    const from = await retryTransient(() => records.getEntry(fromId));
    if (from?.status === 'ACTIVE') await records.replaceMergeClaim(fromId, revoked, undefined);
    return;
  }
  throw new MergeOvertakenError();
}

/** Lists the images that an entry has got by a merge, as long as nobody else relies on them. */
async function lentImages(
  { records }: Stores,
  fromId: number,
  intoId: number,
  token: string,
): Promise<ImageRecord[]> {
  const images = await retryTransient(() => records.listImages(intoId));
  return images.filter(({ holder }) => holder === mergeHolder(fromId, token));
}

/**
 * Forgets the merge of an entry, if there is one.
 * @param isDone true if the other entry keeps what it got by it
 */
export async function endMerge(
  stores: Stores,
  fromId: number,
  { isDone = false }: { readonly isDone?: boolean } = {},
): Promise<void> {
  const { records } = stores;
  const known = await retryTransient(() => records.mergeClaim(fromId));
  if (!known) return;
  const lent = isDone ? await lentImages(stores, fromId, known.into, known.token) : [];
  for (const { id } of lent) await keepImage(stores, id);
  await retryTransient(() => records.replaceMergeClaim(fromId, known, undefined));
}

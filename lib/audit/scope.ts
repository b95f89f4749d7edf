import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServiceName, SpecialAction } from '../contract/audit-actions.ts';
import { serviceFacts } from './chain.ts';
import type { AuditFacts } from './port.ts';
import { rangesOf } from './ranges.ts';

/**
 * Tells the record store on whose behalf it works. It reaches through all calls in between, so that no change
 * can be made without its line.
 */
export interface AuditScope {
  readonly actor: string;
  readonly role: string;
  action: string;
  readonly requestId: string | null;
  /** Status of a success; `null` for what no request asked for. */
  readonly outcome: number | null;
  /** Threshold of a comparison, once it is known. */
  threshold: number | null;
  /** Further facts. */
  detail: string | null;
  /** Things that all lines are about which name no others. */
  about?: AuditTarget;
  /** Number of lines that changes have written. */
  written: number;
}

const storage = new AsyncLocalStorage<AuditScope>();

/** The things that a line is about, and a fact that this line alone tells. */
export type AuditTarget = Partial<Pick<AuditFacts, 'entryId' | 'imageId' | 'pictureId' | 'detail'>>;

/** Things that a replayed request had made. */
export interface ReplayedTarget {
  readonly entryId?: number;
  readonly pictureIds?: readonly number[];
}

/** Does some work on somebody's behalf. */
export function inAuditScope<T>(scope: AuditScope, work: () => T): T {
  return storage.run(scope, work);
}

/** Does some work of this service itself, such as `sweep`, or of a command. */
export function asService<T>(actor: ServiceName, work: () => T): T {
  return inAuditScope({ ...serviceFacts(actor, actor), written: 0 }, work);
}

/** Notes the threshold by which faces were compared, for the lines that follow. */
export function noteThreshold(threshold: number): void {
  const scope = storage.getStore();
  if (scope) scope.threshold = threshold;
}

/** Notes a further fact, such as the upload that is given leave for. */
export function noteDetail(detail: string): void {
  const scope = storage.getStore();
  if (scope) scope.detail = detail;
}

/** Notes that a request was answered as the one before it, and what that had made. */
export function noteReplay({ entryId, pictureIds = [] }: ReplayedTarget): void {
  const scope = storage.getStore();
  if (!scope) return;
  const [pictureId] = pictureIds;
  const isOne = pictureIds.length === 1;
  scope.about = { ...scope.about, ...(entryId && { entryId }), ...(isOne && pictureId && { pictureId }) };
  scope.detail = pictureIds.length > 1 ? `replayed: ${rangesOf(pictureIds)}` : 'replayed';
}

/** Does what a part of the service does with an entry: lines of pictures that go with it name it too. */
export function aboutEntry<T>(entryId: number, work: () => T): T {
  const scope = storage.getStore();
  // A request has named its entry, and counts its lines.
  if (!scope || scope.requestId !== null) return work();
  return inAuditScope({ ...scope, about: { entryId } }, work);
}

/** Notes that a request is something else than its operation says, for the lines that follow. */
export function noteAction(action: SpecialAction, detail: string): void {
  const scope = storage.getStore();
  // A part of the service that finishes a request's work says its own name.
  if (scope && scope.requestId !== null) Object.assign(scope, { action, detail });
}

/** Returns the target of a line that tells of processed pictures which went together. */
export function removedPictures(ids: readonly number[]): AuditTarget {
  const [pictureId = null] = ids;
  return ids.length === 1 ? { pictureId } : { detail: `deleted: ${rangesOf(ids)}` };
}

/** Does a piece of a longer work, whose lines tell a fact of their own. */
export function withDetail<T>(detail: string | null, work: () => T): T {
  return inAuditScope({ ...(storage.getStore() ?? nobody), detail, written: 0 }, work);
}

/** Returns true if a part of this service works by itself: it also finishes and undoes what others left. */
export function isService(): boolean {
  const scope = storage.getStore();
  return scope !== undefined && scope.requestId === null;
}

/** A change made where nobody said on whose behalf; its line shows that this is missing. */
const nobody = serviceFacts('unknown', 'unknown');

/** Returns the facts of a change. */
export function changeFacts(target: AuditTarget): AuditFacts {
  return factsOf(storage.getStore() ?? nobody, target);
}

/** Counts a line that was written, so that no second one tells of the same request. */
export function countWritten(lines: number): void {
  const scope = storage.getStore();
  if (scope) scope.written += lines;
}

/** Returns the facts of a line about something. */
export function factsOf(
  { actor, role, action, requestId, outcome, threshold, about = {}, ...scope }: Omit<AuditScope, 'written'>,
  target: AuditTarget,
): AuditFacts {
  const { entryId = null, imageId = null, pictureId = null, detail: own } = { ...about, ...target };
  const detail = [scope.detail, own].filter((part) => part != null).join('; ') || null;
  return { actor, role, action, entryId, imageId, pictureId, requestId, outcome, threshold, detail };
}

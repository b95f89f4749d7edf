import type { AuditLine, AuditTrail } from '../audit/port.ts';
import type { EventKind, ServiceEvents } from '../contract/endpoints/list-events.ts';
import { dayMs } from '../days.ts';
import { RequestInvalidError } from '../errors.ts';
import type { RecordStore } from '../records/port.ts';

/** Events for pages that follow by themselves, read from the lines that the audit trail has of changes. */

export interface EventSources {
  readonly trail: Pick<AuditTrail, 'list'>;
  readonly records: Pick<RecordStore, 'getProcessedAmong'>;
}

/** Writers of several chains may write a line that is a little older than one that was read. */
const overlapMs = 2_000;
const linesAtOnce = 1_000;
/** Pictures that are looked up in one answer, the newest. With more it is not complete. */
const lookedUpAtOnce = 100;
const nothingYet = '0_none_0';
const noPlace = {
  loc: ['query', 'after'],
  msg: 'It is the `last` of an earlier answer.',
  type: 'value_error',
};

/** Kinds of the changes that requests make, by their operation. */
const kinds: Readonly<Record<string, EventKind>> = {
  processImages: 'picture',
  reviewProcessed: 'review',
  deleteProcessed: 'deletion',
  deleteManyProcessed: 'deletion',
  createEntry: 'entry',
  updateEntry: 'entry',
  patchEntry: 'entry',
  deleteEntry: 'entry',
  addImages: 'entry',
  deleteImage: 'entry',
  mergeEntry: 'entry',
};

/**
 * Returns what has happened after an event, oldest first. An event may come twice. It is not complete where
 * the trail has not that event: others may be lost with it. `last` is always an event of the trail.
 * @param after `last` of the answer before; without it, nothing is told but where to begin.
 * @throws RequestInvalidError for an `after` that is none.
 * @throws BackendUnavailableError, ThrottledError
 */
export async function recentEvents(sources: EventSources, after: string | undefined): Promise<ServiceEvents> {
  if (after === undefined) return { events: [], last: await newestId(sources), is_complete: true };
  const from = placeOf(after);
  const since = new Date(Math.max(0, from.time - overlapMs));
  const { items, next } = await sources.trail.list({ limit: linesAtOnce, since });
  const isKnown = after === nothingYet || items.some((line) => idOf(line) === after);
  const isNew = ({ chain, sequence }: AuditLine) => chain !== from.chain || sequence > from.sequence;
  const lines = items.filter(isNew);
  const [newest] = lines;
  const { events, areLookedUp } = await eventsOf(sources, lines.toReversed());
  return {
    events,
    last: newest ? idOf(newest) : isKnown ? after : await newestId(sources),
    is_complete: isKnown && next === null && areLookedUp,
  };
}

async function newestId({ trail }: EventSources): Promise<string> {
  const [newest] = (await trail.list({ limit: 1 })).items;
  return newest ? idOf(newest) : nothingYet;
}

/** Makes the events of lines. Of too many pictures the older are not looked up: among them may be matches. */
async function eventsOf({ records }: EventSources, lines: readonly AuditLine[]) {
  const told = lines.filter((line) => kindOf(line) !== undefined);
  const ids = told.flatMap((line) => (kindOf(line) === 'picture' ? (line.pictureId ?? []) : []));
  const lookedUp = ids.slice(-lookedUpAtOnce);
  const pictures: Pictures = lookedUp.length === 0 ? new Map() : await records.getProcessedAmong(lookedUp);
  const events = told.map((line) => ({
    id: idOf(line),
    type: typeOf(pictures, line),
    time: line.time,
    actor: line.actor,
    entry_id: line.entryId,
    picture_id: line.pictureId,
  }));
  return { events, areLookedUp: lookedUp.length === ids.length };
}

type Pictures = Awaited<ReturnType<RecordStore['getProcessedAmong']>>;

function idOf({ time, chain, sequence }: AuditLine): string {
  return `${Date.parse(time)}_${chain}_${sequence}`;
}

function placeOf(after: string): { time: number; chain: string; sequence: number } {
  const [, time, chain = '', sequence] = /^(\d{1,15})_(.{1,100})_(\d{1,15})$/.exec(after) ?? [];
  // A place in times to come would never be reached. Writers' clocks differ a little.
  if (time === undefined || Number(time) > Date.now() + dayMs) throw new RequestInvalidError([noPlace]);
  return { time: Number(time), chain, sequence: Number(sequence) };
}

/** Returns the kind of a change; `undefined` for a look, a refusal, and what is about nothing. */
function kindOf({ action, outcome, entryId, pictureId }: AuditLine): EventKind | undefined {
  if (entryId === null && pictureId === null) return undefined;
  if (outcome === null) return pictureId === null ? 'entry' : 'deletion';
  return outcome >= 200 && outcome < 300 ? kinds[action] : undefined;
}

function typeOf(pictures: Pictures, line: AuditLine): EventKind {
  const kind = kindOf(line) ?? 'entry';
  if (kind !== 'picture' || line.pictureId === null) return kind;
  const result = pictures.get(line.pictureId);
  if (result?.has_blacklist_match) return 'match';
  return result?.has_near_miss ? 'near_miss' : 'picture';
}

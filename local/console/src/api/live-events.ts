import type {
  EventKind,
  ServiceEvent,
  ServiceEvents,
} from '../../../../lib/contract/endpoints/list-events.ts';
import { ticks } from '../clock.ts';
import { RecentIds } from '../recent-ids.ts';
import { Store } from '../store.ts';
import { sendsEvents } from './caller.ts';
import { call, callJson, RefusedError } from './client.ts';
import { pause, probe } from './connection.ts';
import { getStatus } from './endpoints.ts';
import { isRefusedForGood } from './mistaken.ts';
import { untilSilent } from './silence.ts';

/**
 * Events of the service, as they happen: by its stream of events, or by asking again and again where
 * there is none, such as in AWS.
 */

/** Number of things that have happened, by kind. Whoever shows them reads again when it grows. */
export const beats = new Store<Readonly<Record<EventKind, number>>>({
  match: 0,
  near_miss: 0,
  picture: 0,
  review: 0,
  entry: 0,
  deletion: 0,
});

type Listener = (event: ServiceEvent) => void;

const listeners = new Set<Listener>();
const path = 'api/v1/events';
const pollEveryMs = 4_000;
const retryAfterMs = 3_000;
/** Time after which a service that had no events, or of which no stream came through, is asked again. */
const withoutEventsMs = 60_000;
/** Failures in succession after which the page asks again and again instead. */
const mostFailures = 2;
/** Ids of the events that came last, because one may come twice. */
const known = new RecentIds<string>(1_000);
/** True once a stream was there. */
let hasFollowed = false;
/** True after an attempt that failed, during which something may have happened. */
let hasMissed = false;

/** Time in which a page that has begun follows the events. Later, more may have happened than it has read. */
const soonMs = 1_000;

/** Calls the listener for each event. Returns a function that ends that. */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const missed = new Set<() => void>();

/** Calls the listener when more has happened than is told. Returns a function that ends that. */
export function onMissed(listener: () => void): () => void {
  missed.add(listener);
  return () => missed.delete(listener);
}

const begun = new Set<() => void>();

/** Calls the listener once the page follows the events. Returns a function that ends that. */
export function onBegun(listener: () => void): () => void {
  begun.add(listener);
  return () => begun.delete(listener);
}

/** Chooses between a stream of events and asking again and again: a proxy may let no stream through. */
class Ways {
  /** Failures of streams in succession. */
  #failures = 0;
  #streamsFrom = 0;

  isStream(): boolean {
    return sendsEvents.value && ticks() >= this.#streamsFrom;
  }

  noteStream(hasComeThrough: boolean): void {
    this.#failures = hasComeThrough ? 0 : this.#failures + 1;
    // A page that has just begun knows of none that came through.
    if (!hasFollowed || this.#failures >= mostFailures) this.leaveStreams();
  }

  /** Asks for a while. One stream that fails is then enough to go on so. */
  leaveStreams(): void {
    this.#streamsFrom = ticks() + withoutEventsMs;
    this.#failures = mostFailures - 1;
  }
}

/** Follows the events until the signal is aborted, or the caller's role may not see them. */
export async function followEvents(signal: AbortSignal): Promise<void> {
  let last: string | undefined;
  const ways = new Ways();
  while (!signal.aborted) {
    const isStream = ways.isStream();
    let isSilent = false;
    let parts = 0;
    try {
      const asked = ticks();
      last = await untilSilent(signal, (heard, noteLife) => {
        heard.addEventListener('abort', () => {
          isSilent = !signal.aborted;
        });
        const notePart = () => {
          noteLife();
          parts++;
        };
        return isStream ? readStream(last, asked, heard, notePart) : poll(last, asked, heard);
      });
      // Behind a proxy that holds it back, a stream begins, and nothing of it comes.
      if (isStream) ways.noteStream(parts > 0);
    } catch (error) {
      if (signal.aborted) return;
      hasMissed = true;
      const status = error instanceof RefusedError ? error.status : 0;
      if (status === 403 && (await isRefusedForGood())) return;
      if (isStream) ways.noteStream(false);
      // An earlier service has no events. A gateway may also answer so for a moment.
      if (status === 404 || status === 405) {
        if (isStream) ways.leaveStreams();
        else await pause(withoutEventsMs, signal);
      }
    }
    if (isSilent) void probe();
    else if (isStream === ways.isStream()) await pause(isStream ? retryAfterMs : pollEveryMs, signal);
  }
}

/** Reads the events after one; without one only where they are now. It throws what `call` throws. */
export function readEvents(after?: string, signal?: AbortSignal): Promise<ServiceEvents> {
  const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
  return callJson(`${path}${query}`, { signal });
}

async function poll(last: string | undefined, asked: number, signal: AbortSignal): Promise<string> {
  const answer = await readEvents(last, signal);
  catchUp(last, asked);
  for (const event of answer.events) receive(event);
  if (!answer.is_complete) readAllAgain();
  return answer.last;
}

/** Has all be read that happened while nothing was followed. A page that has just begun has read most. */
function catchUp(last: string | undefined, asked: number): void {
  if (last === undefined) {
    const isLate = ticks() - asked > soonMs;
    if (hasFollowed || hasMissed || isLate) readAllAgain();
    else for (const listener of begun) listener();
  }
  hasMissed = false;
}

/** Reads the stream until it ends, and returns the last event's id. */
async function readStream(
  last: string | undefined,
  asked: number,
  signal: AbortSignal,
  noteLife: () => void,
): Promise<string | undefined> {
  const { body } = await call(`${path}/stream`, { signal, lastEventId: last });
  if (body === null) return last;
  catchUp(last, asked);
  // A service that was started again may know the caller by another role.
  if (hasFollowed) void getStatus().catch(() => {});
  let text = '';
  let newest = last;
  for await (const part of partsOf(body)) {
    hasFollowed = true;
    noteLife();
    text += part;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) newest = take(block) ?? newest;
  }
  return newest;
}

async function* partsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done) return;
      if (value !== undefined) yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

/** Takes one block of the stream. Returns the id of an event. */
function take(block: string): string | undefined {
  const field = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  if (field('event') === 'reload') readAllAgain();
  const [id, data] = [field('id'), field('data')];
  if (id === undefined || data === undefined) return undefined;
  receive(JSON.parse(data) as ServiceEvent);
  return id;
}

function receive(event: ServiceEvent): void {
  if (!known.add(event.id)) return;
  beats.update((before) => ({ ...before, [event.type]: (before[event.type] ?? 0) + 1 }));
  for (const listener of listeners) listener(event);
}

function readAllAgain(): void {
  beats.update((before) => {
    const kinds = Object.entries(before).map(([kind, number]) => [kind, number + 1]);
    return Object.fromEntries(kinds) as typeof before;
  });
  for (const listener of missed) listener();
}

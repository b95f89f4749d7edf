import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { defineEndpoint } from '../../lib/contract/endpoint.ts';
import type { ServiceEvent, ServiceEvents } from '../../lib/contract/endpoints/list-events.ts';
import { RequestInvalidError, ThrottledError } from '../../lib/errors.ts';
import { log } from '../../lib/log.ts';
import { type EventSources, recentEvents } from '../../lib/service/recent-events.ts';
import type { StreamRoute } from './gateway.ts';

/** Server-sent events of what happens, for pages that follow by themselves. It is not deployed. */

const eventStreamContract = defineEndpoint({
  operationId: 'streamEvents',
  method: 'GET',
  path: '/api/v1/events/stream',
  summary: 'Follow what happens, by server-sent events',
  tags: ['Service'],
  role: 'desk',
  unaudited: true,
  headers: { 'Last-Event-ID': 'The last event that was seen: those after it come first.' },
  success: {
    status: 200,
    description: 'Events with ids and kinds, as `GET /api/v1/events` tells them.',
    contentType: 'text/event-stream',
    schema: z.string(),
    example: 'event: match\nid: 1777999923512_main_1204\ndata: {}\n\n',
  },
  errors: ['throttled', 'backend_unavailable'],
});

export interface EventStreamOptions {
  /** Time between two looks at the records, while anybody follows. */
  readonly everyMs: number;
  /** Time after which something is sent, so that proxies keep the connection. */
  readonly keepAliveMs?: number;
  readonly maxStreams?: number;
  readonly maxStreamsOfCaller?: number;
}

/** Events that are remembered, so that none is sent twice by successive looks. */
const keptEvents = 500;
const retryAfterSeconds = 10;
/** Tells a client to read again what it shows, because some events are lost to it. */
const reload = 'event: reload\ndata: {}\n\n';

interface Follower {
  readonly caller: string;
  /** Throws once it may no longer follow: its token may have been withdrawn. */
  readonly requireStill: () => void;
}

/** Followers of what happens. All share one look at the records. */
export class EventStreams implements StreamRoute {
  readonly contract = eventStreamContract;
  readonly #sources: EventSources;
  readonly #options: Required<EventStreamOptions>;
  readonly #streams = new Map<ServerResponse, Follower>();
  #kept: readonly ServiceEvent[] = [];
  #last: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(sources: EventSources, options: EventStreamOptions) {
    this.#sources = sources;
    this.#options = { keepAliveMs: 20_000, maxStreams: 200, maxStreamsOfCaller: 50, ...options };
  }

  /**
   * Sends events until the client goes, or may no longer have them.
   * @throws ThrottledError when too many follow already.
   */
  async receive(
    request: IncomingMessage,
    response: ServerResponse,
    caller: string,
    _pathParameters: unknown,
    requireStill: () => void,
  ): Promise<undefined> {
    const ofCaller = [...this.#streams.values()].filter((other) => other.caller === caller).length;
    const { maxStreams, maxStreamsOfCaller, keepAliveMs } = this.#options;
    if (this.#isClosed || this.#streams.size >= maxStreams || ofCaller >= maxStreamsOfCaller) {
      throw new ThrottledError('Too many follow the events already.', retryAfterSeconds);
    }
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    response.write('retry: 3000\n\n');
    const keepAlive = setInterval(() => this.#write(response, ': still here\n\n'), keepAliveMs);
    // From here on it gets events as others do. The missed ones are read after that, so that none is lost.
    this.#streams.set(response, { caller, requireStill });
    await this.#sendMissed(response, request.headers['last-event-id']);
    this.#start();
    await closed;
    clearInterval(keepAlive);
    this.#streams.delete(response);
  }

  /** Ends all streams, and accepts no more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const response of this.#streams.keys()) response.end();
  }

  /** Sends what a client has missed, or tells it to read all again where that can't be known. */
  async #sendMissed(response: ServerResponse, lastId: string | string[] | undefined): Promise<void> {
    if (typeof lastId !== 'string' || lastId === '') return;
    try {
      const { events, last, is_complete } = await recentEvents(this.#sources, lastId);
      // The first look of all begins there.
      this.#last ??= last;
      const text = `${is_complete ? '' : reload}${events.map(message).join('')}`;
      this.#write(response, text);
    } catch (err) {
      if (!(err instanceof RequestInvalidError)) {
        log().warn({ err }, 'events: what a client has missed could not be read');
      }
      this.#write(response, reload);
    }
  }

  #start(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#look(), 0);
  }

  async #look(): Promise<void> {
    try {
      const found = await recentEvents(this.#sources, this.#last);
      this.#last = found.last;
      this.#send(found);
    } catch (err) {
      log().warn({ err }, 'events: the records could not be read; it is tried again');
    }
    this.#timer = undefined;
    if (this.#streams.size > 0 && !this.#isClosed) {
      this.#timer = setTimeout(() => void this.#look(), this.#options.everyMs);
    } else {
      // Whoever comes next begins with that moment.
      this.#last = undefined;
      this.#kept = [];
    }
  }

  #send({ events, is_complete }: ServiceEvents): void {
    const known = new Set(this.#kept.map(({ id }) => id));
    const fresh = events.filter(({ id }) => !known.has(id));
    this.#kept = [...this.#kept, ...fresh].slice(-keptEvents);
    const text = `${is_complete ? '' : reload}${fresh.map(message).join('')}`;
    for (const response of this.#streams.keys()) this.#write(response, text);
  }

  /** Sends a text, which may be empty, to a follower who still may have it. Others' streams end. */
  #write(response: ServerResponse, text: string): void {
    // A client that does not read would fill the memory. It comes back, and reads all again.
    if (response.writableLength > maxUnreadBytes) response.destroy();
    else if (!mayGoOn(this.#streams.get(response))) response.end();
    else if (text !== '' && !response.writableEnded) response.write(text);
  }
}

const maxUnreadBytes = 256 * 1024;

function message(event: ServiceEvent): string {
  return `event: ${event.type}\nid: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`;
}

function mayGoOn(follower: Follower | undefined): boolean {
  try {
    follower?.requireStill();
    return true;
  } catch {
    return false;
  }
}

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { readText } from './request.ts';

/** An event as EventBridge's rules see it. */
export interface BusEvent {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly detail: unknown;
}

/** Fault of a call: an error of that name, or the indexes of entries that are refused. */
export type BusFault = { readonly error: string } | { readonly refused: readonly number[] };

/** EventBridge's PutEvents, as the AWS SDK calls it. It keeps nothing, and has no rules. */
export interface EventBridgeEmulator extends AsyncDisposable {
  /** URL for `AWS_ENDPOINT_URL_EVENTBRIDGE`. */
  readonly url: string;
  /** Called with each event that is taken. */
  onEvent(listener: (event: BusEvent) => void): void;
  /** Function that chooses the fault of each call from now on, by its number of entries. */
  fault: (entries: number) => BusFault | undefined;
}

/** Largest body, with what is around the entries. */
const maxBodyBytes = 1024 * 1024;
const maxEntries = 10;
/** Largest size of all entries of a call in bytes. */
const maxBytes = 256 * 1024;

const Entry = z.object({
  Source: z.string().min(1),
  DetailType: z.string().min(1),
  Detail: z.string().refine(isObject, 'JSON of an object'),
  Time: z.number().optional(),
});
type Entry = z.infer<typeof Entry>;

const PutEvents = z.object({
  Entries: z
    .array(Entry)
    .min(1)
    .max(maxEntries)
    .refine((entries) => entries.reduce((sum, entry) => sum + bytesOf(entry), 0) <= maxBytes, 'too large'),
});

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Computes an entry's size as the service does: the time counts 14 bytes. */
function bytesOf({ Source, DetailType, Detail, Time }: Entry): number {
  return Buffer.byteLength(Source + DetailType + Detail) + (Time === undefined ? 0 : 14);
}

/** Starts EventBridge on a free port of 127.0.0.1. */
export async function startEventBridge(): Promise<EventBridgeEmulator> {
  const listeners: ((event: BusEvent) => void)[] = [];
  const server = createServer((request, response) => {
    putEvents(request, response, emulator, (event) => {
      for (const listener of listeners) listener(event);
    }).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const emulator: EventBridgeEmulator = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    onEvent: (listener) => void listeners.push(listener),
    fault: () => undefined,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return emulator;
}

async function putEvents(
  request: IncomingMessage,
  response: ServerResponse,
  { fault: faultOf }: Pick<EventBridgeEmulator, 'fault'>,
  publish: (event: BusEvent) => void,
): Promise<void> {
  const parsed = PutEvents.safeParse(JSON.parse(await readText(request, maxBodyBytes)));
  const isKnown = request.headers['x-amz-target'] === 'AWSEvents.PutEvents';
  if (!isKnown) return refuse(response, 'UnknownOperationException', 'Only PutEvents is known here.');
  if (!parsed.success) return refuse(response, 'ValidationException', z.prettifyError(parsed.error));
  const { Entries } = parsed.data;
  const fault = faultOf(Entries.length);
  if (fault && 'error' in fault) return refuse(response, fault.error, 'As it was told to.');
  const outcomes = Entries.map((entry, place) => {
    if (fault?.refused.includes(place)) {
      return { ErrorCode: 'InternalFailure', ErrorMessage: 'As it was told to.' };
    }
    const event = eventOf(entry);
    publish(event);
    return { EventId: event.id };
  });
  answer(response, 200, {
    FailedEntryCount: outcomes.filter((outcome) => 'ErrorCode' in outcome).length,
    Entries: outcomes,
  });
}

function eventOf({ Source, DetailType, Detail, Time = Date.now() / 1000 }: Entry): BusEvent {
  return {
    id: randomUUID(),
    source: Source,
    'detail-type': DetailType,
    time: new Date(1000 * Time).toISOString(),
    detail: JSON.parse(Detail),
  };
}

function refuse(response: ServerResponse, error: string, message: string): void {
  answer(response, /^Internal|Unavailable/.test(error) ? 500 : 400, { __type: error, message });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}

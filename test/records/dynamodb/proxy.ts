import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { startHttpServer } from '../../http-server.ts';

/** A call that arrived, such as `BatchGetItem`. */
export interface Call {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * A fault that a call meets. A `lost` call is done, but its connection breaks before the answer. An `ignored`
 * call gets no answer at all. An error or an answer replaces DynamoDB's own.
 */
export type Fault = 'lost' | 'ignored' | { readonly error: string; readonly [detail: string]: unknown };

/** A proxy between the store and DynamoDB Local. It treats calls as a network and a busy service might. */
export interface DynamoDbProxy extends AsyncDisposable {
  readonly url: string;
  /** Chooses the fault of each call from now on. */
  fault: (call: Call) => Fault | undefined;
  /** Runs before a call is passed on. */
  before: (call: Call) => Promise<void> | undefined;
  /** Number of answers of BatchGetItem, from now on, that leave out all keys but the first. */
  leaveOut: number;
  readonly calls: Call[];
  /** Read and write units that the calls took, as DynamoDB reports them. */
  consumed: number;
}

export async function startProxy(emulatorUrl: string): Promise<DynamoDbProxy> {
  const server = await startHttpServer((request, response) => void answer(request, response));
  const proxy: DynamoDbProxy = {
    url: server.url,
    fault: () => undefined,
    before: () => undefined,
    leaveOut: 0,
    calls: [],
    consumed: 0,
    [Symbol.asyncDispose]: server.stop,
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const body = (await json(request)) as Record<string, unknown>;
    proxy.calls.push({ operation, body });
    const fault = proxy.fault({ operation, body });
    if (fault === 'ignored') return;
    if (typeof fault === 'object') {
      const { error, ...details } = fault;
      const __type = `com.amazonaws.dynamodb.v20120810#${error}`;
      response.writeHead(error === 'InternalServerError' ? 500 : 400, {
        'content-type': 'application/x-amz-json-1.0',
      });
      response.end(JSON.stringify({ __type, ...details }));
      return;
    }
    await proxy.before({ operation, body });
    const isPart = operation === 'BatchGetItem' && proxy.leaveOut > 0;
    if (isPart) proxy.leaveOut--;
    const [asked, left] = isPart ? split(body) : [body, {}];
    const done = await fetch(emulatorUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': String(request.headers['x-amz-target']),
        authorization: String(request.headers.authorization),
        'x-amz-date': String(request.headers['x-amz-date']),
      },
      body: JSON.stringify({ ...asked, ReturnConsumedCapacity: 'TOTAL' }),
    });
    const text = await done.text();
    proxy.consumed += unitsOf(JSON.parse(text));
    if (fault === 'lost') {
      request.socket.destroy();
      return;
    }
    response.writeHead(done.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(isPart ? JSON.stringify({ ...JSON.parse(text), UnprocessedKeys: left }) : text);
  }
  return proxy;
}

function unitsOf({ ConsumedCapacity }: { ConsumedCapacity?: Units | Units[] }): number {
  return [ConsumedCapacity ?? []].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
}
type Units = { readonly CapacityUnits: number };

/** Splits a request into one for the first key alone, and the keys that it leaves out. */
function split(body: Record<string, unknown>): [Record<string, unknown>, Record<string, unknown>] {
  const [[table, request] = ['', { Keys: [] }]] = Object.entries(
    body.RequestItems as Record<string, { Keys: unknown[] }>,
  );
  const of = (Keys: unknown[]) => ({ [table]: { ...request, Keys } });
  return [{ ...body, RequestItems: of(request.Keys.slice(0, 1)) }, of(request.Keys.slice(1))];
}

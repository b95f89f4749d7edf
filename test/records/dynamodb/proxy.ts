import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { startHttpServer } from '../../http-server.ts';

/** A call that came, such as `BatchGetItem`. */
export interface Call {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * What happens to a call: `lost` is done, but its answer never comes, for the connection breaks; `ignored` gets no answer at all; an
 * error or an answer comes instead of what DynamoDB would say.
 */
export type Fault = 'lost' | 'ignored' | { readonly error: string; readonly [detail: string]: unknown };

/** Stands between the store and DynamoDB Local, and does to the calls what a network and a busy service may do. */
export interface DynamoDbProxy extends AsyncDisposable {
  readonly url: string;
  /** What happens to each call from now on. */
  fault: (call: Call) => Fault | undefined;
  /** Runs before a call is passed on. */
  before: (call: Call) => Promise<void> | undefined;
  /** So many answers of BatchGetItem, from now on, leave out all but the first of the keys. */
  leaveOut: number;
  readonly calls: Call[];
  /** Read and write units that the calls took, by DynamoDB's own account. */
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

/** The request for the first key alone, and what it leaves out. */
function split(body: Record<string, unknown>): [Record<string, unknown>, Record<string, unknown>] {
  const [[table, request] = ['', { Keys: [] }]] = Object.entries(
    body.RequestItems as Record<string, { Keys: unknown[] }>,
  );
  const of = (Keys: unknown[]) => ({ [table]: { ...request, Keys } });
  return [{ ...body, RequestItems: of(request.Keys.slice(0, 1)) }, of(request.Keys.slice(1))];
}

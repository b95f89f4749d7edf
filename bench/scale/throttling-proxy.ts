import { once } from 'node:events';
import http, { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { type Partitions, readUnits, sizeOfItem, writeUnits } from './partitions.ts';
import type { SimulatedClock } from './simulated-clock.ts';

type Attributes = Readonly<Record<string, Readonly<Record<string, string>>>>;
interface Keyed {
  readonly Key?: Attributes;
  readonly Item?: Attributes;
}
type TransactItem = Readonly<Record<string, Keyed & { readonly ExpressionAttributeValues?: Attributes }>>;
type Request = Readonly<Record<string, never>> & {
  readonly TransactItems?: readonly TransactItem[];
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Attributes[] }>>;
  readonly ExpressionAttributeValues?: Attributes;
};

/** Milliseconds that a call of AWS takes; DynamoDB Local's own do not count. */
const serviceMs = { read: 4, write: 10 } as const;

export interface CallUse {
  count: number;
  ms: number;
}

/** A proxy in front of DynamoDB Local that throttles as partitions do. */
export interface ThrottlingProxy extends AsyncDisposable {
  readonly url: string;
  readonly partitions: Partitions;
  /** Calls by operation, with the milliseconds that all of them took together. */
  readonly calls: Map<string, CallUse>;
}

/** Starts the proxy on a free port of 127.0.0.1. */
export async function startThrottlingProxy(
  target: string,
  partitions: Partitions,
  clock: SimulatedClock,
): Promise<ThrottlingProxy> {
  const running = new RunningProxy(target, partitions, clock);
  const server = createServer((request, response) => {
    running.answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    partitions,
    calls: running.calls,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      running.close();
    },
  };
}

class RunningProxy {
  readonly calls = new Map<string, CallUse>();
  readonly #clock: SimulatedClock;
  readonly #target: string;
  readonly #partitions: Partitions;
  readonly #agent = new http.Agent({ keepAlive: true });
  /** Sizes of the items that were put, in bytes: a removal costs as much as its item. */
  readonly #sizes = new Map<string, number>();

  constructor(target: string, partitions: Partitions, clock: SimulatedClock) {
    this.#clock = clock;
    this.#target = target;
    this.#partitions = partitions;
  }

  close(): void {
    this.#agent.destroy();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const body = await text(request);
    const call = JSON.parse(body) as Request;
    const use = this.calls.get(operation) ?? { count: 0, ms: 0 };
    this.calls.set(operation, use);
    use.count += 1;
    const refusal = this.#refusal(operation, call);
    if (refusal) return send(response, refusal.status, refusal.body);
    const began = performance.now();
    const isRead = operation === 'Query' || operation === 'BatchGetItem';
    await wait(isRead ? serviceMs.read : serviceMs.write);
    const { status, answered } = await this.#clock.standingStill(async () => {
      const answer = await this.#forward(request, body);
      return { status: answer.statusCode ?? 502, answered: (await json(answer)) as Record<string, unknown> };
    });
    use.ms += performance.now() - began;
    this.#count(operation, call, answered);
    send(response, status, answered);
  }

  /** Answers as DynamoDB does where a key of the call is used up. */
  #refusal(operation: string, call: Request): { status: number; body: object } | undefined {
    if (operation === 'TransactWriteItems') {
      const admitted = (call.TransactItems ?? []).map((item) =>
        this.#partitions.admits(partitionOf(actionOf(item)), 'writes'),
      );
      if (admitted.every(Boolean)) return undefined;
      const CancellationReasons = admitted.map((isAdmitted) => ({
        Code: isAdmitted ? 'None' : 'ThrottlingError',
      }));
      return { status: 400, body: { ...errorOf('TransactionCanceledException'), CancellationReasons } };
    }
    if (operation === 'BatchGetItem') {
      const [table = '', { Keys } = { Keys: [] }] = Object.entries(call.RequestItems ?? {})[0] ?? [];
      const isAnyFree = Keys.some((key) => this.#partitions.admits(String(key.pk?.S), 'reads'));
      if (isAnyFree) return undefined;
      return {
        status: 200,
        body: { Responses: { [table]: [] }, UnprocessedKeys: { [table]: { Keys, ConsistentRead: true } } },
      };
    }
    const kind = operation === 'Query' ? 'reads' : 'writes';
    const key = operation === 'Query' ? queried(call) : partitionOf(call as Keyed);
    if (this.#partitions.admits(key, kind)) return undefined;
    return { status: 400, body: errorOf('ThrottlingException') };
  }

  #count(operation: string, call: Request, answer: Record<string, unknown>): void {
    if (operation === 'TransactWriteItems') {
      // DynamoDB charges a transaction that a condition or another one cancels, too.
      for (const item of call.TransactItems ?? []) this.#countWrite(actionOf(item), 2);
    } else if (operation === 'BatchGetItem') this.#countReads(call, answer);
    else if (operation === 'Query') {
      const items = (answer.Items ?? []) as Attributes[];
      const bytes = items.reduce((sum, item) => sum + sizeOfItem(item), 0);
      this.#partitions.take(queried(call), 'reads', readUnits(bytes));
    } else this.#countWrite(call as Keyed, 1);
  }

  #countReads(call: Request, answer: Record<string, unknown>): void {
    const [table = '', { Keys } = { Keys: [] }] = Object.entries(call.RequestItems ?? {})[0] ?? [];
    const found = ((answer.Responses ?? {}) as Record<string, Attributes[]>)[table] ?? [];
    const sizes = new Map(found.map((item) => [placeOf(item), sizeOfItem(item)]));
    for (const key of Keys) {
      this.#partitions.take(String(key.pk?.S), 'reads', readUnits(sizes.get(placeOf(key)) ?? 0));
    }
  }

  #countWrite(action: Keyed, factor: number): void {
    const place = placeOf(action.Item ?? action.Key ?? {});
    if (action.Item) this.#sizes.set(place, sizeOfItem(action.Item));
    const units = writeUnits(this.#sizes.get(place) ?? 0);
    this.#partitions.take(partitionOf(action), 'writes', factor * units);
  }

  async #forward(request: IncomingMessage, body: string): Promise<IncomingMessage> {
    const passed = http.request(new URL('/', this.#target), {
      method: 'POST',
      headers: request.headers,
      agent: this.#agent,
    });
    const answered = once(passed, 'response') as Promise<[IncomingMessage]>;
    passed.end(body);
    const [answer] = await answered;
    return answer;
  }
}

function actionOf(item: TransactItem): Keyed {
  return Object.values(item)[0] ?? {};
}

function partitionOf({ Item, Key }: Keyed): string {
  return String((Item ?? Key)?.pk?.S);
}

function placeOf({ pk, sk }: Attributes): string {
  return `${pk?.S} ${sk?.S}`;
}

function queried({ ExpressionAttributeValues }: Request): string {
  return String(ExpressionAttributeValues?.[':pk']?.S);
}

function errorOf(name: string): object {
  return { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'The key is asked too much.' };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}

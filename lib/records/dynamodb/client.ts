import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  BatchGetItemCommand,
  type CancellationReason,
  DynamoDBClient,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, type NativeAttributeValue, unmarshall } from '@aws-sdk/util-dynamodb';
import type { AuditFacts } from '../../audit/port.ts';
import { batches } from '../../batches.ts';
import { BackendUnavailableError } from '../../errors.ts';
import { withoutLog } from '../../sdk-client.ts';
import { row } from '../shared/row.ts';
import { type Action, expression, forTable, type Outcome } from './action.ts';
import { AuditChainWriter } from './audit-chain.ts';
import type { Item, Key } from './keys.ts';

export interface TableSettings {
  readonly region: string;
  readonly tableName: string;
}

export interface KeyRange {
  /** First and last `sk`, both included; without them, the whole partition. */
  readonly between?: readonly [string, string];
  readonly newestFirst?: boolean;
  /** Limit on the items of each list. */
  readonly atOnce?: number;
}

/** Result of an attempt in `settle` that asks for another attempt. */
export const again = Symbol('again');

// Three attempts at 2.5 s, with the SDK's pauses, end within 10 s. By the documentation of
// TransactWriteItems, a transaction in progress ends after at most 5 s. So the last attempt learns its
// outcome.
const maxAttempts = 3;
const timeouts = { connectionTimeout: 1000, requestTimeout: 2500, throwOnRequestTimeout: true };

/** Milliseconds for which attempts are repeated that meet other writers, or lack capacity. */
const settleMs = 6000;
const firstPauseMs = 50;
const longestPauseMs = 800;
const retryAfterSeconds = 5;

/** Limit of BatchGetItem. */
const keysAtOnce = 100;

const passingReasons: readonly unknown[] = [
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
];

/**
 * DynamoDB's table as the records use it: with strongly consistent reads, and writes in transactions. Any
 * failure throws BackendUnavailableError with the SDK's error as its cause. No request is sent before the
 * first use.
 */
export class TableClient {
  readonly #name: string;
  readonly #client: DynamoDBClient;
  readonly #audit = new AuditChainWriter({
    get: (key) => this.get(key),
    send: (actions) => this.#send(actions),
  });
  #isOpen = true;

  constructor({ region, tableName }: TableSettings) {
    this.#name = tableName;
    this.#client = withoutLog(new DynamoDBClient({ region, maxAttempts, requestHandler: timeouts }));
  }

  async get(key: Key): Promise<Item | undefined> {
    const [item] = await this.getAll([key]);
    return item;
  }

  /** Reads items, and returns those that exist, in no promised order. The keys must differ. */
  async getAll(keys: readonly Key[]): Promise<Item[]> {
    const groups = await Array.fromAsync(batches(keys, keysAtOnce));
    return (await Promise.all(groups.map((group) => this.#getGroup(group)))).flat();
  }

  /** Reads a partition's items by rising `sk`, in lists. */
  async *query(pk: string, { between, newestFirst = false, atOnce }: KeyRange = {}): AsyncGenerator<Item[]> {
    const condition = `#pk = :pk${between ? ' AND #sk BETWEEN :from AND :to' : ''}`;
    const values = between ? { pk, from: between[0], to: between[1] } : { pk };
    let start: Record<string, NativeAttributeValue> | undefined;
    do {
      const page = await this.#attempt(() =>
        this.#client.send(
          new QueryCommand({
            TableName: this.#name,
            ...expression({ KeyConditionExpression: condition }, values),
            ConsistentRead: true,
            ScanIndexForward: !newestFirst,
            Limit: atOnce,
            ExclusiveStartKey: start,
          }),
        ),
      );
      yield (page.Items ?? []).map((item) => row<Item>(unmarshall(item)));
      start = page.LastEvaluatedKey;
    } while (start);
  }

  /** Adds one to the item's `last`, and returns the new value. A repeated call may skip a number. */
  async next(key: Key): Promise<number> {
    const { Attributes } = await this.#attempt(() =>
      this.#client.send(
        new UpdateItemCommand({
          TableName: this.#name,
          Key: marshall(key),
          ...expression({ UpdateExpression: 'ADD #last :one' }, { one: 1 }),
          ReturnValues: 'UPDATED_NEW',
        }),
      ),
    );
    return Number(Attributes?.last?.N);
  }

  /**
   * Does all of the actions, or none, and with them writes lines of the audit trail. The SDK's repeated calls
   * carry the same token, so DynamoDB recognizes them.
   */
  async transact(actions: readonly Action[], facts: readonly AuditFacts[] = []): Promise<Outcome> {
    return facts.length > 0 ? this.#audit.write(actions, facts) : this.#send(actions);
  }

  async #send(actions: readonly Action[]): Promise<Outcome> {
    return this.#attempt(async () => {
      try {
        await this.#client.send(
          new TransactWriteItemsCommand({
            ClientRequestToken: randomUUID(),
            TransactItems: actions.map((action) => forTable(this.#name, action)),
          }),
        );
        return { done: true, refused: new Map() };
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const refused = refusedActions(error.CancellationReasons ?? []);
        const isPassing = error.CancellationReasons?.some(({ Code }) => passingReasons.includes(Code));
        if (refused.size === 0 && !isPassing) throw error;
        return { done: false, refused };
      }
    });
  }

  /**
   * Repeats the attempt while it returns `again`. The pauses grow and have random lengths, so that
   * simultaneous writers get out of each other's way.
   * @throws BackendUnavailableError when it goes on for too long
   */
  async settle<T>(attempt: () => Promise<T | typeof again>): Promise<T> {
    const deadline = performance.now() + settleMs;
    for (let longest = firstPauseMs; ; longest = Math.min(2 * longest, longestPauseMs)) {
      const result = await attempt();
      if (result !== again) return result;
      if (performance.now() > deadline) throw unavailable(new Error('Too many write the same records.'));
      await wait(Math.random() * longest);
    }
  }

  close(): void {
    this.#isOpen = false;
    this.#client.destroy();
  }

  async #getGroup(group: readonly Key[]): Promise<Item[]> {
    const found: Item[] = [];
    let keys = group.map((key) => marshall(key));
    return this.settle(async () => {
      const request = { [this.#name]: { Keys: keys, ConsistentRead: true } };
      const { Responses, UnprocessedKeys } = await this.#attempt(() =>
        this.#client.send(new BatchGetItemCommand({ RequestItems: request })),
      );
      found.push(...(Responses?.[this.#name] ?? []).map((item) => row<Item>(unmarshall(item))));
      keys = UnprocessedKeys?.[this.#name]?.Keys ?? [];
      return keys.length === 0 ? found : again;
    });
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#isOpen) throw unavailable(new Error('It was closed.'));
    try {
      return await work();
    } catch (error) {
      throw unavailable(error);
    }
  }
}

function refusedActions(reasons: readonly CancellationReason[]): Map<number, Item | undefined> {
  const refused = new Map<number, Item | undefined>();
  for (const [place, { Code, Item }] of reasons.entries()) {
    if (Code === 'ConditionalCheckFailed') refused.set(place, Item && row<Item>(unmarshall(Item)));
  }
  return refused;
}

function unavailable(cause: unknown): BackendUnavailableError {
  return new BackendUnavailableError('The table of the records is not available.', retryAfterSeconds, {
    cause,
  });
}

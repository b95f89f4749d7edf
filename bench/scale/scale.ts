/**
 * Command: keeps processed pictures at rising rates, as many Lambda functions at once would, and tells which
 * key of the table is used up first. The real adapter writes to DynamoDB Local through a proxy, which
 * throttles each partition key at 1,000 writes and 3,000 reads a second.
 *
 * The clock of this process is simulated, and stands still while DynamoDB Local works. So the figures are not
 * those of this machine. It saves nothing.
 *
 * usage: npm run bench -- scale [RATE ...]
 */
import { setTimeout as wait } from 'node:timers/promises';
import { asService } from '../../lib/audit/scope.ts';
import { openDynamoRecords } from '../../lib/records/dynamodb/records.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import { startDynamoDb } from '../../local/emulators/dynamodb.ts';
import { createTable } from '../../local/emulators/dynamodb-table.ts';
import { parseOptions } from '../options.ts';
import { historyAnswer } from '../service/history-answer.ts';
import { Partitions, partitionLimits } from './partitions.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { startThrottlingProxy, type ThrottlingProxy } from './throttling-proxy.ts';

const region = 'us-east-1';
const defaultRates = [5, 25, 100];
const seconds = 4;

/** Stores as Lambda has them: each works on one picture at a time, and there are as many as it takes. */
class Instances {
  readonly #free: RecordStore[] = [];
  readonly #all: RecordStore[] = [];
  readonly #open: () => RecordStore;

  constructor(open: () => RecordStore) {
    this.#open = open;
  }

  get count(): number {
    return this.#all.length;
  }

  async use<T>(work: (store: RecordStore) => Promise<T>): Promise<T> {
    const store = this.#free.pop() ?? this.#opened();
    try {
      return await work(store);
    } finally {
      this.#free.push(store);
    }
  }

  async close(): Promise<void> {
    for (const store of this.#all) await store.close();
  }

  #opened(): RecordStore {
    const store = this.#open();
    this.#all.push(store);
    return store;
  }
}

interface Outcome {
  readonly ids: number[];
  readonly ms: number[];
  readonly errors: string[];
}

/** Begins pictures at random moments, at the mean rate, and waits for all of them. */
async function offer(instances: Instances, rate: number, label: string): Promise<Outcome> {
  const outcome: Outcome = { ids: [], ms: [], errors: [] };
  const started = performance.now();
  const running: Promise<void>[] = [];
  for (let at = 0, index = 0; at < seconds; at += -Math.log(1 - Math.random()) / rate, index++) {
    await wait(Math.max(0, started + at * 1000 - performance.now()));
    running.push(keepOne(instances, `${label}-${index}`, index, outcome));
  }
  await Promise.all(running);
  return outcome;
}

async function keepOne(instances: Instances, id: string, index: number, outcome: Outcome): Promise<void> {
  const began = performance.now();
  try {
    const { id: number } = await instances.use((store) =>
      asService('import', () => store.addProcessed(id, historyAnswer(index))),
    );
    outcome.ids.push(number);
    outcome.ms.push(performance.now() - began);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    outcome.errors.push(cause instanceof Error ? `${cause.name}: ${cause.message}`.slice(0, 80) : 'unknown');
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
}

async function measure(proxy: ThrottlingProxy, rate: number, limits: Partitions): Promise<void> {
  const tableName = `scale-${rate}`;
  await createTable({ region, tableName, endpoint: proxy.url });
  limits.reset();
  proxy.calls.clear();
  const instances = new Instances(() => openDynamoRecords({ region, tableName }));
  const started = performance.now();
  const { ids, ms, errors } = await offer(instances, rate, tableName);
  const took = (performance.now() - started) / 1000;
  const pictures = ids.length + errors.length;
  const store = openDynamoRecords({ region, tableName });
  const { total } = await store.listProcessed({ limit: 1, offset: 0 });
  await store.close();
  await instances.close();
  console.log(
    `\n${rate} pictures a second for ${seconds} s: ${ids.length} kept in ${took.toFixed(1)} s, ${errors.length} failed; ` +
      `${instances.count} functions at once; half within ${percentile(ms, 0.5)} ms, 99% within ${percentile(ms, 0.99)} ms.`,
  );
  console.log(`Ids given twice: ${ids.length - new Set(ids).size}. In the list: ${total}.`);
  for (const [error, all] of Map.groupBy(errors, String)) console.log(`  ${all.length} x ${error}`);
  const calls = [...proxy.calls].map(
    ([name, { count, ms }]) => `${(count / pictures).toFixed(1)} ${name} of ${Math.round(ms / count)} ms`,
  );
  console.log(`Calls for each picture: ${calls.join(', ')}.`);
  console.table(
    limits
      .use()
      .slice(0, 10)
      .map(({ name, reads, writes, refused }) => ({
        key: name,
        'write units a picture': (writes / pictures).toFixed(1),
        'read units a picture': (reads / pictures).toFixed(1),
        'write units a second': Math.round(writes / took),
        'read units a second': Math.round(reads / took),
        refused,
      })),
  );
}

export async function run(words: readonly string[]): Promise<void> {
  const { numbers } = parseOptions(words);
  await using emulator = await startDynamoDb();
  const clock = new SimulatedClock();
  const partitions = new Partitions(partitionLimits);
  await using proxy = await startThrottlingProxy(emulator.url, partitions, clock);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: proxy.url,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  for (const rate of numbers.length > 0 ? numbers : defaultRates) await measure(proxy, rate, partitions);
}

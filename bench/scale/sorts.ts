/**
 * Command: lists many people in DynamoDB Local, and reads a page of them in each order by the real adapter.
 * It tells what that costs a function, and saves nothing.
 *
 * usage: npm run bench -- sorts [COUNT ...]
 */
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import pLimit from 'p-limit';
import { asService } from '../../lib/audit/scope.ts';
import { foldedName } from '../../lib/names/folded-name.ts';
import { entryKey } from '../../lib/records/dynamodb/items.ts';
import { openDynamoRecords } from '../../lib/records/dynamodb/records.ts';
import { type EntrySort, entrySorts } from '../../lib/records/entry.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import { startDynamoDb } from '../../local/emulators/dynamodb.ts';
import { createTable } from '../../local/emulators/dynamodb-table.ts';
import { parseOptions } from '../options.ts';

const region = 'us-east-1';
const defaultCounts = [100_000];
/** Limit of `BatchWriteItem`. */
const writtenAtOnce = 25;
const writersAtOnce = 8;
/** Share of a processor that a function for records has, with 512 of the 1,769 MB that make one. */
const processorShare = 512 / 1_769;
/** Kilobytes a second of one partition key: 3,000 units of 4 KB, of which an eventual read takes half. */
const partitionKbPerSecond = 24_000;

/** Makes an entry's item, with the text that an average person has. */
function itemOf(id: number) {
  const day = new Date(Date.UTC(2020, 0, 1) + ((id * 7_919) % 2_000) * 86_400_000).toISOString();
  const name = `${((id * 2_654_435_761) % 2 ** 32).toString(36)} ${((id * 40_503) % 2 ** 24).toString(36)} Person`;
  return {
    ...{
      ...entryKey(id),
      id,
      name,
      folded: foldedName(name),
      reason: 'Banned from all shops after an incident at the entrance.',
    },
    ...{ addedDate: day, updatedDate: id % 3 === 0 ? day : null, expiresAt: id % 5 === 0 ? day : null },
    ...{ reviewAt: null, category: 'shoplifting', severity: 'warning', notes: null, suspended: false },
    ...{ status: 'ACTIVE', imageCount: 3, addedBy: 'front-desk', updatedBy: null, version: 1 },
  };
}

async function fill(client: DynamoDBClient, table: string, count: number): Promise<number> {
  const limit = pLimit(writersAtOnce);
  const starts = Array.from(
    { length: Math.ceil(count / writtenAtOnce) },
    (_, index) => index * writtenAtOnce,
  );
  await limit.map(starts, async (start) => {
    const ids = Array.from(
      { length: Math.min(writtenAtOnce, count - start) },
      (_, index) => start + index + 1,
    );
    const puts = ids.map((id) => ({ PutRequest: { Item: marshall(itemOf(id)) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
  });
  return Buffer.byteLength(JSON.stringify(itemOf(count)));
}

async function measure(records: RecordStore, sort: EntrySort, count: number, itemBytes: number) {
  const [began, before] = [performance.now(), process.cpuUsage()];
  const { total } = await records.findEntries({ limit: 20, offset: 0, sort });
  const { user, system } = process.cpuUsage(before);
  const cpu = (user + system) / 1e6;
  const partition = (count * itemBytes) / 1024 / partitionKbPerSecond;
  return {
    ...{ sort, entries: total, 'seconds of a processor': cpu.toFixed(2) },
    'seconds here': ((performance.now() - began) / 1000).toFixed(1),
    'seconds of a function': (cpu / processorShare).toFixed(1),
    'seconds of the partition key': sort === 'id' ? '-' : partition.toFixed(1),
    'memory, MB': Math.round(process.memoryUsage().rss / 2 ** 20),
  };
}

export async function run(words: readonly string[]): Promise<void> {
  const { numbers } = parseOptions(words);
  await using emulator = await startDynamoDb();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  process.env.AWS_ENDPOINT_URL_DYNAMODB = emulator.url;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  const client = new DynamoDBClient({ region, endpoint: emulator.url, credentials });
  for (const count of numbers.length > 0 ? numbers : defaultCounts) {
    const tableName = `sorts-${count}`;
    await createTable({ region, tableName, endpoint: emulator.url, hasStream: false });
    const itemBytes = await fill(client, tableName, count);
    const records = openDynamoRecords({ region, tableName });
    // It counts all entries, so that a page by ids need not.
    await asService('sweep', () => records.normalizeEntries());
    const rows = [];
    for (const sort of entrySorts) rows.push(await measure(records, sort, count, itemBytes));
    console.table(rows);
    await records.close();
  }
  client.destroy();
}

/**
 * Command: reads a page of very many entries in each order by the real adapter, and tells what that costs a
 * function of the stack. It saves nothing.
 *
 * usage: npm run bench -- sorts [COUNT ...]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openDynamoRecords } from '../../lib/records/dynamodb/records.ts';
import { type EntryQuery, entrySorts } from '../../lib/records/entry.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import { parseOptions } from '../options.ts';

const defaultCounts = [100_000];
/** Share of a processor that a function for records has, with 512 of the 1,769 MB that make one. */
const processorShare = 512 / 1_769;

const queries: readonly (readonly [name: string, query: EntryQuery])[] = [
  ...entrySorts.map((sort) => [sort, { sort }] as const),
  ['name, offset 10,000', { sort: 'name', offset: 10_000 }],
  ['search', { search: 'nobody of this name' }],
];

async function measure(records: RecordStore, name: string, query: EntryQuery) {
  const [began, before] = [performance.now(), process.cpuUsage()];
  await records.findEntries({ limit: 20, ...query });
  const { user, system } = process.cpuUsage(before);
  const processor = (user + system) / 1e6;
  return {
    query: name,
    'seconds of a processor': processor.toFixed(2),
    'seconds of a function': (processor / processorShare).toFixed(1),
    'seconds here': ((performance.now() - began) / 1000).toFixed(1),
    'memory, MB': Math.round(process.memoryUsage().rss / 2 ** 20),
  };
}

export async function run(words: readonly string[]): Promise<void> {
  const { numbers } = parseOptions(words);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  for (const count of numbers.length > 0 ? numbers : defaultCounts) {
    const table = fork(join(import.meta.dirname, 'many-entries.ts'), [String(count)]);
    const [port] = await once(table, 'message');
    process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${port}`;
    const records = openDynamoRecords({ region: 'us-east-1', tableName: 'many' });
    // The first call loads and compiles.
    await records.findEntries({ limit: 20 });
    const rows = [];
    for (const [name, query] of queries) rows.push(await measure(records, name, query));
    console.log(`\n${count.toLocaleString('en')} entries, a page of 20:`);
    console.table(rows);
    await records.close();
    table.disconnect();
  }
}

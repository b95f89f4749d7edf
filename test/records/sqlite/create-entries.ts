/**
 * A second process for the tests: opens the database file, creates an entry of each name given, and writes a line of JSON for each as
 * soon as it has the answer. With `--until-killed` it goes on, with names of its own.
 */
import { parseArgs } from 'node:util';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';

const { values, positionals } = parseArgs({
  options: { 'until-killed': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [path = '', ...names] = positionals;
const store = openSqliteRecords(openDatabase(path));

async function create(name: string): Promise<void> {
  const outcome = await store.createEntry({ name, reason: null }).catch((error) => ({ code: error.code }));
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

for (const name of names) await create(name);
for (let index = 0; values['until-killed']; index += 1) await create(`name ${index}`);

/**
 * Process for the tests: opens the database file and creates an entry for each given name. As soon as it has
 * an answer, it writes it as a line of JSON. With `--until-killed` it goes on, with names of its own.
 */
import { parseArgs } from 'node:util';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';

const { values, positionals } = parseArgs({
  options: { 'until-killed': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [path = '', ...names] = positionals;
const store = openSqliteRecords(await openDatabase(path));

async function create(name: string): Promise<void> {
  const outcome = await store.createEntry({ name, reason: null }).catch((error) => ({ code: error.code }));
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

for (const name of names) await create(name);
for (let index = 0; values['until-killed']; index += 1) await create(`name ${index}`);

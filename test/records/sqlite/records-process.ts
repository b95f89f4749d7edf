/** Process for the tests: has a database open and does what it is told. */

import { once } from 'node:events';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { openFolderInbox } from '../../../lib/inbox/folder.ts';
import { readLocalPath } from '../../../lib/inputs/local-path.ts';
import { isOldDatabase } from '../../../lib/old-service.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { claim } from '../../../lib/records/sqlite/outbox.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';
import { readPictureFile } from '../../../local/picture-file.ts';

const [, , path = ''] = process.argv;
const folder = dirname(path);
let records: ReturnType<typeof openSqliteRecords> | undefined;

async function refused(reading: Promise<unknown>): Promise<void> {
  const outcome = await reading.then(
    (bytes) => bytes,
    () => undefined,
  );
  if (outcome !== undefined) throw new Error('A file of the database was read.');
}

const orders: Record<string, (argument: string) => Promise<unknown>> = {
  open: async () => {
    records = openSqliteRecords(await openDatabase(path));
  },
  list: (name) =>
    records?.createEntry({ name, reason: null }) ?? Promise.reject(new Error('It is not open.')),
  path: (name) => refused(readLocalPath(name, folder, 1e9)),
  enroll: (file) => refused(readPictureFile(file, 1e9)),
  inbox: (key) => refused(openFolderInbox(folder).read(key, 1e9)),
  old: async (file) => {
    if (isOldDatabase(file)) throw new Error('It was taken for the old service’s.');
  },
  again: async () => (await openDatabase(path)).close(),
  claim: async () => claim(`${path}-webhooks`)?.[Symbol.dispose](),
  thread: () =>
    once(
      new Worker(
        `const { DatabaseSync } = require('node:sqlite');
         const database = new DatabaseSync(${JSON.stringify(path)}, { readOnly: true });
         database.prepare('SELECT * FROM entry').all();
         database.close();`,
        { eval: true },
      ),
      'exit',
    ),
};

process.on('message', async ([order, argument]: [string, string]) => {
  try {
    await orders[order]?.(argument);
    process.send?.('done');
  } catch (error) {
    process.send?.(String(error));
  }
});

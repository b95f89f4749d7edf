import { join } from 'node:path';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { SqliteKeptAnswers } from '../../../lib/records/sqlite/kept-answers.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';
import { temporaryFolder } from '../../api/server-process.ts';
import { keptAnswersSuite } from '../../suites/kept-answers.ts';

keptAnswersSuite('SQLite', async (now) => {
  const folder = await temporaryFolder();
  const database = await openDatabase(join(folder.path, 'face-blacklist.sqlite'));
  const records = openSqliteRecords(database);
  return {
    answers: new SqliteKeptAnswers(database, now),
    erase: (entryId) => records.purge(entryId),
    size: async () => Number(database.prepare('SELECT count(*) AS count FROM kept_answer').get()?.count),
    async remove() {
      await records.close();
      await folder[Symbol.asyncDispose]();
    },
  };
});

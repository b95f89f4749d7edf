/**
 * Program: searches a database's files for traces, which come as JSON on its input, and writes the database anew where one is found, or where
 * there are none to search for.
 * usage: node purge-process.ts FILE
 */
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { findIn } from '../../erasure/find.ts';

const lockWaitMs = 20_000;

const [path = ''] = process.argv.slice(2);
const given: string[] | null = JSON.parse(await text(process.stdin));
const traces = given?.map((trace) => Buffer.from(trace, 'base64'));
if (!traces || (await isTraced(path, traces))) {
  using database = new DatabaseSync(path, { timeout: lockWaitMs });
  database.exec('PRAGMA secure_delete = ON; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
}

async function isTraced(path: string, traces: readonly Buffer[]): Promise<boolean> {
  for (const file of [path, `${path}-wal`]) if ((await findIn(file, traces)).size > 0) return true;
  return false;
}

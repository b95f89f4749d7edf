/**
 * Program: writes a database anew, without anything that was deleted.
 * usage: node purge-process.ts FILE
 */
import { DatabaseSync } from 'node:sqlite';

const lockWaitMs = 20_000;

const [path = ''] = process.argv.slice(2);
using database = new DatabaseSync(path, { timeout: lockWaitMs });
database.exec('PRAGMA secure_delete = ON; VACUUM');
// Readers may hold it up; whoever asked for it tries again then.
const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {};
if (Number(busy) !== 0) process.exitCode = 1;

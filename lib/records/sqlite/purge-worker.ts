/**
 * Thread: writes a database anew, without anything that was deleted. `workerData` is the database's path.
 */
import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';

const lockWaitMs = 20_000;

using database = new DatabaseSync(workerData, { timeout: lockWaitMs });
database.exec('PRAGMA secure_delete = ON; VACUUM');
// Readers may hold it up; whoever asked for it tries again then.
const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {};
if (Number(busy) !== 0) throw new Error('Somebody reads the database.');

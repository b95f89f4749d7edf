/**
 * Thread: writes a database anew, without anything that was deleted. `workerData` is the database's path.
 */
import { workerData } from 'node:worker_threads';
import { connect } from './connection.ts';

using database = connect(workerData);
// This thread may wait for a lock, unlike the server's.
database.exec('PRAGMA busy_timeout = 20000; PRAGMA secure_delete = ON; VACUUM');
// Readers may hold it up; whoever asked for it tries again then.
database.exec('PRAGMA busy_timeout = 500');
const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {};
if (Number(busy) !== 0) throw new Error('Somebody reads the database.');

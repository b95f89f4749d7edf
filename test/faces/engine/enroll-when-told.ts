/**
 * Process for the tests to kill: opens the engine on a database, and enrolls persons 1, 2, 3 of sample 3. It
 * enrolls one for each line that it reads, and writes a line after each.
 *
 * usage: node enroll-when-told.ts DATABASE
 */
import { createInterface } from 'node:readline';
import { openEngine } from '../../../lib/faces/engine/engine.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { openSqliteEmbeddings } from '../../../lib/records/sqlite/embeddings.ts';
import { owner } from '../../suites/faces/fixtures.ts';
import { portraits } from '../samples.ts';

const [path = ''] = process.argv.slice(2);
const engine = await openEngine(await openSqliteEmbeddings(await openDatabase(path)), {
  modelName: 'Fusion',
  distanceMetric: 'cosine',
  detectionConfidenceThreshold: 0.15,
  maxImageBytes: 15 * 1024 * 1024,
  qualityFilter: 'auto',
  workers: 1,
});
const pictures = await portraits(engine, 3);
console.log('ready');
let person = 0;
for await (const _ of createInterface({ input: process.stdin })) {
  const picture = pictures[person++];
  if (!picture) break;
  await engine.enroll(picture, owner(person));
  console.log(`enrolled ${person}`);
}

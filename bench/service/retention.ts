/**
 * Command: keeps 100,000 processed pictures on one machine, or so many, deletes them by their age, and
 * measures what requests wait meanwhile; it saves nothing. usage: npm run bench -- retention [PICTURES]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openFileSystemImages } from '../../lib/images/filesystem.ts';
import { processedKeys } from '../../lib/images/key.ts';
import { removeMatching } from '../../lib/processing/remove-processed.ts';
import type { RecordStore } from '../../lib/records/port.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../lib/records/sqlite/records.ts';
import { progressBar } from '../../local/commands/progress.ts';
import { parseOptions } from '../options.ts';
import { historyAnswer } from './history-answer.ts';

const [size = 100_000] = parseOptions(process.argv.slice(3)).numbers;
/** Milliseconds between two requests. */
const pauseMs = 20;

await using folder = await mkdtempDisposable(join(tmpdir(), 'face-blacklist-retention-'));
const database = await openDatabase(join(folder.path, 'retention.sqlite'));
const records = openSqliteRecords(database);
const places = ['blacklist', 'processed', 'cropped'] as const;
const folders = Object.fromEntries(places.map((name) => [name, join(folder.path, name)]));
const images = openFileSystemImages(folders as Record<(typeof places)[number], string>);

/** Keeps so many with their three files, without waiting for the disk. */
async function fill(): Promise<void> {
  database.exec('PRAGMA synchronous = OFF');
  const bar = progressBar('keep', size);
  for (let index = 0; index < size; index += 1) {
    const keys = processedKeys(`picture-${index}`, new Date(0), 'jpeg');
    for (const key of Object.values(keys)) {
      const path = images.location(key);
      if (index === 0) mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, 'picture');
    }
    await records.addProcessed(`picture-${index}`, {
      ...historyAnswer(index),
      original_image_path: images.location(keys.original),
      saved_image_path: images.location(keys.annotated),
      cropped_face_path: images.location(keys.crop),
    });
    bar.increment();
  }
  bar.stop();
  database.exec('PRAGMA synchronous = FULL');
}

/** Asks for pages and keeps pictures until it is told to stop; what each took comes back, in ms. */
async function ask(store: RecordStore, stop: AbortSignal) {
  const waits = { page: [] as number[], keep: [] as number[] };
  for (let index = 0; !stop.aborted; index += 1) {
    const started = performance.now();
    await store.listProcessed({ limit: 20, offset: 100 });
    const listed = performance.now();
    await store.addProcessed(`new-${index}`, historyAnswer(index));
    waits.page.push(listed - started);
    waits.keep.push(performance.now() - listed);
    await delay(pauseMs);
  }
  return waits;
}

function told(waits: readonly number[]) {
  const sorted = waits.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return {
    requests: sorted.length,
    median: at(0.5).toFixed(1),
    '99 of 100': at(0.99).toFixed(1),
    longest: at(1).toFixed(1),
  };
}

await fill();
const quiet = new AbortController();
setTimeout(() => quiet.abort(), 3_000);
const before = await ask(records, quiet.signal);

const until = new Date();
const busy = new AbortController();
const asking = ask(records, busy.signal);
const started = performance.now();
const cpu = process.cpuUsage();
const { removed } = await removeMatching({ records, images }, { until });
const { user, system } = process.cpuUsage(cpu);
const seconds = (performance.now() - started) / 1000;
busy.abort();
const during = await asking;
await records.close();
console.log(
  `${removed} pictures with their records and files were deleted in ${seconds.toFixed(1)} s, with ${((user + system) / 1e6).toFixed(1)} s of CPU. Requests took, in ms:`,
);
console.table({
  'a page, before': told(before.page),
  'a page, meanwhile': told(during.page),
  'keeping a picture, before': told(before.keep),
  'keeping a picture, meanwhile': told(during.keep),
});

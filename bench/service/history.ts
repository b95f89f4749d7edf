/**
 * Command: keeps few and many answers about processed pictures in SQLite, and measures how long a page of
 * them takes. It saves nothing.
 *
 * usage: npm run bench -- history
 */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordStore } from '../../lib/records/port.ts';
import type { ProcessedFilter } from '../../lib/records/processed.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../lib/records/sqlite/records.ts';
import { progressBar } from '../../local/commands/progress.ts';
import { median } from '../accuracy/measures.ts';
import { historyAnswer } from './history-answer.ts';

const limit = 20;
const runs = 200;
/** Keeps `size` answers and gives their times. */
async function fill(store: RecordStore, size: number): Promise<Date[]> {
  const bar = progressBar('keep', size);
  const times: Date[] = [];
  for (let index = 0; index < size; index++) {
    const { timestamp } = await store.addProcessed(`picture-${index}`, historyAnswer(index));
    times.push(new Date(timestamp));
    bar.increment();
  }
  bar.stop();
  return times;
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return median(times);
}

/** Measures the milliseconds of a page, for each kind of query. */
async function measure(size: number): Promise<Map<string, number>> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'face-blacklist-history-'));
  const database = await openDatabase(join(folder.path, 'history.sqlite'));
  // Only reading is measured, so what is written need not survive a crash.
  database.exec('PRAGMA synchronous = OFF');
  const store = openSqliteRecords(database);
  const times = await fill(store, size);
  const [since, until] = [times[Math.floor(size * 0.4)], times[Math.floor(size * 0.6)]] as [Date, Date];
  const asked: [string, ProcessedFilter & { offset?: number }][] = [
    ['the newest', {}],
    ['from the middle', { offset: size / 2 }],
    ['with a match', { hasMatch: true }],
    ['with a match, the oldest', { hasMatch: true, offset: size / 2 - limit }],
    ['of one entry', { entryId: 1 }],
    ['of a fifth of the time', { since, until }],
    ['of one entry, in a fifth of the time', { entryId: 1, since, until }],
  ];
  const measured = new Map<string, number>();
  for (const [name, { offset = 0, ...filter }] of asked) {
    measured.set(name, await msOf(() => store.listProcessed({ limit, offset, ...filter })));
  }
  await store.close();
  return measured;
}

const [few, many] = [await measure(1_000), await measure(100_000)];
console.table(
  [...many].map(([page, ms]) => ({
    'a page': page,
    'ms of 1,000': few.get(page)?.toFixed(3),
    'ms of 100,000': ms.toFixed(3),
  })),
);
console.log(`Node ${process.version}, SQLite, ${limit} a page. Medians of ${runs}.`);

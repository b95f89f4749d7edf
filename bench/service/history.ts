/**
 * Command: keeps few and many answers about processed pictures in SQLite, and measures how long a page of
 * them takes. It saves nothing.
 *
 * usage: npm run bench -- history
 */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessedFilter, ProcessedResult, RecordStore } from '../../lib/records/port.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../lib/records/sqlite/records.ts';
import { progressBar } from '../../local/commands/progress.ts';
import { median } from '../accuracy/measures.ts';

const limit = 20;
const runs = 200;
/** Number of people. All of them are seen equally often, and every second picture shows somebody. */
const people = 50;

function answer(index: number): ProcessedResult {
  const hasMatch = index % 2 === 0;
  const id = 1 + ((index / 2) % people);
  const match = {
    identity: `/data/blacklist/${id}/a.jpg`,
    ...{ target_x: 1, target_y: 2, target_w: 30, target_h: 40 },
    ...{ source_x: 1, source_y: 2, source_w: 30, source_h: 40 },
    ...{ threshold: 0.385, distance: 0.1, similarity: 99, aws_similarity: null, aws_face_id: null },
    ...{ model: 'Fusion', detector_backend: 'mediapipe+ssd', similarity_metric: 'cosine' as const },
    entry: {
      ...{ id, name: `Person ${id}`, reason: null, severity: null, category: null, notes: null },
      expires_at: null,
    },
    image_id: 'a',
    review: null,
  };
  const noPoints = { left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };
  return {
    image_path_or_identifier: 'door.jpg',
    faces: [
      {
        face_index: 0,
        facial_area: { x: 1, y: 2, w: 30, h: 40, ...noPoints },
        confidence: 0.9,
        blacklist_matches: hasMatch ? [match] : [],
        candidates: null,
        near_misses: [],
        quality: { brightness: 60, sharpness: 70, pose: { roll: 0, yaw: 0, pitch: 0 } },
        verdict: hasMatch ? 'match' : 'no_match',
        verdict_reasons: [],
      },
    ],
    error: null,
    saved_image_path: null,
    original_image_path: `/data/processed/2026-01-31/${index}-original.jpg`,
    has_blacklist_match: hasMatch,
    has_near_miss: false,
    verdict: hasMatch ? 'match' : 'no_match',
    verdict_reasons: [],
    cropped_face_path: null,
    source: null,
    reference: null,
    warnings: null,
  };
}

/** Keeps `size` answers and gives their times. */
async function fill(store: RecordStore, size: number): Promise<Date[]> {
  const bar = progressBar('keep', size);
  const times: Date[] = [];
  for (let index = 0; index < size; index++) {
    const { timestamp } = await store.addProcessed(`picture-${index}`, answer(index));
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

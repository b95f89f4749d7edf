/**
 * Measures a look-back among kept faces on one machine: the thread that reads them, and the comparison. The
 * faces are made up, as those of `npm run bench -- search`. It prints its figures, and saves nothing.
 *
 * usage: npm run bench -- look-back [FACES …]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { embeddingModels } from '../../lib/faces/engine/models/models.ts';
import { codeOf } from '../../lib/faces/engine/search/gallery-memory.ts';
import { searchKept } from '../../lib/faces/engine/search/kept-faces.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { sqliteKeptFaces } from '../../lib/records/sqlite/kept-faces.ts';
import { inTransaction } from '../../lib/records/sqlite/transactions.ts';
import { parseOptions } from '../options.ts';
import { normalVector } from '../vectors.ts';

const defaultSizes = [10_000, 100_000];
const { dimensions, version, thresholds } = embeddingModels.Fusion;
const rounds = 7;
const facesPerTransaction = 5_000;

interface LookBackFigures {
  readonly faces: number;
  /** Median time in ms with one reference picture. */
  readonly oneMs: number;
  /** Median CPU time in ms of all threads, with one: other programs don't delay it. */
  readonly oneCpuMs: number;
  /** Median time in ms with five. */
  readonly fiveMs: number;
  readonly databaseBytes: number;
}

async function measure(faces: number): Promise<LookBackFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'face-blacklist-look-back-'));
  const database = await openDatabase(join(folder, 'faces.sqlite'));
  try {
    keepFaces(database, faces);
    const { bytes } = database
      .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()')
      .get() as { bytes: number };
    const one = await timeLookBack(database, faces, 1);
    const five = await timeLookBack(database, faces, 5);
    return { faces, oneMs: one.ms, oneCpuMs: one.cpuMs, fiveMs: five.ms, databaseBytes: bytes };
  } finally {
    database.close();
    await rm(folder, { recursive: true });
  }
}

/** Keeps so many faces, each of a picture of its own. */
function keepFaces(database: DatabaseSync, faces: number): void {
  database.exec('PRAGMA synchronous = OFF');
  const picture = database.prepare("INSERT INTO processed (id, picture_id, result) VALUES (?, ?, '{}')");
  const keep = database.prepare(
    'INSERT INTO kept_face (processed_id, face_index, at, version, embedding) VALUES (?, 0, ?, ?, ?)',
  );
  const keepCode = database.prepare('INSERT INTO kept_face_code (id, code) VALUES (?, ?)');
  for (let first = 1; first <= faces; first += facesPerTransaction) {
    inTransaction(database, () => {
      for (let id = first; id < Math.min(faces + 1, first + facesPerTransaction); id++) {
        picture.run(id, crypto.randomUUID());
        const embedding = normalVector(dimensions);
        const { lastInsertRowid } = keep.run(id, Date.now(), version, new Uint8Array(embedding.buffer));
        keepCode.run(lastInsertRowid, codeOf(embedding));
      }
    });
  }
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** Takes the median times of a look-back with so many reference pictures. */
async function timeLookBack(database: DatabaseSync, faces: number, probes: number) {
  const kept = sqliteKeptFaces(database);
  const times: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const search = {
      ...({ version, since: 0, faces, metric: 'cosine', threshold: thresholds.cosine } as const),
      probes: Array.from({ length: probes }, () => normalVector(dimensions)),
    };
    const before = process.cpuUsage();
    const started = performance.now();
    await kept.count(version, 0);
    await searchKept(kept, search);
    times.push(performance.now() - started);
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000);
  }
  const middle = (all: number[]) => all.sort((one, other) => one - other)[Math.floor(rounds / 2)] as number;
  return { ms: middle(times), cpuMs: middle(cpu) };
}

export async function run(words: readonly string[]): Promise<void> {
  const { numbers } = parseOptions(words);
  const sizes: LookBackFigures[] = [];
  for (const faces of numbers.length > 0 ? numbers : defaultSizes) sizes.push(await measure(faces));
  console.table(sizes);
}

/**
 * Measures the search of a face among many. A plain loop and Human's own `match.find` take turns with it on
 * one thread.
 *
 * The faces are made up: vectors of 512 normally distributed numbers. Half of the probes are a listed face
 * with noise. Other programs on the machine slow the elapsed time; CPU time counts the thread alone.
 *
 * usage: npm run bench -- search [FACES …]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { embeddingModels } from '../../lib/faces/engine/models/models.ts';
import { codeOf } from '../../lib/faces/engine/search/gallery-memory.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { openSqliteEmbeddings } from '../../lib/records/sqlite/embeddings.ts';
import { inTransaction } from '../../lib/records/sqlite/transactions.ts';
import type { SearchFigures } from '../figures.ts';
import { parseOptions } from '../options.ts';
import { saveReport } from '../report/report.ts';
import { provenanceOf } from '../report/results.ts';
import { normalVector } from '../vectors.ts';

const defaultSizes = [1000, 10_000, 100_000, 1_000_000];
const { dimensions, version } = embeddingModels.MobileFaceNet;

/** Lists this number of faces in a new database. */
async function fillDatabase(path: string, faces: number): Promise<void> {
  const database = await openDatabase(path);
  database.exec('PRAGMA synchronous = OFF');
  const faceRows = openSqliteEmbeddings(database).ofVersion(version, [version]);
  const perTransaction = 10_000;
  for (let first = 0; first < faces; first += perTransaction) {
    inTransaction(database, () => {
      for (let face = first; face < Math.min(faces, first + perTransaction); face++) {
        const vector = normalVector(dimensions);
        const owner = { entryId: face, imageId: crypto.randomUUID(), box: { x: 0, y: 0, w: 100, h: 100 } };
        faceRows.add(owner, vector, codeOf(vector));
      }
    });
  }
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

/**
 * Measures each size in a process of its own, so that the memory is that of one gallery. The process runs
 * with the same options as `npm start`.
 */
async function measure(faces: number): Promise<SearchFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'face-blacklist-search-'));
  try {
    const path = join(folder, 'faces.sqlite');
    await fillDatabase(path, faces);
    const child = spawn(
      process.execPath,
      ['--max-semi-space-size=8', join(import.meta.dirname, 'search-one.ts'), path],
      {
        env: { ...process.env, MALLOC_ARENA_MAX: '2' },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    return JSON.parse(output) as SearchFigures;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const ms = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0));

/** Prints a table with a column for each size. */
function print(sizes: readonly SearchFigures[]): void {
  const columns = sizes.map(({ listed, search, crowd, crowdSize, loop, human, ...figures }) => {
    const wallAndCpu = ({ median, cpu }: SearchFigures['search']) => `${ms(median)} (${ms(cpu)})`;
    const ratios = ({ median, cpu }: SearchFigures['search']) =>
      `${(median / search.median).toFixed(1)} (${(cpu / search.cpu).toFixed(1)})`;
    return [
      ['listed', listed.toLocaleString('en')],
      ['one face, ms (CPU)', wallAndCpu(search)],
      ['one face, p99, ms', ms(search.p99)],
      [`${crowdSize} faces in one pass, ms (CPU)`, wallAndCpu(crowd)],
      ['plain loop, ms (CPU)', wallAndCpu(loop)],
      ['match.find, ms (CPU)', wallAndCpu(human)],
      ['times faster than the loop (CPU)', ratios(loop)],
      ['times faster than match.find (CPU)', ratios(human)],
      ['load, s (CPU)', `${(figures.loadMs / 1000).toFixed(1)} (${(figures.loadCpuMs / 1000).toFixed(1)})`],
      ['memory / vectors', figures.memoryRatio.toFixed(2)],
      ['recall', figures.recall.toString()],
    ] as const;
  });
  const names = columns[0]?.map(([name]) => name) ?? [];
  console.table(
    Object.fromEntries(names.map((name, row) => [name, columns.map((column) => column[row]?.[1])])),
  );
}

export async function run(words: readonly string[]): Promise<void> {
  const { numbers, out } = parseOptions(words);
  const provenance = provenanceOf(['npm run bench -- search', ...numbers].join(' '));
  const sizes: SearchFigures[] = [];
  for (const faces of numbers.length > 0 ? numbers : defaultSizes) sizes.push(await measure(faces));
  print(sizes);
  await saveReport(out, { search: { ...provenance, sizes } });
}

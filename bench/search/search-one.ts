/**
 * Command: loads the gallery of one database and measures searches in it; prints the figures as JSON.
 * usage: node bench/search/search-one.ts DATABASE
 */

import { embeddingModels } from '../../lib/faces/engine/models/models.ts';
import { Gallery } from '../../lib/faces/engine/search/gallery.ts';
import type { SharedGallery } from '../../lib/faces/engine/search/gallery-memory.ts';
import { searchGallery } from '../../lib/faces/engine/search/search.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { openReader } from '../../lib/records/sqlite/embedding-rows.ts';
import { openSqliteEmbeddings } from '../../lib/records/sqlite/embeddings.ts';
import type { SearchFigures, SearchTimes } from '../figures.ts';
import { humanBuild, loadBuild } from '../speed/tfjs.ts';
import { normalVector } from '../vectors.ts';

interface Human {
  match: { find(probe: number[], faces: ArrayLike<number>[]): { index: number } };
}

const crowdSize = 40;
const { dimensions, thresholds } = embeddingModels.MobileFaceNet;
const threshold = thresholds.cosine;

const threadCpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** Takes the times of one task. */
class Stopwatch {
  readonly #wall: number[] = [];
  #cpu = 0;

  time<T>(work: () => T): T {
    const [started, cpuStarted] = [performance.now(), threadCpuMs()];
    const result = work();
    this.#wall.push(performance.now() - started);
    this.#cpu += threadCpuMs() - cpuStarted;
    return result;
  }

  get times(): SearchTimes {
    const sorted = this.#wall.toSorted((one, other) => one - other);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return { median: at(0.5), p99: at(0.99), cpu: this.#cpu / sorted.length };
  }
}

/**
 * Computes distances in a plain loop that JavaScript runs fast: unit vectors in single precision, and four
 * sums side by side.
 */
function loopOver(faces: readonly Float32Array[], probe: Float32Array): number[] {
  const near: number[] = [];
  for (let row = 0; row < faces.length; row++) {
    const vector = faces[row] as Float32Array;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < dimensions; i += 4) {
      a += (vector[i] as number) * (probe[i] as number);
      b += (vector[i + 1] as number) * (probe[i + 1] as number);
      c += (vector[i + 2] as number) * (probe[i + 2] as number);
      d += (vector[i + 3] as number) * (probe[i + 3] as number);
    }
    if (1 - (a + b + c + d) <= threshold) near.push(row);
  }
  return near;
}

/** Finds the ids of the nearest 100 faces within a threshold, from all distances in double precision. */
function nearestExactly(faces: readonly Float32Array[], probe: Float32Array, most: number): Set<number> {
  const size = faces.length;
  const distances = new Float64Array(size);
  const length = Math.sqrt(probe.reduce((sum, value) => sum + value * value, 0));
  for (let row = 0; row < size; row++) {
    const vector = faces[row] as Float32Array;
    let [dot, squares] = [0, 0];
    for (let i = 0; i < dimensions; i++) {
      const value = vector[i] as number;
      dot += value * (probe[i] as number);
      squares += value * value;
    }
    distances[row] = 1 - dot / (Math.sqrt(squares) * length);
  }
  const last = Math.min(most, distances.toSorted()[99] ?? most);
  const ids = new Set<number>();
  // The benchmark's faces have the ids 1, 2, … in this order.
  for (let row = 0; row < size; row++) if ((distances[row] as number) <= last) ids.add(row + 1);
  return ids;
}

/** A gallery that was loaded, and what that took. */
interface LoadedGallery {
  readonly size: number;
  readonly figures: Pick<SearchFigures, 'loadMs' | 'loadCpuMs' | 'memoryRatio'>;
  embedding(row: number): Float32Array;
  /** Searches with all faces that the database has at this moment. */
  find(probes: readonly Float32Array[], most: number, candidates?: number): Hits[];
}

type Hits = ReturnType<typeof searchGallery>[number];

async function loadGallery(path: string): Promise<LoadedGallery> {
  const database = await openDatabase(path);
  const store = await openSqliteEmbeddings(database);
  const before = process.memoryUsage.rss();
  const load = new Stopwatch();
  let shared: SharedGallery | undefined;
  const gallery = new Gallery(store, embeddingModels.MobileFaceNet, (memory) => {
    shared = memory;
  });
  const cpuBefore = process.cpuUsage();
  load.time(() => gallery.refresh());
  const { user, system } = process.cpuUsage(cpuBefore);
  const memory = process.memoryUsage.rss() - before;
  if (!shared) throw new Error('The gallery shared no memory.');
  const { size } = gallery;
  const reader = openReader(path);
  const searched = { ...shared, embeddingOf: (faceId: number) => reader.embedding(faceId) };
  return {
    size,
    figures: {
      loadMs: load.times.median,
      loadCpuMs: (user + system) / 1000,
      memoryRatio: memory / (4 * dimensions * size),
    },
    // The benchmark's faces have the ids 1, 2, … in this order.
    embedding: (row) => reader.embedding(row + 1) as Float32Array,
    find: (probes, most, candidates = 0) =>
      reader.asOneMoment(() => searchGallery(searched, probes, 'cosine', most, candidates)),
  };
}

/** Returns a function that makes probes: a stranger, and then somebody much like a listed face, in turns. */
function probesAmong(faces: readonly Float32Array[]): () => Float32Array {
  let made = 0;
  return () => {
    const listed = faces[Math.floor(faces.length * Math.random())] as Float32Array;
    const noise = normalVector(dimensions);
    return made++ % 2 === 0 ? noise : noise.map((value, index) => value + (listed[index] as number));
  };
}

type Find = LoadedGallery['find'];

/** Takes the times of the search, and of the loops that it is compared with. */
function timesOf(faces: Float32Array[], probe: () => Float32Array, find: Find) {
  const { Human: HumanBuild } = loadBuild<{ Human: new () => Human }>(humanBuild);
  const human = new HumanBuild();
  const watches = [new Stopwatch(), new Stopwatch(), new Stopwatch(), new Stopwatch()] as const;
  const [search, crowd, loop, findByHuman] = watches;
  for (let round = 0; round < 3; round++) find([probe()], threshold);
  for (let round = 0; round < 10; round++) {
    for (let count = 0; count < 20; count++) {
      const one = probe();
      search.time(() => find([one], threshold));
    }
    const one = probe();
    loop.time(() => loopOver(faces, one));
    findByHuman.time(() => human.match.find([...one], faces));
    if (round % 3 === 0) {
      const many = Array.from({ length: crowdSize }, probe);
      crowd.time(() => find(many, threshold));
    }
  }
  return { search: search.times, crowd: crowd.times, loop: loop.times, human: findByHuman.times };
}

/** Returns the share of the true nearest faces that the search finds. */
function recallOf(faces: readonly Float32Array[], probe: () => Float32Array, find: Find): number {
  let [wanted, found] = [0, 0];
  for (let count = 0; count < 10; count++) {
    const one = probe();
    for (const most of [threshold, 2]) {
      const exact = nearestExactly(faces, one, most);
      wanted += exact.size;
      // Every face is within a distance of 2. So this asks for the nearest 100 entries, each of which has one
      // picture.
      const hits = most === threshold ? find([one], most) : find([one], 0, 100);
      found += (hits[0] ?? []).filter(({ faceId }) => exact.has(faceId)).length;
    }
  }
  return found / wanted;
}

async function measure(path: string): Promise<SearchFigures> {
  const { size, figures, embedding, find } = await loadGallery(path);
  // The loops that the search is compared with have all embeddings in memory.
  const faces = Array.from({ length: size }, (_, row) => embedding(row));
  const probe = probesAmong(faces);
  return {
    listed: size,
    crowdSize,
    ...timesOf(faces, probe, find),
    ...figures,
    recall: recallOf(faces, probe, find),
  };
}

if (import.meta.main) console.log(JSON.stringify(await measure(process.argv[2] ?? '')));

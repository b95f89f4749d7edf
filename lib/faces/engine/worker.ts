/** One thread of the engine: it holds its own models, and reads the galleries that the main thread shares. */

import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { type Detector, loadDetector } from './detect/detector.ts';
import { measureQuality } from './detect/quality.ts';
import { type Embedder, loadEmbedder } from './embed/embedders.ts';
import type { Similarity } from './geometry/align.ts';
import type { Landmarks } from './geometry/landmarks.ts';
import { Pyramid } from './geometry/pyramid.ts';
import type {
  Findings,
  FromWorker,
  Job,
  JobFace,
  Part,
  StageTimes,
  ToWorker,
  WorkerSettings,
} from './job.ts';
import type { EmbedderName } from './models/models.ts';
import { useRuntime } from './runtime/this-thread.ts';
import type { EmbeddingReader } from './search/embedding-store.ts';
import type { SharedGallery } from './search/gallery-memory.ts';
import { type GalleryHit, type GallerySearch, searchGallery } from './search/search.ts';
import { Sharing } from './sharing.ts';

/** Place of a print, which is nowhere in a picture. */
const nowhere = {
  area: {
    x: 0,
    y: 0,
    w: 0,
    h: 0,
    left_eye: null,
    right_eye: null,
    nose: null,
    mouth_left: null,
    mouth_right: null,
  },
  confidence: 1,
};

/** The store of the enrolled faces could not be read. */
class StoreError extends Error {}

const galleries = new Map<EmbedderName, SharedGallery>();
const readers = new Map<string, Promise<EmbeddingReader>>();
const embedders = new Map<EmbedderName, Promise<Embedder>>();

/** Does the jobs of this thread. */
class JobRunner {
  readonly #detector: Detector;
  readonly #settings: WorkerSettings;
  readonly #sharing: Sharing;

  constructor(detector: Detector, settings: WorkerSettings, sharing: Sharing) {
    this.#detector = detector;
    this.#settings = settings;
    this.#sharing = sharing;
  }

  async run(job: Job): Promise<{ results: readonly unknown[]; times: StageTimes }> {
    const { picture, part, prints, room } = job;
    const times: StageTimes = {};
    const pyramid = new Pyramid(picture, part?.smaller, room);
    if (part) return { results: await this.#doPart(part, pyramid, job, times), times };
    if (!prints) return { results: await this.#findAll(pyramid, job, times), times };
    const found = await searchFor(
      prints.map(({ vectors }) => vectors),
      job,
      times,
    );
    return { results: found.map((one): JobFace => ({ ...nowhere, ...one })), times };
  }

  #doPart({ work, items }: Part, pyramid: Pyramid, job: Job, times: StageTimes): Promise<readonly unknown[]> {
    if (work === 'looks') return this.#detector.looks(pyramid, items as Similarity[]);
    if (work === 'meshes') return this.#detector.meshes(pyramid, items as Landmarks[]);
    return this.#examine(pyramid, items as Landmarks[], job, times);
  }

  async #findAll(pyramid: Pyramid, job: Job, times: StageTimes): Promise<JobFace[]> {
    const { places, detector: choice, models, largestOnly, measure, searches = [] } = job;
    const detections = places
      ? await this.#detector.detectAt(pyramid, places, times)
      : await this.#detector.detect(pyramid, choice, times);
    const landmarks = detections
      .slice(0, largestOnly ? 1 : undefined)
      .flatMap((detection) => detection.landmarks ?? []);
    const examine = (some: readonly Landmarks[]) => this.#examine(pyramid, some, job, times);
    const findings =
      models.length > 0 && !places
        ? await this.#sharing.share('faces', pyramid, landmarks, examine)
        : await examine(landmarks);
    // A camera's known faces have no landmarks, and no findings.
    const nothing: Findings = { embeddings: {}, hits: searches.map(() => []) };
    let examined = 0;
    return detections.map((detection, index) => {
      const { area, confidence, landmarks: seen } = detection;
      const isMeasured = seen && (measure === 'all' || (measure === 'largest' && index === 0));
      const quality = isMeasured && { quality: measureQuality(pyramid, detection) };
      return { area, confidence, ...((seen && findings[examined++]) ?? nothing), ...quality };
    });
  }

  /** Embeds faces, and searches the galleries for them. */
  async #examine(
    pyramid: Pyramid,
    landmarks: readonly Landmarks[],
    job: Job,
    times: StageTimes,
  ): Promise<Findings[]> {
    return searchFor(await this.#embed(pyramid, landmarks, job.models, times), job, times);
  }

  /** Embeds faces by each of the models. */
  async #embed(
    pyramid: Pyramid,
    landmarks: readonly Landmarks[],
    models: readonly EmbedderName[],
    times: StageTimes,
  ): Promise<Findings['embeddings'][]> {
    const started = performance.now();
    const ofFaces = landmarks.map((): { -readonly [Name in EmbedderName]?: Float32Array } => ({}));
    for (const model of models) {
      const embeddings = await (await this.embedderOf(model))(pyramid, landmarks);
      embeddings.forEach((embedding, index) => {
        (ofFaces[index] as (typeof ofFaces)[number])[model] = embedding;
      });
    }
    if (models.length > 0 && landmarks.length > 0) times.embed = secondsSince(started);
    return ofFaces;
  }

  /** Loads an embedder at its first use. */
  embedderOf(name: EmbedderName): Promise<Embedder> {
    const embedder = embedders.get(name) ?? loadEmbedder[name](this.#settings.customNetwork);
    embedders.set(name, embedder);
    return embedder;
  }
}

async function start(settings: WorkerSettings, sharing: Sharing): Promise<JobRunner> {
  const detector = await loadDetector(settings.minConfidence, sharing.share.bind(sharing));
  const runner = new JobRunner(detector, settings, sharing);
  await Promise.all([runner.embedderOf(settings.modelName), warmUp(runner)]);
  return runner;
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

/** Opens the embeddings of a gallery for this thread. */
function readerOf({ place }: SharedGallery): Promise<EmbeddingReader> {
  if (!place) throw new Error('The gallery has no place from which its embeddings can be read.');
  const known = readers.get(place.location);
  if (known) return known;
  const opened = import(place.module).then(({ openReader }) => openReader(place.location) as EmbeddingReader);
  readers.set(place.location, opened);
  opened.catch(() => readers.delete(place.location));
  return opened;
}

/** Runs a job's searches for faces. */
async function searchFor(
  faces: readonly Findings['embeddings'][],
  { searches = [] }: Job,
  times: StageTimes,
): Promise<Findings[]> {
  const started = performance.now();
  const hits: GalleryHit[][][] = [];
  for (const search of searches) hits.push(await lookUp(faces, search));
  if (searches.length > 0 && faces.length > 0) times.search = secondsSince(started);
  return faces.map((embeddings, index) => ({
    embeddings,
    hits: hits.map((ofFaces) => ofFaces[index] ?? []),
  }));
}

/**
 * Searches a gallery, and returns each face's hits.
 * @throws StoreError
 */
async function lookUp(
  faces: readonly Findings['embeddings'][],
  { embedder, metric, threshold, candidates, within }: GallerySearch,
): Promise<GalleryHit[][]> {
  const gallery = galleries.get(embedder);
  const probes = faces.flatMap((embeddings) => embeddings[embedder] ?? []);
  if (!gallery || probes.length === 0) return [];
  try {
    const reader = await readerOf(gallery);
    const searchable = { ...gallery, embeddingOf: (faceId: number) => reader.embedding(faceId) };
    return reader.asOneMoment(() => searchGallery(searchable, probes, metric, threshold, candidates, within));
  } catch (cause) {
    throw new StoreError('The enrolled faces could not be read.', { cause });
  }
}

/** Runs a first inference, which compiles the models, so that the first request need not wait for it. */
async function warmUp(runner: JobRunner): Promise<void> {
  const side = 64;
  await runner.run({
    picture: { width: side, height: side, pixels: new Uint8Array(3 * side * side) },
    models: [],
  });
}

/**
 * Lowers this thread's priority below the main thread's, where threads have priorities of their own (Linux).
 * Requests are then answered while pictures are computed.
 */
function yieldToMainThread(): void {
  try {
    const threadId = Number(basename(readlinkSync('/proc/thread-self')));
    setPriority(threadId, Math.max(5, getPriority()));
  } catch {
    // Other systems give all threads of a process the same priority.
  }
}

async function serve(): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('This module runs as a worker thread.');
  yieldToMainThread();
  const post = (message: FromWorker) => port.postMessage(message);
  const settings = workerData as WorkerSettings;
  const { name: runtime } = await useRuntime(settings.runtime ?? 'auto');
  const sharing = new Sharing((part) => post({ kind: 'share', part }));
  const runner = await start(settings, sharing);
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'gallery') {
      galleries.set(message.embedder, message.gallery);
      return;
    }
    if (message.kind === 'shares') {
      sharing.takeShares(message.shares);
      return;
    }
    if (message.kind === 'shared') {
      sharing.takeResults(message.results);
      return;
    }
    runner.run(message.job).then(
      (done) => post({ kind: 'done', ...done }),
      (error: unknown) =>
        post({ kind: 'failed', error: error as Error, isStore: error instanceof StoreError }),
    );
  });
  post({ kind: 'ready', runtime });
}

await serve();

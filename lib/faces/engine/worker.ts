/** One thread of the engine: it holds its own models, and reads the galleries that the main thread shares. */

import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { crowdSize } from './crowd.ts';
import { type Detector, loadDetector } from './detect/detector.ts';
import { measureQuality } from './detect/quality.ts';
import { type Embedder, loadEmbedder } from './embed/embedders.ts';
import type { Landmarks } from './geometry/landmarks.ts';
import { Pyramid } from './geometry/pyramid.ts';
import type { FromWorker, Job, JobFace, StageTimes, ToWorker, WorkerSettings } from './job.ts';
import type { EmbedderName } from './models/models.ts';
import { useRuntime } from './runtime/this-thread.ts';
import type { EmbeddingReader } from './search/embedding-store.ts';
import type { SharedGallery } from './search/gallery-memory.ts';
import { type GalleryHit, type GallerySearch, searchGallery } from './search/search.ts';

type FoundFace = Omit<JobFace, 'hits'>;

/** Makes a face that is nowhere in the picture, with these embeddings. */
function faceOf(embeddings: FoundFace['embeddings']): FoundFace {
  const nowhere = { left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };
  return { area: { x: 0, y: 0, w: 0, h: 0, ...nowhere }, confidence: 1, embeddings };
}

/** The store of the enrolled faces could not be read. */
class StoreError extends Error {}

const galleries = new Map<EmbedderName, SharedGallery>();
const readers = new Map<string, Promise<EmbeddingReader>>();
const embedders = new Map<EmbedderName, Promise<Embedder>>();

/** Asks for this worker's share of a crowd. */
type AskShare = (crowd: readonly Landmarks[]) => Promise<number>;

/** Does the jobs of this thread. */
class JobRunner {
  readonly #detector: Detector;
  readonly #settings: WorkerSettings;
  readonly #askShare: AskShare;

  constructor(detector: Detector, settings: WorkerSettings, askShare: AskShare) {
    this.#detector = detector;
    this.#settings = settings;
    this.#askShare = askShare;
  }

  async run(job: Job): Promise<{ faces: JobFace[]; times: StageTimes }> {
    const { prints, searches = [] } = job;
    const times: StageTimes = {};
    const faces = prints ? prints.map(({ vectors }) => faceOf(vectors)) : await this.#findAll(job, times);
    const started = performance.now();
    const hits: GalleryHit[][][] = [];
    for (const search of searches) hits.push(await lookUp(faces, search));
    if (searches.length > 0 && faces.length > 0) times.search = secondsSince(started);
    const hitsOf = (index: number) => hits.map((ofFaces) => ofFaces[index] ?? []);
    return { faces: faces.map((face, index) => ({ ...face, hits: hitsOf(index) })), times };
  }

  async #findAll(job: Job, times: StageTimes): Promise<FoundFace[]> {
    const { picture, places, crowd, detector: choice, models, largestOnly, measure } = job;
    const pyramid = new Pyramid(picture);
    if (crowd) return (await this.#embed(pyramid, crowd, models, times)).map(faceOf);
    const detections = places
      ? await this.#detector.detectAt(pyramid, places, times)
      : await this.#detector.detect(pyramid, choice, times);
    const landmarks = detections
      .slice(0, largestOnly ? 1 : undefined)
      .flatMap((detection) => detection.landmarks ?? []);
    const isShared = models.length > 0 && !places && landmarks.length >= crowdSize;
    const own = isShared ? await this.#askShare(landmarks) : landmarks.length;
    const embeddings = await this.#embed(pyramid, landmarks.slice(0, own), models, times);
    // A camera's known faces have no landmarks, and no embeddings.
    let embedded = 0;
    return detections.map((detection, index) => {
      const { area, confidence, landmarks: seen } = detection;
      const isMeasured = seen && (measure === 'all' || (measure === 'largest' && index === 0));
      const quality = isMeasured && { quality: measureQuality(pyramid, detection) };
      return { area, confidence, embeddings: (seen && embeddings[embedded++]) ?? {}, ...quality };
    });
  }

  /** Embeds faces by each of the models. */
  async #embed(
    pyramid: Pyramid,
    landmarks: readonly Landmarks[],
    models: readonly EmbedderName[],
    times: StageTimes,
  ): Promise<FoundFace['embeddings'][]> {
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

async function start(settings: WorkerSettings, askShare: AskShare): Promise<JobRunner> {
  const runner = new JobRunner(await loadDetector(settings.minConfidence), settings, askShare);
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

/**
 * Searches a gallery, and returns each face's hits.
 * @throws StoreError
 */
async function lookUp(
  faces: readonly Pick<JobFace, 'embeddings'>[],
  { embedder, metric, threshold, candidates, within }: GallerySearch,
): Promise<GalleryHit[][]> {
  const gallery = galleries.get(embedder);
  const probes = faces.flatMap(({ embeddings }) => embeddings[embedder] ?? []);
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
  let takeShare: (faces: number) => void = () => undefined;
  const runner = await start(settings, (crowd) => {
    const share = new Promise<number>((resolve) => {
      takeShare = resolve;
    });
    post({ kind: 'crowd', crowd });
    return share;
  });
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'gallery') {
      galleries.set(message.embedder, message.gallery);
      return;
    }
    if (message.kind === 'share') {
      takeShare(message.faces);
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

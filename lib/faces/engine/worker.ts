/** One thread of the engine: it holds its own models and sees the galleries that the main thread shares. */
import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { DistanceMetric, EngineDetector } from '../../contract/vocabulary.ts';
import type { Face } from '../port.ts';
import { loadDetector } from './detect/detector.ts';
import { type MeasuredQuality, measureQuality } from './detect/quality.ts';
import type { CustomNetwork } from './embed/custom-model.ts';
import { type Embedder, loadEmbedder } from './embed/embedders.ts';
import type { Pixels } from './geometry/align.ts';
import { Pyramid } from './geometry/pyramid.ts';
import type { EmbeddingModelName } from './models/models.ts';
import type { SharedGallery } from './search/gallery-memory.ts';
import { type GalleryHit, searchGallery } from './search/search.ts';

export interface WorkerSettings {
  readonly minConfidence: number;
  /** Loaded at start; the others when they are first asked for. */
  readonly modelName: EmbeddingModelName;
  /** Of the model `Custom`. */
  readonly customNetwork?: CustomNetwork | undefined;
}

/** What to do with one picture: find its faces, embed them by some models, look one of these up in the gallery. */
export interface Job {
  readonly picture: Pixels;
  readonly detector?: EngineDetector;
  readonly models: readonly EmbeddingModelName[];
  /** Only the largest face is embedded. */
  readonly largestOnly?: boolean;
  /** Which faces' quality is measured; none unless it says so. */
  readonly measure?: 'largest' | 'all';
  readonly search?: {
    readonly model: EmbeddingModelName;
    readonly metric: DistanceMetric;
    readonly threshold: number;
  };
}

export interface JobFace extends Face {
  readonly quality?: MeasuredQuality;
  readonly embeddings: Partial<Record<EmbeddingModelName, Float32Array>>;
  readonly hits: readonly GalleryHit[];
}

/** Seconds that a job spent in each stage that it came to. */
export type StageTimes = Partial<Record<'detect' | 'mesh' | 'embed' | 'search', number>>;

export type ToWorker =
  | { readonly kind: 'job'; readonly job: Job }
  | { readonly kind: 'gallery'; readonly model: EmbeddingModelName; readonly gallery: SharedGallery };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly faces: JobFace[]; readonly times: StageTimes }
  | { readonly kind: 'failed'; readonly error: Error };

const galleries = new Map<EmbeddingModelName, SharedGallery>();
const embedders = new Map<EmbeddingModelName, Promise<Embedder>>();

async function start(settings: WorkerSettings) {
  const detector = await loadDetector(settings.minConfidence);
  const embedderOf = (model: EmbeddingModelName) => {
    const embedder = embedders.get(model) ?? loadEmbedder[model](settings.customNetwork);
    embedders.set(model, embedder);
    return embedder;
  };

  async function run({
    picture,
    detector: choice,
    models,
    largestOnly,
    measure,
    search,
  }: Job): Promise<{ faces: JobFace[]; times: StageTimes }> {
    const times: StageTimes = {};
    const pyramid = new Pyramid(picture);
    const detections = await detector.detect(pyramid, choice, times);
    const faces = detections.map((detection, index): Omit<JobFace, 'hits'> => {
      const { area, confidence } = detection;
      const isMeasured = measure === 'all' || (measure === 'largest' && index === 0);
      const quality = isMeasured && { quality: measureQuality(pyramid, detection) };
      return { area, confidence, embeddings: {}, ...quality };
    });
    const wanted = detections.slice(0, largestOnly ? 1 : undefined).map(({ landmarks }) => landmarks);
    if (wanted.length > 0) {
      const started = performance.now();
      for (const model of models) {
        const embeddings = await (await embedderOf(model))(pyramid, wanted);
        embeddings.forEach((embedding, index) => {
          (faces[index] as JobFace).embeddings[model] = embedding;
        });
      }
      if (models.length > 0) times.embed = secondsSince(started);
    }
    const started = performance.now();
    const hits = search ? lookUp(faces, search) : [];
    if (search && faces.length > 0) times.search = secondsSince(started);
    return { faces: faces.map((face, index) => ({ ...face, hits: hits[index] ?? [] })), times };
  }

  await Promise.all([embedderOf(settings.modelName), warmUp(run)]);
  return run;
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

/** Each face's hits in the gallery of the model that is searched by. */
function lookUp(
  faces: readonly Pick<JobFace, 'embeddings'>[],
  { model, metric, threshold }: NonNullable<Job['search']>,
): GalleryHit[][] {
  const gallery = galleries.get(model);
  const probes = faces.flatMap(({ embeddings }) => embeddings[model] ?? []);
  return gallery && probes.length > 0 ? searchGallery(gallery, probes, metric, threshold) : [];
}

/** The first inference compiles: it is done before the first request waits for it. */
async function warmUp(run: (job: Job) => Promise<unknown>): Promise<void> {
  const side = 64;
  await run({ picture: { width: side, height: side, data: new Uint8Array(3 * side * side) }, models: [] });
}

/** Requests are answered before pictures are computed, where the system gives threads priorities of their own (Linux). */
function yieldToMainThread(): void {
  try {
    const threadId = Number(basename(readlinkSync('/proc/thread-self')));
    setPriority(threadId, Math.max(5, getPriority()));
  } catch {
    // Elsewhere all threads are equal.
  }
}

async function serve(): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('This module runs as a worker thread.');
  yieldToMainThread();
  const post = (message: FromWorker) => port.postMessage(message);
  const run = await start(workerData as WorkerSettings);
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'gallery') {
      galleries.set(message.model, message.gallery);
      return;
    }
    run(message.job).then(
      (done) => post({ kind: 'done', ...done }),
      (error: unknown) => post({ kind: 'failed', error: error as Error }),
    );
  });
  post({ kind: 'ready' });
}

await serve();

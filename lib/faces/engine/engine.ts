import type { DatabaseSync } from 'node:sqlite';
import { type DistanceMetric, type EngineDetector, engineDetectors } from '../../contract/vocabulary.ts';
import { NoFaceError } from '../../errors.ts';
import type { Picture } from '../../inputs/picture.ts';
import { attempt } from '../../records/sqlite/database.ts';
import { allSettled } from '../../settled.ts';
import type {
  Comparison,
  EngineFigures,
  EnrolledFace,
  Enrollment,
  EnrollOptions,
  EntryComparison,
  Face,
  FaceBackend,
  FaceMatch,
  FaceOptions,
  FaceOwner,
  ListedFace,
  MatchDefaults,
  MatchOptions,
  MatchResult,
  PictureLoan,
  QualityFilter,
  Reference,
  UsedOptions,
} from '../port.ts';
import { refusalWords } from '../quality-reasons.ts';
import { type MeasuredQuality, qualityReasons } from './detect/quality.ts';
import type { CustomModel } from './embed/custom-model.ts';
import { similarityAt } from './models/calibration.ts';
import {
  type EmbeddingModel,
  type EmbeddingModelName,
  type EmbeddingModels,
  modelsWith,
} from './models/models.ts';
import { WorkerPool } from './pool.ts';
import { compareEmbeddings } from './search/distance.ts';
import { createFacesTable, Gallery } from './search/gallery.ts';
import { matchDefaults } from './search/match-defaults.ts';
import type { GalleryHit } from './search/search.ts';
import { EngineTest, type EngineTestLimits } from './self-test.ts';
import type { Job, JobFace } from './worker.ts';

export interface HumanSettings {
  readonly modelName: EmbeddingModelName;
  readonly distanceMetric: DistanceMetric;
  /** 0..1 */
  readonly detectionConfidenceThreshold: number;
  readonly maxImageBytes: number;
  readonly workers: number;
  readonly qualityFilter: QualityFilter;
  /** The detector of requests that name none which the engine has; the same goes for this. */
  readonly detectorBackend?: string | undefined;
  /** The model that `Custom` means. */
  readonly customModel?: CustomModel | undefined;
  /** See `EngineTest`. */
  readonly testLimits?: EngineTestLimits | undefined;
}

/** `UsedOptions` in the engine's own words. */
interface Used extends UsedOptions {
  readonly model: EmbeddingModelName;
  readonly detectorBackend: EngineDetector;
  readonly metric: DistanceMetric;
}

interface EmbeddedFace {
  readonly face: Face;
  readonly embedding: Float32Array;
}

/**
 * Starts the engine and loads the gallery out of the database, in which it keeps a table of its own.
 * @throws BackendUnavailableError when the models or the gallery can't be loaded.
 */
export async function openHuman(database: DatabaseSync, settings: HumanSettings): Promise<FaceBackend> {
  const pool = await WorkerPool.start(settings.workers, {
    minConfidence: settings.detectionConfidenceThreshold,
    modelName: settings.modelName,
    customNetwork: settings.customModel?.network,
  });
  try {
    return new Human(pool, database, settings);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

class Human implements FaceBackend {
  readonly name = 'human';
  readonly modelId: EmbeddingModelName;
  readonly maxImageBytes: number;
  readonly defaults: MatchDefaults;
  readonly #pool: WorkerPool;
  readonly #metric: DistanceMetric;
  readonly #qualityFilter: QualityFilter;
  readonly #detector: EngineDetector;
  readonly #models: EmbeddingModels;
  readonly #galleries: ReadonlyMap<EmbeddingModelName, Gallery>;
  readonly #test: EngineTest;

  constructor(pool: WorkerPool, database: DatabaseSync, settings: HumanSettings) {
    this.modelId = settings.modelName;
    this.maxImageBytes = settings.maxImageBytes;
    this.#pool = pool;
    this.#metric = settings.distanceMetric;
    this.#qualityFilter = settings.qualityFilter;
    this.#detector = detectorOf(settings.detectorBackend) ?? 'mediapipe+ssd';
    const models = modelsWith(settings.customModel);
    this.#models = models;
    const { name: modelName, ...model } = this.#modelOf(this.modelId);
    this.defaults = matchDefaults(modelName, model, this.#metric, this.#detector);
    const { detectionConfidenceThreshold: minConfidence, testLimits } = settings;
    // The drawn face does not fill its picture.
    const detector = this.#detector === 'skip' ? 'mediapipe+ssd' : this.#detector;
    this.#test = new EngineTest(pool, { modelName, detector, minConfidence }, testLimits);
    this.#galleries = attempt(() => openGalleries(pool, database, models));
    // The others are loaded when they are first asked for: few requests ask for another model.
    attempt(() => this.#gallery(this.modelId).refresh());
  }

  async detect(picture: Picture, { detectorBackend }: FaceOptions = {}): Promise<readonly Face[]> {
    const detector = detectorOf(detectorBackend) ?? this.#detector;
    return (await this.#run(picture, { detector, models: [] })).map(({ area, confidence }) => ({
      area,
      confidence,
    }));
  }

  async match(picture: Picture, options: MatchOptions): Promise<MatchResult> {
    const used = this.#used(options);
    const { model, detectorBackend: detector, metric, threshold } = used;
    const gallery = this.#gallery(model);
    attempt(() => gallery.refresh());
    const search = { model, metric, threshold: options.candidates ? Number.POSITIVE_INFINITY : threshold };
    const found = await this.#run(picture, { detector, models: [model], search });
    const { calibration } = this.#modelOf(model);
    const faces = attempt(() =>
      found.map(({ area, confidence, hits }) => {
        const near = hits.flatMap((hit) => matchOf(calibration, gallery, hit));
        const matches = near.filter(({ distance }) => distance <= threshold);
        return { area, confidence, matches, candidates: near.slice(matches.length) };
      }),
    );
    return { faces, ...used, hasGallery: true };
  }

  async compare(probe: PictureLoan, reference: PictureLoan, options: FaceOptions): Promise<Comparison> {
    const used = this.#used(options);
    const [one, other] = await allSettled([
      probe((picture) => this.#largest(picture, used)),
      reference((picture) => this.#largest(picture, used)),
    ]);
    const nearness = this.#nearness(one.embedding, other.embedding, used);
    return { probe: one.face, reference: other.face, ...nearness, ...used };
  }

  async compareWith(
    probe: PictureLoan,
    references: readonly Reference[],
    options: FaceOptions,
  ): Promise<EntryComparison> {
    const used = this.#used(options);
    const { face, embedding } = await probe((picture) => this.#largest(picture, used));
    const enrolled = attempt(() =>
      this.#gallery(used.model).getAmong(references.map(({ imageId }) => imageId)),
    );
    const near = enrolled
      .map(({ imageId, box, embedding: theirs }) => ({
        ...this.#nearness(embedding, theirs, used),
        imageId,
        target: box,
      }))
      .sort((one, other) => one.distance - other.distance);
    return { probe: face, references: near, ...used, hasGallery: true };
  }

  async enroll(
    picture: Picture,
    owner: FaceOwner,
    { compare, qualityFilter = this.#qualityFilter }: EnrollOptions = {},
  ): Promise<Enrollment> {
    const { name: model, thresholds, calibration } = this.#modelOf(this.modelId);
    const metric = this.#metric;
    const gallery = this.#gallery(model);
    if (compare) attempt(() => gallery.refresh());
    const faces = await this.#run(picture, {
      detector: this.#detector,
      models: [...this.#models.keys()],
      largestOnly: true,
      measure: 'largest',
      ...(compare && { search: { model, metric, threshold: thresholds[metric] } }),
    });
    const [largest] = faces;
    if (!largest) throw new NoFaceError('No face was found in it.');
    const measured = largest.quality as MeasuredQuality;
    const reasons = qualityFilter === 'auto' ? qualityReasons(largest, measured) : [];
    if (reasons.length > 0) throw new NoFaceError(refusalWords(reasons, faces.length));
    const { x, y, w, h } = largest.area;
    const box = { x, y, w, h };
    const similar = attempt(() => largest.hits.flatMap((hit) => matchOf(calibration, gallery, hit)));
    attempt(() => {
      for (const [model, gallery] of this.#galleries) {
        gallery.add({ ...owner, box }, largest.embeddings[model] as Float32Array);
      }
    });
    const { brightness, sharpness, pose } = measured;
    return {
      faceCount: faces.length,
      face: { id: null, box },
      quality: { brightness, sharpness, pose },
      similar: compare ? similar : null,
    };
  }

  async remove(faces: readonly EnrolledFace[]): Promise<void> {
    attempt(() => {
      for (const { imageId } of faces) {
        for (const gallery of this.#galleries.values()) gallery.remove(imageId);
      }
    });
  }

  async *listFaces(): AsyncIterable<ListedFace> {
    const galleries = [...this.#galleries.values()];
    const owners = new Map<string, FaceOwner>();
    for (const gallery of galleries) {
      for (const owner of attempt(() => gallery.owners())) owners.set(owner.imageId, owner);
    }
    for (const owner of owners.values()) {
      const isCurrent = attempt(() => galleries.every((gallery) => gallery.has(owner.imageId)));
      yield { ...owner, faceId: null, isCurrent };
    }
  }

  async hasGallery(): Promise<boolean> {
    return true;
  }

  async check(): Promise<void> {
    this.#pool.check();
    attempt(() => this.#gallery(this.modelId).refresh());
  }

  async test(): Promise<void> {
    await this.check();
    await this.#test.pass();
  }

  engine(): EngineFigures {
    return { ...this.#pool.figures(), enrolled: this.#gallery(this.modelId).size };
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  /** The model of a name, or where there is none the one in use. */
  #modelOf(name: string | undefined): EmbeddingModel & { name: EmbeddingModelName } {
    const asked = name as EmbeddingModelName;
    const used = this.#models.has(asked) ? asked : this.modelId;
    return { ...(this.#models.get(used) as EmbeddingModel), name: used };
  }

  /** What counts for a request. */
  #used(options: FaceOptions): Used {
    const { name: model, thresholds } = this.#modelOf(options.modelName);
    const metric = options.distanceMetric ?? this.#metric;
    const detectorBackend = detectorOf(options.detectorBackend) ?? this.#detector;
    return { model, detectorBackend, metric, threshold: options.threshold ?? thresholds[metric] };
  }

  /** @throws NoFaceError */
  async #largest(picture: Picture, { model, detectorBackend: detector }: Used): Promise<EmbeddedFace> {
    const [largest] = await this.#run(picture, { detector, models: [model], largestOnly: true });
    if (!largest) throw new NoFaceError('No face was found in it.');
    const { area, confidence, embeddings } = largest;
    return { face: { area, confidence }, embedding: embeddings[model] as Float32Array };
  }

  #nearness(one: Float32Array, other: Float32Array, { model, metric }: Used) {
    const { distance, cosine } = compareEmbeddings(one, other, metric);
    return { distance, similarity: similarityAt(this.#modelOf(model).calibration, 1 - cosine) };
  }

  #gallery(model: EmbeddingModelName): Gallery {
    return this.#galleries.get(model) as Gallery;
  }

  #run(picture: Picture, job: Omit<Job, 'picture'>): Promise<JobFace[]> {
    const { width, height, pixels } = picture;
    return this.#pool.run({ picture: { width, height, data: pixels }, ...job });
  }
}

function detectorOf(name: string | undefined): EngineDetector | undefined {
  return engineDetectors.find((detector) => detector === name);
}

function openGalleries(
  pool: WorkerPool,
  database: DatabaseSync,
  models: EmbeddingModels,
): Map<EmbeddingModelName, Gallery> {
  createFacesTable(database);
  return new Map(
    [...models.keys()].map((model) => [
      model,
      new Gallery(database, model, (shared) => pool.share(model, shared), models),
    ]),
  );
}

function matchOf(calibration: readonly number[], gallery: Gallery, hit: GalleryHit): FaceMatch[] {
  const { faceId, distance, similarity: cosinePercent } = hit;
  const face = gallery.get(faceId);
  if (!face) return [];
  const { entryId, imageId, box } = face;
  const similarity = similarityAt(calibration, 1 - cosinePercent / 100);
  const told = { entryId, imageId, target: box, distance, similarity };
  return [{ ...told, identity: null, awsSimilarity: null, awsFaceId: null }];
}

import type { DatabaseSync } from 'node:sqlite';
import {
  type DistanceMetric,
  type EngineDetector,
  engineDetectors,
  type ModelName,
} from '../../contract/vocabulary.ts';
import { NoFaceError } from '../../errors.ts';
import type { Picture } from '../../inputs/picture.ts';
import { allOrFirstError } from '../../promises.ts';
import { whenUnlocked, write } from '../../records/sqlite/transactions.ts';
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
  QualityFilter,
  Reference,
  UsedOptions,
  WithPicture,
} from '../port.ts';
import { refusalWords } from '../quality-reasons.ts';
import { standardThresholdOf } from '../standard-thresholds.ts';
import { usedThreshold } from '../thresholds.ts';
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
import { createFacesTable, Gallery, type GalleryFace } from './search/gallery.ts';
import { matchDefaults } from './search/match-defaults.ts';
import type { GalleryHit } from './search/search.ts';
import { thresholdLimits } from './search/threshold-limits.ts';
import { EngineTest, type EngineTestLimits } from './self-test.ts';
import type { Job, JobFace } from './worker.ts';

export interface HumanSettings {
  readonly modelName: EmbeddingModelName;
  /** The model that is configured, on whose scale thresholds are; `modelName` unless it is set. */
  readonly namedModel?: ModelName | undefined;
  readonly distanceMetric: DistanceMetric;
  /** See `thresholdLimits`; its default unless it is set. */
  readonly maxFalseMatchRate?: number | undefined;
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

/** Enrolled faces, of every model. */
interface Enrolled {
  readonly database: DatabaseSync;
  readonly models: EmbeddingModels;
  readonly galleries: ReadonlyMap<EmbeddingModelName, Gallery>;
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
    const models = modelsWith(settings.customModel);
    const galleries = await whenUnlocked(database, () => openGalleries(pool, database, models));
    // The others are loaded when they are first asked for: few requests ask for another model.
    await whenUnlocked(database, () => galleries.get(settings.modelName)?.refresh());
    return new Human(pool, { database, models, galleries }, settings);
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
  readonly #database: DatabaseSync;
  readonly #metric: DistanceMetric;
  readonly #namedModel: string;
  readonly #maxFalseMatchRate: number | undefined;
  readonly #qualityFilter: QualityFilter;
  readonly #detector: EngineDetector;
  readonly #models: EmbeddingModels;
  readonly #galleries: ReadonlyMap<EmbeddingModelName, Gallery>;
  readonly #test: EngineTest;

  constructor(pool: WorkerPool, { database, models, galleries }: Enrolled, settings: HumanSettings) {
    this.modelId = settings.modelName;
    this.maxImageBytes = settings.maxImageBytes;
    this.#pool = pool;
    this.#metric = settings.distanceMetric;
    this.#qualityFilter = settings.qualityFilter;
    this.#detector = detectorOf(settings.detectorBackend) ?? 'mediapipe+ssd';
    this.#database = database;
    this.#models = models;
    this.#galleries = galleries;
    const { name: modelName, ...model } = this.#modelOf(this.modelId);
    this.#namedModel = settings.namedModel ?? this.modelId;
    this.#maxFalseMatchRate = settings.maxFalseMatchRate;
    this.defaults = matchDefaults(modelName, model, this.#metric, this.#detector, this.#maxFalseMatchRate);
    const { detectionConfidenceThreshold: minConfidence, testLimits } = settings;
    this.#test = new EngineTest(pool, { modelName, detector: this.#detector, minConfidence }, testLimits);
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
    await this.#read(() => gallery.refresh());
    const search = { model, metric, threshold, candidates: options.candidates ?? 0 };
    const found = await this.#run(picture, { detector, models: [model], search });
    const { calibration } = this.#modelOf(model);
    const faces = await this.#read(() =>
      found.map(({ area, confidence, hits }) => {
        const near = hits.flatMap((hit) => matchOf(calibration, gallery, hit));
        const matches = near.filter(({ distance }) => distance <= threshold);
        const candidates = near.filter(({ distance }) => !(distance <= threshold));
        return { area, confidence, matches, candidates };
      }),
    );
    return { faces, ...used, hasGallery: true };
  }

  async compare(probe: WithPicture, reference: WithPicture, options: FaceOptions): Promise<Comparison> {
    const used = this.#used(options);
    const [one, other] = await allOrFirstError([
      probe((picture) => this.#largest(picture, used)),
      reference((picture) => this.#largest(picture, used)),
    ]);
    const nearness = this.#nearness(one.embedding, other.embedding, used);
    return { probe: one.face, reference: other.face, ...nearness, ...used };
  }

  async compareWith(
    probe: WithPicture,
    references: readonly Reference[],
    options: FaceOptions,
  ): Promise<EntryComparison> {
    const used = this.#used(options);
    const { face, embedding } = await probe((picture) => this.#largest(picture, used));
    const enrolled = await this.#read(() =>
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
    const { name: model, calibration } = this.#modelOf(this.modelId);
    const { threshold } = this.defaults;
    const metric = this.#metric;
    const gallery = this.#gallery(model);
    if (compare) await this.#read(() => gallery.refresh());
    const faces = await this.#run(picture, {
      detector: this.#detector,
      models: [...this.#models.keys()],
      largestOnly: true,
      measure: 'largest',
      ...(compare && { search: { model, metric, threshold } }),
    });
    const [largest] = faces;
    if (!largest) throw new NoFaceError('No face was found in it.');
    const measured = largest.quality as MeasuredQuality;
    const reasons = qualityFilter === 'auto' ? qualityReasons(largest, measured) : [];
    if (reasons.length > 0) throw new NoFaceError(refusalWords(reasons, faces.length));
    const { x, y, w, h } = largest.area;
    const box = { x, y, w, h };
    const similar = await this.#read(() => largest.hits.flatMap((hit) => matchOf(calibration, gallery, hit)));
    await this.#keep({ ...owner, box }, largest.embeddings);
    const { brightness, sharpness, pose } = measured;
    return {
      faceCount: faces.length,
      face: { id: null, box },
      quality: { brightness, sharpness, pose },
      similar: compare ? similar : null,
    };
  }

  async remove(faces: readonly EnrolledFace[]): Promise<void> {
    const galleries = [...this.#galleries.values()];
    const deleted = await write(
      this.#database,
      () =>
        faces.flatMap(({ imageId }) =>
          galleries.map((gallery) => ({ gallery, id: gallery.delete(imageId) })),
        ),
      { frees: true },
    );
    for (const { gallery, id } of deleted) if (id !== undefined) gallery.drop(id);
  }

  async *listFaces(): AsyncIterable<ListedFace> {
    const galleries = [...this.#galleries.values()];
    const owners = new Map<string, FaceOwner>();
    for (const gallery of galleries) {
      for (const owner of await this.#read(() => gallery.owners())) owners.set(owner.imageId, owner);
    }
    for (const owner of owners.values()) {
      const isCurrent = await this.#read(() => galleries.every((gallery) => gallery.has(owner.imageId)));
      yield { ...owner, faceId: null, isCurrent };
    }
  }

  async hasGallery(): Promise<boolean> {
    return true;
  }

  async check(): Promise<void> {
    this.#pool.check();
    await this.#read(() => this.#gallery(this.modelId).refresh());
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

  #read<T>(work: () => T): Promise<T> {
    return whenUnlocked(this.#database, work);
  }

  async #keep(face: GalleryFace, embeddings: JobFace['embeddings']): Promise<void> {
    const galleries = [...this.#galleries];
    await write(this.#database, () => {
      for (const [model, gallery] of galleries) gallery.insert(face, embeddings[model] as Float32Array);
    });
    await this.#read(() => {
      for (const [, gallery] of galleries) gallery.takeOver();
    });
  }

  /** The model of a name, or where there is none the one in use. */
  #modelOf(name: string | undefined): EmbeddingModel & { name: EmbeddingModelName } {
    const asked = name as EmbeddingModelName;
    const used = this.#models.has(asked) ? asked : this.modelId;
    return { ...(this.#models.get(used) as EmbeddingModel), name: used };
  }

  /** What counts for a request. */
  #used(options: FaceOptions): Used {
    const { name: model, ...embeddingModel } = this.#modelOf(options.modelName);
    const metric = options.distanceMetric ?? this.#metric;
    const detectorBackend = detectorOf(options.detectorBackend) ?? this.#detector;
    const named = options.modelName ?? this.#namedModel;
    const isOurs = this.#models.has(named as EmbeddingModelName);
    const standard = isOurs ? undefined : standardThresholdOf(named, metric);
    const limits = thresholdLimits(model, embeddingModel, metric, this.#maxFalseMatchRate);
    const asked = { threshold: options.threshold, model: named, metric, standard };
    return { model, detectorBackend, metric, ...usedThreshold(asked, limits) };
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

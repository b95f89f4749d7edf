import { setImmediate as othersTurn } from 'node:timers/promises';
import {
  type DistanceMetric,
  type EngineDetector,
  type EngineRuntime,
  engineDetectors,
  type ModelName,
} from '../../contract/vocabulary.ts';
import { NoFaceError } from '../../errors.ts';
import type { Picture } from '../../inputs/picture.ts';
import { allOrFirstError } from '../../promises.ts';
import type {
  BandedOptions,
  Comparison,
  Enrollment,
  EnrollOptions,
  EntryComparison,
  FaceOptions,
  LargestFace,
  MatchDefaults,
  MatchOptions,
  MatchResult,
  OpenedProbe,
  QualityFilter,
  Reference,
  UsedOptions,
  WithPicture,
} from '../comparing.ts';
import { nearMissesSearched } from '../comparing.ts';
import type { EnrolledFace, Face, FaceMatch, FaceOwner, ListedFace, MatchedFace } from '../face.ts';
import type { FaceFollower } from '../follower.ts';
import type { LookBack } from '../look-back.ts';
import type { EngineFigures, FaceBackend } from '../port.ts';
import { refusalWords } from '../quality-reasons.ts';
import { standardThresholdOf } from '../standard-thresholds.ts';
import { usedThreshold } from '../thresholds.ts';
import { withPictureOf } from '../with-picture.ts';
import { type MeasuredQuality, qualityReasons } from './detect/quality.ts';
import type { CustomModel } from './embed/custom-model.ts';
import { engineFollower } from './follow.ts';
import type { Job, JobFace } from './job.ts';
import { EngineLookBack, templateFrom } from './look-back.ts';
import { similarityAt } from './models/calibration.ts';
import { installedModels, isInstalled } from './models/installed.ts';
import {
  type EmbedderName,
  type EmbeddingModel,
  type EmbeddingModelName,
  type EmbeddingModels,
  type EngineProfile,
  modelsWith,
  usableVersions,
} from './models/models.ts';
import { WorkerPool } from './pool.ts';
import { CodeFilling } from './search/code-filling.ts';
import { compareEmbeddings } from './search/distance.ts';
import type { EmbeddingStore, GalleryFace, KeptFaces } from './search/embedding-store.ts';
import { matchDefaults } from './search/match-defaults.ts';
import { ModelGallery, type Wanted } from './search/model-gallery.ts';
import { nearMissThreshold, thresholdLimits } from './search/threshold-limits.ts';
import { EngineTest, type EngineTestLimits } from './self-test.ts';

export interface EngineSettings {
  readonly modelName: EmbeddingModelName;
  /** Version of `Fusion` in use; `accurate` unless set. */
  readonly profile?: EngineProfile | undefined;
  /** Configured model, on whose scale thresholds are; `modelName` unless set. */
  readonly namedModel?: ModelName | undefined;
  readonly distanceMetric: DistanceMetric;
  /** Largest false match rate, see `thresholdLimits`; its default unless set. */
  readonly maxFalseMatchRate?: number | undefined;
  /** Smallest confidence of a detected face, 0..1. */
  readonly detectionConfidenceThreshold: number;
  readonly maxImageBytes: number;
  readonly workers: number;
  /** `auto` unless it is set. */
  readonly runtime?: EngineRuntime | undefined;
  readonly qualityFilter: QualityFilter;
  /**
   * Detector of requests without one that the engine has. If the engine does not have this one either, it
   * uses its default.
   */
  readonly detectorBackend?: string | undefined;
  /** Model that `Custom` names. */
  readonly customModel?: CustomModel | undefined;
  /** Days that unmatched faces are kept for a look-back; 0 unless set. */
  readonly lookBackDays?: number | undefined;
  /** Limits of the self-test, see `EngineTest`. */
  readonly testLimits?: EngineTestLimits | undefined;
}

/** `UsedOptions` in the engine's types. */
interface Used extends UsedOptions {
  readonly model: EmbeddingModelName;
  readonly detectorBackend: EngineDetector;
  readonly metric: DistanceMetric;
}

/** Enrolled faces, for every model. */
interface Enrolled {
  readonly store: EmbeddingStore;
  readonly models: EmbeddingModels;
  readonly galleries: ReadonlyMap<EmbeddingModelName, ModelGallery>;
}

interface EmbeddedFace {
  readonly face: LargestFace;
  readonly embeddings: JobFace['embeddings'];
}

/** A face of a picture with its matches and near misses among the enrolled faces, best first. */
interface FoundFace {
  readonly face: JobFace;
  readonly neighbours: readonly FaceMatch[];
}

/**
 * Limit on the searches for one picture. A search is repeated if a face that it found was enrolled anew
 * meanwhile; that many times in a row is no chance.
 */
const maxTries = 5;

/** Number of enrolled images that are listed at once, in some milliseconds. */
const imagesAtOnce = 500;

/**
 * Starts the engine and loads the gallery from the store.
 * @throws BackendUnavailableError when the models or the gallery can't be loaded
 */
export async function openEngine(store: EmbeddingStore, settings: EngineSettings): Promise<FaceBackend> {
  const known = modelsWith(settings.customModel, settings.profile);
  const models = installedModels(known, settings.modelName);
  const pool = await WorkerPool.start(settings.workers, {
    minConfidence: settings.detectionConfidenceThreshold,
    modelName: (models.get(settings.modelName) as EmbeddingModel).embedder,
    customNetwork: settings.customModel?.network,
    runtime: settings.runtime,
  });
  try {
    const galleries = await store.read(() => openGalleries(pool, store, models));
    // Other models' galleries are loaded at their first use: few requests name another model.
    await store.read(() => galleries.get(settings.modelName)?.refresh());
    return new EngineBackend(pool, { store, models, galleries }, settings);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

class EngineBackend implements FaceBackend {
  /** Name of earlier days, which `/healthz` and records keep. */
  readonly name = 'human';
  readonly modelId: EmbeddingModelName;
  readonly maxImageBytes: number;
  readonly defaults: MatchDefaults;
  readonly lookBack: LookBack | undefined;
  readonly follower: FaceFollower;
  readonly #pool: WorkerPool;
  readonly #store: EmbeddingStore;
  readonly #metric: DistanceMetric;
  readonly #namedModel: string;
  readonly #maxFalseMatchRate: number | undefined;
  readonly #qualityFilter: QualityFilter;
  readonly #detector: EngineDetector;
  readonly #models: EmbeddingModels;
  readonly #galleries: ReadonlyMap<EmbeddingModelName, ModelGallery>;
  readonly #test: EngineTest;
  readonly #filling: CodeFilling;

  constructor(pool: WorkerPool, { store, models, galleries }: Enrolled, settings: EngineSettings) {
    this.modelId = settings.modelName;
    this.maxImageBytes = settings.maxImageBytes;
    this.#pool = pool;
    this.#metric = settings.distanceMetric;
    this.#qualityFilter = settings.qualityFilter;
    this.#detector = detectorOf(settings.detectorBackend) ?? 'mediapipe+ssd';
    this.#store = store;
    this.#models = models;
    this.#galleries = galleries;
    const { name: modelName, ...model } = this.#modelOf(this.modelId);
    this.#namedModel = settings.namedModel ?? this.modelId;
    this.#maxFalseMatchRate = settings.maxFalseMatchRate;
    this.defaults = matchDefaults(modelName, model, this.#metric, this.#detector, this.#maxFalseMatchRate);
    const { detectionConfidenceThreshold: minConfidence, testLimits } = settings;
    // The drawn face does not fill its picture.
    const detector = this.#detector === 'skip' ? 'mediapipe+ssd' : this.#detector;
    const tested = { modelName: model.embedder, detector, minConfidence };
    this.#test = new EngineTest(pool, tested, testLimits);
    this.lookBack = store.kept && this.#lookBack(store.kept, settings.lookBackDays ?? 0);
    this.#filling = new CodeFilling(store);
    this.follower = engineFollower({
      pool,
      store,
      model,
      modelOf: (options) => {
        const used = this.#used(options);
        return { used, gallery: this.#gallery(used.model) };
      },
    });
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
    const { nearThreshold } = this.#banded(used, options);
    const wanted = wantedOf(options, { metric, threshold, nearThreshold });
    const kept = options.withTemplates ? this.#modelOf(this.modelId) : undefined;
    const job = { detector, models: kept ? [kept.embedder] : [], measure: 'all' } as const;
    const found = await this.#search(picture, job, model, wanted);
    const faces = found.map(({ face, neighbours }) => {
      const { area, confidence } = face;
      const matches = neighbours.filter(({ distance }) => distance <= threshold);
      const candidates = neighbours.filter(({ distance }) => !(distance <= threshold));
      const embedding = kept && face.embeddings[kept.embedder];
      const template = embedding && templateFrom(kept.version, embedding);
      return {
        ...{ area, confidence, matches, candidates },
        ...shownQuality(face),
        ...(template && { template }),
      };
    });
    return { faces, ...used, hasGallery: true, nearThreshold };
  }

  async compare(probe: WithPicture, reference: WithPicture, options: FaceOptions): Promise<Comparison> {
    const used = this.#used(options);
    const [one, other] = await allOrFirstError([
      probe((picture) => this.#largest(picture, used)),
      reference((picture) => this.#largest(picture, used)),
    ]);
    return this.#comparison(one, other, this.#banded(used, options));
  }

  async openProbe(probe: WithPicture, options: FaceOptions): Promise<OpenedProbe> {
    const used = this.#used(options);
    const one = await probe((picture) => this.#largest(picture, used));
    const banded = this.#banded(used, options);
    return {
      ...used,
      compare: async (reference) =>
        this.#comparison(one, await reference((picture) => this.#largest(picture, used)), banded),
    };
  }

  async compareWith(
    probe: WithPicture,
    references: readonly Reference[],
    options: FaceOptions,
  ): Promise<EntryComparison> {
    const used = this.#used(options);
    const gallery = this.#gallery(used.model);
    await this.#read(() => gallery.refresh());
    const { face, embeddings } = await probe((picture) => this.#largest(picture, used, gallery.embedders));
    const imageIds = references.map(({ imageId }) => imageId);
    const compared = await this.#read(() => gallery.compareWith(embeddings, imageIds, used.metric));
    const shown = compared.map(({ distance, similarity, imageId, box }) => {
      return { distance, similarity, imageId, target: box };
    });
    return { probe: face, references: shown, ...this.#banded(used, options), hasGallery: true };
  }

  async enroll(
    picture: Picture | WithPicture,
    owner: FaceOwner,
    { compare, qualityFilter = this.#qualityFilter }: EnrollOptions = {},
  ): Promise<Enrollment> {
    const job = {
      detector: this.#detector,
      models: [...this.#models.values()].map(({ embedder }) => embedder),
      largestOnly: true,
      measure: 'largest',
    } as const;
    const faces = await withPictureOf(picture)((shown) =>
      compare ? this.#searchUsual(shown, job) : this.#find(shown, job),
    );
    const [largest] = faces;
    if (!largest) throw new NoFaceError('No face was found in it.');
    const { face, neighbours: similar } = largest;
    const measured = face.quality as MeasuredQuality;
    const reasons = qualityFilter === 'auto' ? qualityReasons(face, measured) : [];
    if (reasons.length > 0) throw new NoFaceError(refusalWords(reasons, faces.length));
    const { x, y, w, h } = face.area;
    const box = { x, y, w, h };
    await this.#keep({ ...owner, box }, face.embeddings);
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
    const drops = await this.#store.write(
      () => faces.flatMap(({ imageId }) => galleries.map((gallery) => gallery.delete(imageId))),
      { frees: true },
    );
    for (const dropFromMemory of drops) dropFromMemory();
  }

  async *listFaces(): AsyncIterable<ListedFace> {
    const galleries = [...this.#galleries.values()];
    const versions = [...new Set(galleries.flatMap(({ versionNames }) => versionNames))];
    const current = [...new Set(galleries.map(({ version }) => version))];
    for (let afterId = 0; ; ) {
      const page = { afterId, most: imagesAtOnce, versions, current };
      const images = await this.#read(() => this.#store.images(page));
      for (const { entryId, imageId, isCurrent } of images)
        yield { entryId, imageId, faceId: null, isCurrent };
      if (images.length < imagesAtOnce) return;
      afterId = images.at(-1)?.faceId ?? afterId;
      // A million take seconds: requests are answered meanwhile.
      await othersTurn();
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

  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#filling.stop()]);
  }

  #lookBack(kept: KeptFaces, days: number): LookBack {
    return new EngineLookBack(kept, days, {
      used: (options) => {
        const used = this.#used({ ...options, modelName: undefined });
        return { ...used, embeddingModel: this.#modelOf(this.modelId) };
      },
      embeddingOf: async (probe, options) => {
        const used = this.#used({ ...options, modelName: undefined });
        const { embeddings } = await probe((picture) => this.#largest(picture, used));
        return embeddings[this.#embedder(used.model)] as Float32Array;
      },
      enrolled: (imageIds) => this.#read(() => this.#gallery(this.modelId).embeddingsOf(imageIds)),
    });
  }

  #read<T>(work: () => T): Promise<T> {
    return this.#store.read(work);
  }

  async #keep(face: GalleryFace, embeddings: JobFace['embeddings']): Promise<void> {
    const galleries = [...this.#galleries];
    const taken = await this.#store.write(() =>
      galleries.map(([model, gallery]) =>
        gallery.insert(face, embeddings[this.#embedder(model)] as Float32Array),
      ),
    );
    await this.#read(() => {
      for (const takeOver of taken) takeOver();
    });
  }

  /** Returns the model of a name, or the one in use if there is no such model. */
  #modelOf(name: string | undefined): EmbeddingModel & { name: EmbeddingModelName } {
    const named = name as EmbeddingModelName;
    const used = this.#models.has(named) ? named : this.modelId;
    return { ...(this.#models.get(used) as EmbeddingModel), name: used };
  }

  /** Adds the largest distance of a near miss. */
  #banded(used: Used, { reviewBand = 1 }: FaceOptions): Used & BandedOptions {
    const { model, metric, threshold } = used;
    const nearThreshold = nearMissThreshold(model, this.#modelOf(model), metric, threshold, reviewBand);
    return { ...used, nearThreshold };
  }

  /** Determines the options that a request gets. */
  #used(options: FaceOptions): Used {
    const { name: model, ...embeddingModel } = this.#modelOf(options.modelName);
    const metric = options.distanceMetric ?? this.#metric;
    const detectorBackend = detectorOf(options.detectorBackend) ?? this.#detector;
    const named = options.modelName ?? this.#namedModel;
    const isOurs = this.#models.has(named as EmbeddingModelName);
    const standard = isOurs ? undefined : standardThresholdOf(named, metric);
    const limits = thresholdLimits(model, embeddingModel, metric, this.#maxFalseMatchRate);
    const requested = { threshold: options.threshold, model: named, metric, standard };
    return { model, detectorBackend, metric, ...usedThreshold(requested, limits) };
  }

  /**
   * Embeds the largest face.
   * @throws NoFaceError
   */
  async #largest(
    picture: Picture,
    { model, detectorBackend: detector }: Used,
    models: readonly EmbedderName[] = [this.#embedder(model)],
  ): Promise<EmbeddedFace> {
    const faces = await this.#run(picture, { detector, models, largestOnly: true });
    const [largest] = faces;
    if (!largest) throw new NoFaceError('No face was found in it.');
    const { area, confidence, embeddings } = largest;
    return { face: { area, confidence, faceCount: faces.length }, embeddings };
  }

  async #find(picture: Picture, job: Omit<Job, 'picture'>): Promise<FoundFace[]> {
    return (await this.#run(picture, job)).map((face) => ({ face, neighbours: [] }));
  }

  /** Searches with the configured model, metric and threshold. */
  #searchUsual(picture: Picture, job: Omit<Job, 'picture'>): Promise<FoundFace[]> {
    const { threshold } = this.defaults;
    const { name } = this.#modelOf(this.modelId);
    return this.#search(picture, job, name, { metric: this.#metric, threshold, candidates: 0 });
  }

  /** Finds the faces of a picture, with the matches and near misses of each. */
  async #search(
    picture: Picture,
    job: Omit<Job, 'picture'>,
    model: EmbeddingModelName,
    wanted: Wanted,
  ): Promise<FoundFace[]> {
    const gallery = this.#gallery(model);
    for (let tries = 1; ; tries++) {
      await this.#read(() => gallery.refresh());
      const searches = gallery.searches(wanted);
      const models = [...new Set([...job.models, ...searches.map(({ embedder }) => embedder)])];
      const faces = await this.#run(picture, { ...job, models, searches });
      const found = await this.#read(() =>
        faces.map((face) => ({ face, ...gallery.found(searches, face.hits, wanted) })),
      );
      if (tries === maxTries || !found.some(({ isOutdated }) => isOutdated)) return found;
    }
  }

  #comparison(one: EmbeddedFace, other: EmbeddedFace, used: Used & BandedOptions): Comparison {
    const { model, metric } = used;
    const [first, second] = [one, other].map(
      ({ embeddings }) => embeddings[this.#embedder(model)] as Float32Array,
    ) as [Float32Array, Float32Array];
    const { distance, cosine } = compareEmbeddings(first, second, metric);
    const similarity = similarityAt(this.#modelOf(model).calibration, 1 - cosine);
    return { probe: one.face, reference: other.face, distance, similarity, ...used };
  }

  #gallery(model: EmbeddingModelName): ModelGallery {
    return this.#galleries.get(model) as ModelGallery;
  }

  #embedder(model: EmbeddingModelName): EmbedderName {
    return (this.#models.get(model) as EmbeddingModel).embedder;
  }

  #run(picture: Picture, job: Omit<Job, 'picture'>): Promise<JobFace[]> {
    const { width, height, pixels } = picture;
    return this.#pool.run({ picture: { width, height, pixels }, ...job });
  }
}

/** Returns the parameters of a search: near misses are those in the band, unless others were asked for. */
function wantedOf(
  { candidates = 0 }: MatchOptions,
  { metric, threshold, nearThreshold }: { metric: DistanceMetric; threshold: number; nearThreshold: number },
): Wanted {
  if (candidates > 0 || nearThreshold <= threshold) return { metric, threshold, candidates };
  return { metric, threshold, candidates: nearMissesSearched, within: nearThreshold };
}

function shownQuality(face: JobFace): Pick<MatchedFace, 'quality' | 'reasons'> {
  const { brightness, sharpness, pose, ...more } = face.quality as MeasuredQuality;
  const quality = { brightness, sharpness, pose };
  return { quality, reasons: qualityReasons(face, { ...quality, ...more }) };
}

function detectorOf(name: string | undefined): EngineDetector | undefined {
  return engineDetectors.find((detector) => detector === name);
}

function openGalleries(
  pool: WorkerPool,
  store: EmbeddingStore,
  models: EmbeddingModels,
): Map<EmbeddingModelName, ModelGallery> {
  const usable = usableVersions(models, (embedder) => isInstalled(embedder));
  const share: WorkerPool['share'] = (embedder, shared) => pool.share(embedder, shared);
  return new Map(
    [...models].map(([name, model]) => [name, new ModelGallery(store, name, model, share, usable)]),
  );
}

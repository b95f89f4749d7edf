import type { Config } from '../../../config.ts';
import {
  type customModelName,
  type DistanceMetric,
  defaultEngineModel,
} from '../../../contract/vocabulary.ts';
import { distancesAtPowersOfTen, dlibEuclideanAtPowersOfTen } from './calibration.ts';

/** The models that come with the service, the best one first. */
export const embeddingModelNames = ['Fusion', 'MobileFaceNet', 'Dlib'] as const;
export type BuiltInModelName = (typeof embeddingModelNames)[number];
export type EmbeddingModelName = BuiltInModelName | typeof customModelName;

/** What turns faces into the embeddings of one version of a model, see `embedders.ts`. */
export type EmbedderName = EmbeddingModelName | 'FastFusion' | 'FirstFusion';

export type EngineProfile = Config['engineProfile'];

/** An embedding model of the engine. */
export interface EmbeddingModel {
  readonly embedder: EmbedderName;
  /** How many numbers an embedding has. */
  readonly dimensions: number;
  /**
   * Names the exact weights, alignment and scaling: embeddings are compared only with others of the same version, and
   * re-made from the stored originals when it changes.
   */
  readonly version: string;
  /** A match has a distance of at most this. */
  readonly thresholds: Readonly<Record<DistanceMetric, number>>;
  /** The cosine distances within which 1 in 100, 1,000, 10,000 … pairs of different people lie. */
  readonly calibration: readonly number[];
  /** The same in euclidean distances, where they do not follow from the cosine's: of embeddings that differ in length. */
  readonly euclideanCalibration?: readonly number[];
  /** Whether the calibration is but supposed. */
  readonly isSupposed?: boolean;
}

/**
 * The models that come with the service and the one table of their thresholds.
 *
 * - `Fusion`: both MobileFaceNets with the mirrored face, see `embedders.ts`. The threshold is chosen for a false match rate of 1 in
 *   100,000: a stranger is taken for somebody in a list of 1,000 pictures one time in 100. Its embeddings are unit vectors too.
 * - `MobileFaceNet`: the cosine distance was measured, see the README's figures; its embeddings are unit vectors, so the
 *   others follow from it: sqrt(2 d) for both euclidean ones, acos(1 - d) / pi for the angle.
 * - `Dlib`: DeepFace's own table, for it is the same network, whose distances mean the same in both. Its euclidean thresholds let more
 *   than 1 in 1,000 pairs of different people match, and so are held at `MAX_FALSE_MATCH_RATE`, see `search/threshold-limits.ts`.
 */
export const embeddingModels = {
  Fusion: {
    embedder: 'Fusion',
    dimensions: 736,
    version: 'Fusion-2',
    thresholds: { cosine: 0.385, euclidean: 0.8775, euclidean_l2: 0.8775, angular: 0.2891 },
    calibration: distancesAtPowersOfTen.Fusion,
  },
  MobileFaceNet: {
    embedder: 'MobileFaceNet',
    dimensions: 512,
    version: 'MobileFaceNet-2',
    thresholds: { cosine: 0.56, euclidean: 1.0583, euclidean_l2: 1.0583, angular: 0.355 },
    calibration: distancesAtPowersOfTen.MobileFaceNet,
  },
  Dlib: {
    embedder: 'Dlib',
    dimensions: 128,
    version: 'Dlib-2',
    thresholds: { cosine: 0.07, euclidean: 0.6, euclidean_l2: 0.4, angular: 0.12 },
    calibration: distancesAtPowersOfTen.Dlib,
    euclideanCalibration: dlibEuclideanAtPowersOfTen,
  },
} as const satisfies Record<BuiltInModelName, EmbeddingModel>;

/** `Fusion` where the profile is `fast`: without mirrored faces, and so with other embeddings. */
const fastFusion = {
  embedder: 'FastFusion',
  dimensions: 736,
  version: 'Fusion-2-fast',
  thresholds: { cosine: 0.385, euclidean: 0.8775, euclidean_l2: 0.8775, angular: 0.2891 },
  calibration: distancesAtPowersOfTen.FastFusion,
} as const satisfies EmbeddingModel;

/** `Fusion` as it was at first. */
const firstFusion = {
  embedder: 'FirstFusion',
  dimensions: 640,
  version: 'Fusion-1',
  thresholds: { cosine: 0.22, euclidean: 0.6633, euclidean_l2: 0.6633, angular: 0.2151 },
  calibration: distancesAtPowersOfTen.FirstFusion,
} as const satisfies EmbeddingModel;

/** The versions of the models that come with the service, by their embedders: what can be measured. */
export const modelVersions = {
  Fusion: embeddingModels.Fusion,
  FastFusion: fastFusion,
  FirstFusion: firstFusion,
  MobileFaceNet: embeddingModels.MobileFaceNet,
  Dlib: embeddingModels.Dlib,
} as const satisfies Partial<Record<EmbedderName, EmbeddingModel>>;
export type ModelVersionName = keyof typeof modelVersions;
export const modelVersionNames = Object.keys(modelVersions) as ModelVersionName[];

export function isModelVersion(name: string | undefined): name is ModelVersionName {
  return name !== undefined && Object.hasOwn(modelVersions, name);
}

/** Every version of a model whose faces this program can still find. */
const knownVersions: Partial<Record<EmbeddingModelName, readonly EmbeddingModel[]>> = {
  Fusion: [embeddingModels.Fusion, fastFusion, firstFusion],
};

/**
 * The other versions of a model, by which faces are found that are not enrolled for the one in use: those of an earlier release, or of
 * another profile.
 */
export function otherVersions(name: EmbeddingModelName, { version }: EmbeddingModel): EmbeddingModel[] {
  return (knownVersions[name] ?? []).filter((known) => known.version !== version);
}

export function isEmbeddingModel(name: string | undefined): name is BuiltInModelName {
  return name !== undefined && Object.hasOwn(embeddingModels, name);
}

export type EmbeddingModels = ReadonlyMap<EmbeddingModelName, EmbeddingModel>;

/** The models that come with the service, as the profile has them, and the user's own where there is one. */
export function modelsWith(custom?: EmbeddingModel, profile: EngineProfile = 'accurate'): EmbeddingModels {
  const models = new Map<EmbeddingModelName, EmbeddingModel>(
    embeddingModelNames.map((name) => [name, embeddingModels[name]]),
  );
  if (profile === 'fast') models.set('Fusion', fastFusion);
  if (custom) models.set('Custom', custom);
  return models;
}

/** The versions of these models whose faces can still be found, in words of the database. */
export function usableVersions(
  models: EmbeddingModels,
  isUsable: (embedder: EmbedderName) => boolean = () => true,
): string[] {
  return [...models]
    .flatMap(([name, model]) => [model, ...otherVersions(name, model)])
    .filter(({ embedder }) => isUsable(embedder))
    .map(({ version }) => version);
}

/** The names of the models that the engine has by these settings. */
export function engineModels({ customModel }: Pick<Config, 'customModel'>): EmbeddingModelName[] {
  return customModel ? [...embeddingModelNames, 'Custom'] : [...embeddingModelNames];
}

/** The model that counts where none is named: the configured one, if the engine has it. */
export function defaultModel({
  modelName,
  customModel,
}: Pick<Config, 'modelName' | 'customModel'>): EmbeddingModelName {
  if (isEmbeddingModel(modelName)) return modelName;
  return customModel ? 'Custom' : defaultEngineModel;
}

/** The thresholds of embeddings of length 1, which follow from the cosine's: sqrt(2 d) for both euclidean ones, acos(1 - d) / pi. */
export function thresholdsOfUnits(cosine: number): Record<DistanceMetric, number> {
  const euclidean = Math.sqrt(2 * cosine);
  return { cosine, euclidean, euclidean_l2: euclidean, angular: Math.acos(1 - cosine) / Math.PI };
}

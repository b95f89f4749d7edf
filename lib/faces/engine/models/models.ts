import type { Config } from '../../../config.ts';
import {
  type customModelName,
  type DistanceMetric,
  defaultEngineModel,
} from '../../../contract/vocabulary.ts';
import { distancesAtPowersOfTen, dlibEuclideanAtPowersOfTen } from './calibration.ts';

/** Models that come with the service, the best one first. */
export const embeddingModelNames = ['Fusion', 'MobileFaceNet', 'Dlib'] as const;
export type BuiltInModelName = (typeof embeddingModelNames)[number];
export type EmbeddingModelName = BuiltInModelName | typeof customModelName;

/** Name of the function that embeds faces by one version of a model, see `embedders.ts`. */
export type EmbedderName = EmbeddingModelName | 'FastFusion' | 'FirstFusion';

export type EngineProfile = Config['engineProfile'];

/** An embedding model of the engine. */
export interface EmbeddingModel {
  readonly embedder: EmbedderName;
  /** Number of values in an embedding. */
  readonly dimensions: number;
  /**
   * Name of the exact weights, alignment and scaling. Only embeddings of the same version are compared. When
   * the version changes, embeddings are made again from the stored originals.
   */
  readonly version: string;
  /** Largest distance of a match, in each metric. */
  readonly thresholds: Readonly<Record<DistanceMetric, number>>;
  /** Cosine distances within which 1 in 100, 1,000, 10,000 … pairs of different people lie. */
  readonly calibration: readonly number[];
  /**
   * Euclidean distances of the same shares, for embeddings that differ in length: theirs do not follow from
   * the cosine.
   */
  readonly euclideanCalibration?: readonly number[];
  /** True if the calibration is estimated, not measured. */
  readonly isSupposed?: boolean;
}

/**
 * Models that come with the service, with the only table of their thresholds.
 *
 * - `Fusion`: both MobileFaceNets, with the mirrored face, see `embedders.ts`. Its threshold gives a false
 *   match rate of 1 in 100,000. So a stranger matches somebody in a list of 1,000 pictures one time in 100.
 *   Its embeddings are unit vectors.
 * - `MobileFaceNet`: the cosine threshold was measured. Its embeddings are unit vectors, so the other
 *   thresholds follow: sqrt(2 d) for both euclidean ones, acos(1 - d) / pi for the angle.
 * - `Dlib`: DeepFace's own table, because it is the same network. Its euclidean thresholds let more than 1 in
 *   1,000 pairs of different people match, so `MAX_FALSE_MATCH_RATE` lowers them, see
 *   `search/threshold-limits.ts`.
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

/** `Fusion` in the profile `fast`: without mirrored faces, so its embeddings differ. */
const fastFusion = {
  embedder: 'FastFusion',
  dimensions: 736,
  version: 'Fusion-2-fast',
  thresholds: { cosine: 0.385, euclidean: 0.8775, euclidean_l2: 0.8775, angular: 0.2891 },
  calibration: distancesAtPowersOfTen.FastFusion,
} as const satisfies EmbeddingModel;

/** `Fusion` of the first release. */
const firstFusion = {
  embedder: 'FirstFusion',
  dimensions: 640,
  version: 'Fusion-1',
  thresholds: { cosine: 0.22, euclidean: 0.6633, euclidean_l2: 0.6633, angular: 0.2151 },
  calibration: distancesAtPowersOfTen.FirstFusion,
} as const satisfies EmbeddingModel;

/** Versions of the service's models, by their embedders, for measurements. */
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

/** Versions of a model whose faces this program can still match. */
const knownVersions: Partial<Record<EmbeddingModelName, readonly EmbeddingModel[]>> = {
  Fusion: [embeddingModels.Fusion, fastFusion, firstFusion],
};

/**
 * Lists the other versions of a model: those of an earlier release, or of another profile. They match faces
 * that are not enrolled yet for the version in use.
 */
export function otherVersions(name: EmbeddingModelName, { version }: EmbeddingModel): EmbeddingModel[] {
  return (knownVersions[name] ?? []).filter((known) => known.version !== version);
}

export function isEmbeddingModel(name: string | undefined): name is BuiltInModelName {
  return name !== undefined && Object.hasOwn(embeddingModels, name);
}

export type EmbeddingModels = ReadonlyMap<EmbeddingModelName, EmbeddingModel>;

/** Returns the service's models in a profile, and the user's own if there is one. */
export function modelsWith(custom?: EmbeddingModel, profile: EngineProfile = 'accurate'): EmbeddingModels {
  const models = new Map<EmbeddingModelName, EmbeddingModel>(
    embeddingModelNames.map((name) => [name, embeddingModels[name]]),
  );
  if (profile === 'fast') models.set('Fusion', fastFusion);
  if (custom) models.set('Custom', custom);
  return models;
}

/** Names the versions of these models whose faces can still be matched, as the database has them. */
export function usableVersions(
  models: EmbeddingModels,
  isUsable: (embedder: EmbedderName) => boolean = () => true,
): string[] {
  return [...models]
    .flatMap(([name, model]) => [model, ...otherVersions(name, model)])
    .filter(({ embedder }) => isUsable(embedder))
    .map(({ version }) => version);
}

/** Names the models that the engine has with these settings. */
export function engineModels({ customModel }: Pick<Config, 'customModel'>): EmbeddingModelName[] {
  return customModel ? [...embeddingModelNames, 'Custom'] : [...embeddingModelNames];
}

/** Returns the model of requests that name none: the configured one, if the engine has it. */
export function defaultModel({
  modelName,
  customModel,
}: Pick<Config, 'modelName' | 'customModel'>): EmbeddingModelName {
  if (isEmbeddingModel(modelName)) return modelName;
  return customModel ? 'Custom' : defaultEngineModel;
}

/**
 * Computes all thresholds of embeddings of length 1 from the cosine's: sqrt(2 d) for both euclidean ones,
 * acos(1 - d) / pi for the angle.
 */
export function thresholdsOfUnits(cosine: number): Record<DistanceMetric, number> {
  const euclidean = Math.sqrt(2 * cosine);
  return { cosine, euclidean, euclidean_l2: euclidean, angular: Math.acos(1 - cosine) / Math.PI };
}

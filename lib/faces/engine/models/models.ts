import type { Config } from '../../../config.ts';
import { type customModelName, type DistanceMetric, profileModels } from '../../../contract/vocabulary.ts';
import { distancesAtPowersOfTen } from './calibration.ts';

/** An embedding model of the engine. */
export interface EmbeddingModel {
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
  /** Whether the calibration is but supposed. */
  readonly isSupposed?: boolean;
}

/**
 * The models that come with the service and the one table of their thresholds.
 *
 * - `Fusion`: MobileFaceNet and Dlib side by side, see `embedders.ts`. The threshold is chosen for a false match rate of 1 in 100,000: a
 *   stranger is taken for somebody in a list of 1,000 pictures one time in 100. Its embeddings are unit vectors too.
 * - `MobileFaceNet`: the cosine distance was measured, see the README's figures; its embeddings are unit vectors, so the
 *   others follow from it: sqrt(2 d) for both euclidean ones, acos(1 - d) / pi for the angle.
 * - `Dlib`: DeepFace's own table.
 */
export const embeddingModels = {
  Fusion: {
    dimensions: 640,
    version: 'Fusion-1',
    thresholds: { cosine: 0.22, euclidean: 0.6633, euclidean_l2: 0.6633, angular: 0.2151 },
    calibration: distancesAtPowersOfTen.Fusion,
  },
  MobileFaceNet: {
    dimensions: 512,
    version: 'MobileFaceNet-2',
    thresholds: { cosine: 0.56, euclidean: 1.0583, euclidean_l2: 1.0583, angular: 0.355 },
    calibration: distancesAtPowersOfTen.MobileFaceNet,
  },
  Dlib: {
    dimensions: 128,
    version: 'Dlib-2',
    thresholds: { cosine: 0.07, euclidean: 0.6, euclidean_l2: 0.4, angular: 0.12 },
    calibration: distancesAtPowersOfTen.Dlib,
  },
} as const satisfies Record<string, EmbeddingModel>;

export type BuiltInModelName = keyof typeof embeddingModels;
export type EmbeddingModelName = BuiltInModelName | typeof customModelName;

export const embeddingModelNames = Object.keys(embeddingModels) as BuiltInModelName[];

export function isEmbeddingModel(name: string | undefined): name is BuiltInModelName {
  return name !== undefined && Object.hasOwn(embeddingModels, name);
}

export type EmbeddingModels = ReadonlyMap<EmbeddingModelName, EmbeddingModel>;

/** The models that come with the service, and the user's own where there is one. */
export function modelsWith(custom?: EmbeddingModel): EmbeddingModels {
  const models: [EmbeddingModelName, EmbeddingModel][] = embeddingModelNames.map((name) => [
    name,
    embeddingModels[name],
  ]);
  if (custom) models.push(['Custom', custom]);
  return new Map(models);
}

/** The names of the models that the engine has by these settings. */
export function engineModels({ customModel }: Pick<Config, 'customModel'>): EmbeddingModelName[] {
  return customModel ? [...embeddingModelNames, 'Custom'] : embeddingModelNames;
}

/** The model that counts where none is named: the configured one, if the engine has it. */
export function defaultModel({
  modelName,
  customModel,
  engineProfile,
}: Pick<Config, 'modelName' | 'customModel' | 'engineProfile'>): EmbeddingModelName {
  if (isEmbeddingModel(modelName)) return modelName;
  return customModel ? 'Custom' : profileModels[engineProfile];
}

/** The thresholds of embeddings of length 1, which follow from the cosine's: sqrt(2 d) for both euclidean ones, acos(1 - d) / pi. */
export function thresholdsOfUnits(cosine: number): Record<DistanceMetric, number> {
  const euclidean = Math.sqrt(2 * cosine);
  return { cosine, euclidean, euclidean_l2: euclidean, angular: Math.acos(1 - cosine) / Math.PI };
}

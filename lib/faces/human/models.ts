import type { DistanceMetric } from '../../contract/vocabulary.ts';

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
}

/**
 * The models and the one table of their thresholds.
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
  },
  MobileFaceNet: {
    dimensions: 512,
    version: 'MobileFaceNet-1',
    thresholds: { cosine: 0.56, euclidean: 1.0583, euclidean_l2: 1.0583, angular: 0.355 },
  },
  Dlib: {
    dimensions: 128,
    version: 'Dlib-1',
    thresholds: { cosine: 0.07, euclidean: 0.6, euclidean_l2: 0.4, angular: 0.12 },
  },
} as const satisfies Record<string, EmbeddingModel>;

export type EmbeddingModelName = keyof typeof embeddingModels;

export const embeddingModelNames = Object.keys(embeddingModels) as EmbeddingModelName[];

export function isEmbeddingModel(name: string | undefined): name is EmbeddingModelName {
  return name !== undefined && Object.hasOwn(embeddingModels, name);
}

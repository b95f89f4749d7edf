import type { FaceOptions, UsedOptions } from '../comparing.ts';
import type { FaceFollower, FaceLook, NearestFaces } from '../follower.ts';
import { type FacePrint, meanPrint } from '../print.ts';
import { fusionMean } from './embed/fusion-mean.ts';
import type { JobFace } from './job.ts';
import type { EmbedderName, EmbeddingModel } from './models/models.ts';
import type { WorkerPool } from './pool.ts';
import type { EmbeddingStore } from './search/embedding-store.ts';
import type { ModelGallery } from './search/model-gallery.ts';

/** Options in the engine's types, and the gallery of their model. */
export interface FollowerModel {
  readonly gallery: ModelGallery;
  readonly used: UsedOptions & { readonly metric: Parameters<ModelGallery['searches']>[0]['metric'] };
}

export interface FollowerNeeds {
  readonly pool: WorkerPool;
  readonly store: EmbeddingStore;
  /** Determines model and threshold, as for a picture. */
  readonly modelOf: (options: FaceOptions) => FollowerModel;
  /** Model whose prints are made. */
  readonly model: FollowedModel;
}

/** Part of a model that following needs. */
export type FollowedModel = Pick<EmbeddingModel, 'embedder' | 'calibration'>;

/** Networks whose embeddings of a face are joined in a way of their own. */
const means = { Fusion: fusionMean, FastFusion: fusionMean } as const;

/** Joins prints, where the model has a mean that is freed of what bad pictures add. */
export function freedMean({ embedder }: Pick<EmbeddingModel, 'embedder'>): FaceFollower['mean'] {
  if (!Object.hasOwn(means, embedder)) return undefined;
  return (prints, weights) => meanPrint(prints, weights, means);
}

/** Distance beyond which two looks hardly show one person, in distances of 1 in 100 pairs of strangers. */
const differsBeyond = 1.3;

const noPixels = { width: 0, height: 0, pixels: new Uint8Array() };

/** Makes the part of a follower that needs no gallery. */
export function lookFor(
  pool: WorkerPool,
  models: () => readonly EmbedderName[],
  { embedder, calibration }: FollowedModel,
): Pick<FaceFollower, 'look' | 'mean' | 'scale'> {
  const [oneInHundred = 1] = calibration;
  const mean = freedMean({ embedder });
  return {
    ...(mean && { mean }),
    scale: { same: calibration.at(-1) ?? 0, differs: differsBeyond * oneInHundred },
    async look({ width, height, pixels }, places): Promise<readonly FaceLook[]> {
      const picture = { width, height, pixels };
      const faces = await pool.run({ picture, places, models: models() }, { isPatient: true });
      return faces.map(lookOf);
    },
  };
}

/** Makes the follower of the engine. */
export function engineFollower({ pool, store, modelOf, model }: FollowerNeeds): FaceFollower {
  return {
    ...lookFor(pool, () => modelOf({}).gallery.embedders, model),

    async nearest(prints: readonly FacePrint[], options: FaceOptions): Promise<NearestFaces> {
      const { gallery, used } = modelOf(options);
      await store.read(() => gallery.refresh());
      const wanted = { metric: used.metric, threshold: used.threshold, candidates: 0 };
      const searches = gallery.searches(wanted);
      const faces = await pool.run({ picture: noPixels, prints, models: [], searches }, { isPatient: true });
      const neighbours = await store.read(() =>
        faces.map(({ hits }) => gallery.found(searches, hits, wanted).neighbours),
      );
      return { ...used, neighbours };
    },
  };
}

function lookOf({ area, confidence, embeddings }: JobFace): FaceLook {
  const isExamined = Object.keys(embeddings).length > 0;
  return { area, confidence, print: isExamined ? { vectors: { ...embeddings } } : null };
}

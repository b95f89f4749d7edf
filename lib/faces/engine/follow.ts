import type { Picture } from '../../inputs/picture.ts';
import type { FaceFollower, FaceLook, FaceOptions, LookPlaces, NearestFaces, UsedOptions } from '../port.ts';
import type { FacePrint } from '../print.ts';
import type { WorkerPool } from './pool.ts';
import type { EmbeddingStore } from './search/embedding-store.ts';
import type { ModelGallery } from './search/model-gallery.ts';
import type { JobFace } from './worker.ts';

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
}

const noPixels = { width: 0, height: 0, data: new Uint8Array() };

/** Makes the follower of the engine. */
export function engineFollower({ pool, store, modelOf }: FollowerNeeds): FaceFollower {
  return {
    async look(
      { width, height, pixels }: Pick<Picture, 'width' | 'height' | 'pixels'>,
      places: LookPlaces,
    ): Promise<readonly FaceLook[]> {
      const { embedders: models } = modelOf({}).gallery;
      const picture = { width, height, data: pixels };
      const faces = await pool.run({ picture, places, models }, { isPatient: true });
      return faces.map(lookOf);
    },

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

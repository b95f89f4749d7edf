/** Work of the engine's threads, and the messages between them and the pool. */

import type { EngineDetector, EngineRuntime } from '../../contract/vocabulary.ts';
import type { DecodedPicture } from '../../inputs/picture.ts';
import type { Face } from '../face.ts';
import type { LookPlaces } from '../follower.ts';
import type { FacePrint } from '../print.ts';
import type { MeasuredQuality } from './detect/quality.ts';
import type { CustomNetwork } from './embed/picture-input.ts';
import type { Landmarks } from './geometry/landmarks.ts';
import type { EmbedderName } from './models/models.ts';
import type { RuntimeName } from './runtime/port.ts';
import type { SharedGallery } from './search/gallery-memory.ts';
import type { GalleryHit, GallerySearch } from './search/search.ts';

export interface WorkerSettings {
  readonly minConfidence: number;
  /** Model that is loaded at start; the others are loaded at their first use. */
  readonly modelName: EmbedderName;
  /** Runtime of the networks; `auto` unless it is set. */
  readonly runtime?: EngineRuntime | undefined;
  /** Network of the model `Custom`. */
  readonly customNetwork?: CustomNetwork | undefined;
}

/** Work on one picture: find its faces, embed them by some models, and search galleries for them. */
export interface Job {
  readonly picture: DecodedPicture;
  readonly detector?: EngineDetector;
  /** Places at which to look for upright faces, in place of the detector's search. */
  readonly places?: LookPlaces;
  /** Faces of the picture that another worker has found, to be embedded in place of a search for faces. */
  readonly crowd?: readonly Landmarks[];
  /** Prints to search for, in place of the faces of a picture. */
  readonly prints?: readonly FacePrint[];
  readonly models: readonly EmbedderName[];
  /** True to embed the largest face alone. */
  readonly largestOnly?: boolean;
  /** Faces whose quality is measured; none by default. */
  readonly measure?: 'largest' | 'all';
  /** Searches by embedders among `models`, run one after the other in this order. */
  readonly searches?: readonly GallerySearch[];
}

export interface JobFace extends Face {
  readonly quality?: MeasuredQuality;
  readonly embeddings: Partial<Record<EmbedderName, Float32Array>>;
  /** Hits of each of the job's searches. */
  readonly hits: readonly (readonly GalleryHit[])[];
}

/** Seconds that a job spent in each of its stages. */
export type StageTimes = Partial<Record<'detect' | 'mesh' | 'embed' | 'search', number>>;

export type ToWorker =
  | { readonly kind: 'job'; readonly job: Job }
  /** Answers `crowd`: so many of its first faces are this worker's, the others are another's. */
  | { readonly kind: 'share'; readonly faces: number }
  | { readonly kind: 'gallery'; readonly embedder: EmbedderName; readonly gallery: SharedGallery };

export type FromWorker =
  | { readonly kind: 'ready'; readonly runtime: RuntimeName }
  /** Asks how many of a crowd's faces this worker embeds itself. */
  | { readonly kind: 'crowd'; readonly crowd: readonly Landmarks[] }
  | { readonly kind: 'done'; readonly faces: JobFace[]; readonly times: StageTimes }
  /** `isStore` is true if the enrolled faces could not be read. */
  | { readonly kind: 'failed'; readonly error: Error; readonly isStore: boolean };

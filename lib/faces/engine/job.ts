/** Work of the engine's threads, and the messages between them and the pool. */

import type { EngineDetector, EngineRuntime } from '../../contract/vocabulary.ts';
import type { DecodedPicture } from '../../inputs/picture.ts';
import type { Face } from '../face.ts';
import type { LookPlaces } from '../follower.ts';
import type { FacePrint } from '../print.ts';
import type { MeasuredQuality } from './detect/quality.ts';
import type { LookWork } from './detect/share.ts';
import type { CustomNetwork } from './embed/picture-input.ts';
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
  /** Part of another worker's job on this picture, in place of a search for faces. */
  readonly part?: Part;
  /** Memory for smaller copies of the picture. */
  readonly room?: Uint8Array;
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

/** Work on a picture of which another worker may do a part. `faces`: embed them, and search for them. */
export type PartWork = LookWork | 'faces';

/** Part of a job, whose items may be worked on one without the other. */
export interface Part {
  readonly work: PartWork;
  /** Views for looks, and landmarks of faces for the rest. */
  readonly items: readonly unknown[];
  /** Smaller copies of the picture that were made already, see `Pyramid`. */
  readonly smaller: readonly DecodedPicture[];
}

/** Findings about a face that was found. */
export interface Findings {
  readonly embeddings: Partial<Record<EmbedderName, Float32Array>>;
  /** Hits of each of the job's searches. */
  readonly hits: readonly (readonly GalleryHit[])[];
}

export interface JobFace extends Face, Findings {
  readonly quality?: MeasuredQuality;
}

/** Seconds that a job spent in each of its stages. */
export type StageTimes = Partial<Record<'detect' | 'mesh' | 'embed' | 'search', number>>;

export type ToWorker =
  | { readonly kind: 'job'; readonly job: Job }
  /** Answers `share`: the first of the shares is this worker's, the others are of one other each. */
  | { readonly kind: 'shares'; readonly shares: readonly number[] }
  /** Results of the others' shares, in their order; `undefined` for one that failed. */
  | { readonly kind: 'shared'; readonly results: readonly (readonly unknown[] | undefined)[] }
  | { readonly kind: 'gallery'; readonly embedder: EmbedderName; readonly gallery: SharedGallery };

export type FromWorker =
  | { readonly kind: 'ready'; readonly runtime: RuntimeName }
  /** Asks which share of some work other workers can do. */
  | { readonly kind: 'share'; readonly part: Part }
  /** `results` are faces, or what a part of another job asks for. */
  | { readonly kind: 'done'; readonly results: readonly unknown[]; readonly times: StageTimes }
  /** `isStore` is true if the enrolled faces could not be read. */
  | { readonly kind: 'failed'; readonly error: Error; readonly isStore: boolean };

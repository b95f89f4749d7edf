import type { DistanceMetric, SimilarityMetric } from '../contract/vocabulary.ts';
import type { Deadline } from '../deadline.ts';
import type { Picture } from '../inputs/picture.ts';
import type { Face, FaceMatch, FaceOwner, FaceQuality, ImageFace, MatchedFace } from './face.ts';

/** Options of a request. A value that the backend does not have is replaced by the configured one. */
export interface FaceOptions {
  readonly detectorBackend?: string | undefined;
  readonly modelName?: string | undefined;
  readonly distanceMetric?: DistanceMetric | undefined;
  /**
   * Distance, lower is stricter. It is on the scale of the model that the request or else the configuration
   * names, see `usedThreshold`.
   */
  readonly threshold?: number | undefined;
  /**
   * Width of the band above the threshold in which a face is a near miss: so many times the threshold's false
   * match rate. At 1, the default, there is no band.
   */
  readonly reviewBand?: number | undefined;
  /**
   * Time by which the answer must be there, for backends that call another service. Without it there is no
   * limit.
   */
  readonly deadline?: Deadline | undefined;
}

/** Options for matching a picture. */
export interface MatchOptions extends FaceOptions {
  /** Number of near misses to return for each face, each of another entry; 0 by default. */
  readonly candidates?: number;
  /** True to return each face's template. */
  readonly withTemplates?: boolean;
}

/**
 * Number of near misses that are searched for in the review band. One is shown, but some entries may be
 * hidden by then.
 */
export const nearMissesSearched = 5;

/** Filter at enrollment: `auto` refuses faces of low quality, `none` accepts them. */
export type QualityFilter = 'auto' | 'none';

/** Options for enrolling a picture. */
export interface EnrollOptions {
  /** Filter in place of the configured one. */
  readonly qualityFilter?: QualityFilter;
  /** True to search the gallery for faces that match the new one. */
  readonly compare?: boolean;
}

/** Result of enrolling a picture. */
export interface Enrollment {
  /** Number of faces in the picture. */
  readonly faceCount: number;
  /** Face that was enrolled. */
  readonly face: ImageFace;
  /** Quality of that face; `null` if the backend did not return it. */
  readonly quality: FaceQuality | null;
  /**
   * Earlier faces that match the new one at the configured threshold, best first, with those of the same
   * entry. They are limited as in `MatchedFace`. It is `null` if they were not requested, or the search
   * failed.
   */
  readonly similar: readonly FaceMatch[] | null;
}

/** Options that were really used. */
export interface UsedOptions {
  readonly model: string;
  readonly detectorBackend: string;
  readonly metric: SimilarityMetric;
  /** Largest distance of a match: a match has `distance <= threshold`. */
  readonly threshold: number;
  /** Sentences for the client about options that were replaced, and about matches that may be missing. */
  readonly warnings: readonly string[];
}

/** Options used by what tells matches and near misses apart. */
export interface BandedOptions extends UsedOptions {
  /** Largest distance of a near miss in the review band; the threshold if there is no band. */
  readonly nearThreshold: number;
}

export interface MatchResult extends BandedOptions {
  /** Faces of the picture, largest first. */
  readonly faces: readonly MatchedFace[];
  /** False if nothing could match, see `FaceBackend.hasGallery`. */
  readonly hasGallery: boolean;
}

/**
 * Runs work with a decoded picture, and releases the picture when the work ends. Decoded pictures are large,
 * so only few are held at a time.
 * @throws the error of the work, or that of reading the picture; the caller may add the picture's name to it
 */
export type WithPicture = <T>(work: (picture: Picture) => Promise<T>) => Promise<T>;

/** Matches of a face whose place was known. */
export interface KnownFaceMatch extends UsedOptions, Pick<MatchResult, 'hasGallery'> {
  /** Best first. */
  readonly matches: readonly FaceMatch[];
}

/** Largest face of a picture. */
export interface LargestFace extends Face {
  /** Number of faces in the picture. */
  readonly faceCount: number;
}

/** Distance between the faces of two pictures. */
export interface Comparison extends BandedOptions, Pick<FaceMatch, 'distance' | 'similarity'> {
  /** Largest face of the first picture. */
  readonly probe: LargestFace;
  readonly reference: LargestFace;
}

/**
 * The largest face of a picture, for comparing it with those of many others.
 * @example
 * // The probe is of `faces.openProbe(withPicture, {})`.
 * const { distance } = await probe.compare(withAnother);
 */
export interface OpenedProbe extends UsedOptions {
  /**
   * Compares it with the largest face of another picture. The probe itself is not looked at again.
   * @throws NoFaceError when that picture shows no face; it is thrown inside the work on it
   * @throws BackendUnavailableError, ThrottledError, InputTooLargeError, InputUnreadableError
   */
  compare(reference: WithPicture): Promise<Comparison>;
}

/** A reference image, by its id. */
export interface Reference extends Pick<FaceOwner, 'imageId'> {
  readonly withPicture: WithPicture;
}

/** Distances between a face and some enrolled ones. */
export interface EntryComparison extends BandedOptions {
  /** Largest face of the picture. */
  readonly probe: LargestFace;
  /**
   * Reference images, nearest first, both matches and others. Those that are not enrolled for the model in
   * use are left out.
   */
  readonly references: readonly Pick<FaceMatch, 'imageId' | 'target' | 'distance' | 'similarity'>[];
  /** False if nothing could match, see `FaceBackend.hasGallery`. */
  readonly hasGallery: boolean;
}

/** Default detector, metric and thresholds; all thresholds are distances. */
export interface MatchDefaults {
  readonly detectorBackend: string;
  readonly metric: SimilarityMetric;
  /** Largest distance of a match. */
  readonly threshold: number;
  /** Largest distance of a match with default settings. */
  readonly defaultThreshold: number;
  /** Threshold of the settings, which may be looser than the loosest allowed. */
  readonly configuredThreshold: number;
  /** Loosest threshold that a request can get. */
  readonly loosestThreshold: number;
  /**
   * Share of pairs of different people that match at `threshold`, 0..1 (FMR); null if nobody has measured it.
   */
  readonly falseMatchRate: number | null;
  readonly defaultFalseMatchRate: number | null;
  /**
   * Similarities (0..100) of distances in the metric, by rising distance, linear in between. It is empty
   * where the distance alone does not determine the similarity.
   */
  readonly similarityScale: readonly { readonly distance: number; readonly similarity: number }[];
}

import type { Box, FacialArea } from '../contract/shapes.ts';
import type { DistanceMetric } from '../contract/vocabulary.ts';
import type { Picture } from '../inputs/picture.ts';

/** Which reference image of which entry an enrolled face belongs to. */
export interface FaceOwner {
  readonly entryId: number;
  /** Unique over all entries. */
  readonly imageId: string;
}

/** A face found in a picture. */
export interface Face {
  readonly area: FacialArea;
  /** 0..1: how sure the detector is that this is a face. */
  readonly confidence: number;
}

/** A reference image whose face is near enough to a probe's. */
export interface FaceMatch extends FaceOwner {
  /** The enrolled face in its reference image; `null` where the backend does not tell. */
  readonly target: Box | null;
  /** In the metric used; lower is closer; at most `threshold`. */
  readonly distance: number;
  /** 0..100, higher is closer. */
  readonly similarity: number;
  readonly awsSimilarity: number | null;
  readonly awsFaceId: string | null;
}

/** A face with the reference images that it matches, best first. */
export interface MatchedFace extends Face {
  readonly matches: readonly FaceMatch[];
}

/** What a request may ask for; what the backend does not have is replaced by what is configured. */
export interface FaceOptions {
  readonly detectorBackend?: string | undefined;
  readonly modelName?: string | undefined;
  readonly distanceMetric?: DistanceMetric | undefined;
  /** A distance in the metric used; lower is stricter. */
  readonly threshold?: number | undefined;
}

/** What was really used. */
export interface MatchResult {
  /** Largest face first. */
  readonly faces: readonly MatchedFace[];
  readonly model: string;
  readonly detectorBackend: string;
  readonly metric: DistanceMetric;
  /** A match has `distance <= threshold`. */
  readonly threshold: number;
}

/**
 * Finds faces and compares them. It speaks in faces and matches, not in embeddings, for not every backend gives those away.
 * A failure of the backend throws `BackendUnavailableError` or `ThrottledError` with its `cause`.
 */
export interface FaceBackend {
  readonly name: string;
  /** The embedding model in use unless a request asks for another. */
  readonly modelId: string;
  /** The largest original that it takes, in bytes. */
  readonly maxImageBytes: number;
  /** Every face of the picture, largest first. */
  detect(picture: Picture, options: FaceOptions): Promise<readonly Face[]>;
  /** Every face of the picture with its matches in the gallery, in one pass. */
  match(picture: Picture, options: FaceOptions): Promise<MatchResult>;
  /**
   * Adds the picture's largest face to the gallery; the next match sees it. Doing it twice adds nothing.
   * Returns how many faces the picture shows.
   * @throws NoFaceError when the picture shows none that can be used.
   */
  enroll(picture: Picture, owner: FaceOwner): Promise<{ readonly faceCount: number }>;
  /** Takes faces out of the gallery; the next match does not see them. Absent ones are no error. */
  remove(owners: readonly FaceOwner[]): Promise<void>;
  /** Every enrolled face's owner, for comparing the stores. */
  listOwners(): AsyncIterable<FaceOwner>;
  /** Whether the image's face is enrolled for every model in use: when not, `enroll` again from the original. */
  isCurrent(owner: FaceOwner): Promise<boolean>;
  /** Throws when it can't be used. */
  check(): Promise<void>;
  close(): Promise<void>;
}

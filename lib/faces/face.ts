import type { Box, FacialArea } from '../contract/shapes.ts';
import type { QualityReason } from './quality-reasons.ts';

/** An enrolled face of a reference image, as the records keep it. */
export interface ImageFace {
  /** Id of the face; see `EnrolledFace.faceId`. */
  readonly id: string | null;
  /** Box of the face in the reference image, in pixels. */
  readonly box: Box;
}

/** Entry and reference image that an enrolled face belongs to. */
export interface FaceOwner {
  readonly entryId: number;
  /** Id that is unique over all entries. */
  readonly imageId: string;
}

/** An enrolled face in the backend's gallery. */
export interface EnrolledFace extends FaceOwner {
  /**
   * Id that this backend's `enroll` returned. It is `null` where the backend identifies faces by their
   * images, or the caller does not know it.
   */
  readonly faceId: string | null;
}

/** A face found in a picture. */
export interface Face {
  readonly area: FacialArea;
  /** Detector's confidence that this is a face, 0..1. */
  readonly confidence: number;
}

/** A reference image whose face is close to the probe's. */
export interface FaceMatch extends FaceOwner {
  /** Identity for the answer; `null` means that the reference image's location is used. */
  readonly identity: string | null;
  /** Box of the enrolled face in its reference image; `null` if the backend does not return it. */
  readonly target: Box | null;
  /** Distance in the metric used; lower is closer. */
  readonly distance: number;
  /** Similarity, 0..100, higher is closer. */
  readonly similarity: number;
  /** Values that only this backend has, by its own names; `null` if it has none. */
  readonly metadata: Readonly<Record<string, string | number>> | null;
}

/**
 * A face with the reference images that match it, best first. Every entry that matches is among them, with at
 * most `maxImagesOfEntry` images.
 */
export interface MatchedFace extends Face {
  readonly matches: readonly FaceMatch[];
  /**
   * Near misses, best first: the nearest reference image of each entry that does not match, as many as were
   * requested, or those within the review band.
   */
  readonly candidates: readonly FaceMatch[];
  /** Quality of the face; `null` if the backend does not return it. */
  readonly quality: FaceQuality | null;
  /** Reasons why the face may have been missed. */
  readonly reasons: readonly QualityReason[];
  /** Face for a later look-back, only if that was asked for. */
  readonly template?: FaceTemplate;
}

/** Rotation of a face, in degrees. */
export interface FacePose {
  /** Rotation in the picture; positive is clockwise. */
  readonly roll: number;
  /** Turn to the side; positive if the nose points to the viewer's right. */
  readonly yaw: number;
  /** Turn up or down; positive if the nose points up. */
  readonly pitch: number;
}

/** Quality of a face in a picture. */
export interface FaceQuality {
  /** Brightness, 0..100, black to white. */
  readonly brightness: number;
  /** Sharpness, 0..100. */
  readonly sharpness: number;
  readonly pose: FacePose;
}

/** A face of the gallery. */
export interface ListedFace extends EnrolledFace {
  /** True if the face is enrolled for every model in use; otherwise `enroll` it again from the original. */
  readonly isCurrent: boolean;
  /**
   * True for a face that another service enrolled, and named by an entry's id alone. Without a record it is
   * that service's own, and must not be removed.
   */
  readonly isTakenOver?: true;
}

/** A face of a processed picture, for the records to keep and for nobody but its backend to read. */
export interface FaceTemplate {
  /** Version of the model, or of the collection, that can compare it. */
  readonly version: string;
  readonly bytes: Uint8Array;
  /** Code that a look-back rules the face out by, where the records keep its embedding. */
  readonly code?: Uint8Array;
}

/** A face that is kept with its picture for a look-back. */
export interface KeptTemplate extends FaceTemplate {
  readonly faceIndex: number;
}

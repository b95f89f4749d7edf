import type { Box } from '../contract/shapes.ts';
import type { Deadline } from '../deadline.ts';
import type { Picture } from '../inputs/picture.ts';
import type { FaceOptions, Reference, UsedOptions, WithPicture } from './comparing.ts';
import type { FaceTemplate, KeptTemplate } from './face.ts';
import type { FacePrint } from './print.ts';

/** A face of a picture that is to be kept. */
export interface FaceToKeep {
  readonly faceIndex: number;
  /** Box of the face in the picture, in pixels. */
  readonly area: Box;
}

/**
 * Faces that a backend keeps itself. The pictures' records have their ids alone, and remove the faces with
 * the pictures.
 */
export interface KeptFaces {
  /**
   * Keeps faces of a picture, for its record to name.
   * @param pictureId id from which the keys of the picture are made
   * @throws BackendUnavailableError, ThrottledError, InputTooLargeError, InputUnreadableError
   */
  add(
    picture: Picture,
    pictureId: string,
    faces: readonly FaceToKeep[],
    deadline?: Deadline,
  ): Promise<KeptTemplate[]>;
  /**
   * Removes faces that no record names.
   * @throws BackendUnavailableError, ThrottledError
   */
  remove(templates: readonly Pick<FaceTemplate, 'bytes'>[]): Promise<void>;
  /**
   * Compares the faces with the records: counts those that are named, and returns those of before a time that
   * are not. After `stop` it returns none.
   * @throws BackendUnavailableError, ThrottledError
   */
  compare(
    olderThan: Date,
    stop?: AbortSignal,
  ): Promise<{ readonly named: number; readonly strays: readonly Pick<FaceTemplate, 'bytes'>[] }>;
}

/** A kept face that a person matches. */
export interface SeenFace {
  /** The `db_id` of the processed picture. */
  readonly processedId: number;
  readonly faceIndex: number;
  /** Distance in the metric used; lower is closer. */
  readonly distance: number;
  /** Similarity, 0..100, higher is closer. */
  readonly similarity: number;
}

/** Result of a look-back. */
export interface SeenFaces extends UsedOptions {
  /** Nearest first, each face once. */
  readonly seen: readonly SeenFace[];
  /** Number of kept faces that were compared. */
  readonly compared: number;
  /** Number of pictures from which these are; `null` if it was not counted. */
  readonly pictures: number | null;
  /** Number of kept faces of another model or version, which can't be compared. */
  readonly notCompared: number;
  /** Number of references that are not enrolled, and were not compared. */
  readonly missing: number;
  /** Only faces of this time or later were compared. */
  readonly since: Date;
}

/**
 * Finds people in the pictures of before they were listed: the faces that nobody matched are kept with their
 * records for some days.
 * @example const { seen } = await faces.lookBack.findReferences([{ imageId }]);
 */
export interface LookBack {
  /** Days that unmatched faces are kept; with 0 none are. */
  readonly days: number;
  /** Version of the faces that can be compared. */
  readonly version: string;
  /** Faces that the backend keeps itself; left out where the records keep their templates. */
  readonly own?: KeptFaces;
  /**
   * Makes the template of a face that the backend's follower looked at; left out by a backend with `own`.
   * Returns `undefined` if the print is not of the model in use.
   */
  templateOf?(print: FacePrint): FaceTemplate | undefined;
  /**
   * Finds the kept faces that match one of these reference images. It reads the picture of one that is not
   * enrolled for the model in use, and leaves it out where there is none.
   * @throws BackendUnavailableError, ThrottledError
   */
  findReferences(
    references: readonly (Pick<Reference, 'imageId'> & Partial<Pick<Reference, 'withPicture'>>)[],
  ): Promise<SeenFaces>;
  /**
   * Finds the kept faces that match the largest face of a picture.
   * @throws NoFaceError when the picture shows no face
   * @throws BackendUnavailableError, ThrottledError, InputTooLargeError, InputUnreadableError
   */
  findLargest(probe: WithPicture, options?: FaceOptions): Promise<SeenFaces>;
}

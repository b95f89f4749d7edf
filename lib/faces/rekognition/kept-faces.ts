/**
 * Faces that matched nobody, in a collection of their own. The records name each face of a picture; a face
 * without a record is nobody's, and goes with the next sweep.
 */

/** A face of the collection. */
export interface CollectedFace {
  /** Rekognition's own id. */
  readonly faceId: string;
  /** Id from which the keys of its picture are made. */
  readonly pictureId: string;
  /** Time when it was kept. */
  readonly since: Date;
}

/** Removal from the collection, for the records. */
export interface FaceCollection {
  /**
   * Removes faces; absent ones are ignored.
   * @throws BackendUnavailableError, ThrottledError
   */
  remove(faceIds: readonly string[]): Promise<void>;
  /**
   * Removes the faces of before a time, and returns their number.
   * @throws BackendUnavailableError, ThrottledError
   */
  removeBefore(time: Date): Promise<number>;
}

/** A picture with the faces that its record names. */
export interface PictureOfFaces {
  /** The picture's `db_id`. */
  readonly processedId: number;
  readonly faces: readonly { readonly faceIndex: number; readonly id: string }[];
}

/** Records of the pictures from which the faces are. */
export interface KeptFaceRecords {
  /**
   * Finds those pictures that have a record, by the ids from which their keys are made.
   * @throws BackendUnavailableError, ThrottledError
   */
  find(pictureIds: readonly string[]): Promise<ReadonlyMap<string, PictureOfFaces>>;
}

/** Names the collection of the faces that matched nobody, beside that of the listed ones. */
export function lookBackCollectionOf(collectionId: string): string {
  return `${collectionId}-look-back`;
}

/** Pattern of these faces' `ExternalImageId`s: seconds since 1970, and the picture's id. */
const externalImageIdForm = /^(\d{1,12}):([A-Za-z0-9-]+)$/;

export function keptFaceName(pictureId: string, now = new Date()): string {
  return `${Math.floor(now.getTime() / 1000)}:${pictureId}`;
}

/** Reads a face; returns `undefined` for one that another program added. */
export function collectedFace(
  externalImageId: string | undefined,
  faceId: string | undefined,
): CollectedFace | undefined {
  const [, seconds, pictureId] = externalImageIdForm.exec(externalImageId ?? '') ?? [];
  if (faceId === undefined || seconds === undefined || pictureId === undefined) return undefined;
  return { faceId, pictureId, since: new Date(1000 * Number(seconds)) };
}

import type { Box, FacialArea } from '../contract/shapes.ts';
import type { DistanceMetric, SimilarityMetric } from '../contract/vocabulary.ts';
import type { Deadline } from '../deadline.ts';
import type { DecodedPicture, Picture } from '../inputs/picture.ts';
import type { FacePrint } from './print.ts';
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

/** Distance between the faces of two pictures. */
export interface Comparison extends BandedOptions, Pick<FaceMatch, 'distance' | 'similarity'> {
  /** Largest face of the first picture. */
  readonly probe: Face;
  readonly reference: Face;
}

/** The largest face of a picture, for comparing it with those of many others. */
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
  readonly probe: Face;
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

/** State of the engine in this process. */
export interface EngineFigures {
  /** Number of threads. */
  readonly workers: number;
  /** Number of threads that compute now. */
  readonly busy: number;
  /** Number of pictures that wait for a thread. */
  readonly waiting: number;
  /** Runtime of the networks: ONNX Runtime, or tfjs on one of its backends. */
  readonly runtime: 'onnx' | 'tfjs-node' | 'tfjs-wasm';
  /** Number of enrolled faces in memory. */
  readonly enrolled: number;
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

/** Places of a frame at which to look for faces. */
export interface LookPlaces {
  /** Squares, each looked at once. They may reach beyond the frame. */
  readonly regions: readonly Box[];
  /** Boxes in which followed faces must be. */
  readonly faces: readonly Box[];
  /** Boxes of those that need no print. */
  readonly known: readonly Box[];
}

/** A face of a frame. */
export interface FaceLook extends Face {
  /** Null for a face that was only found again. */
  readonly print: FacePrint | null;
}

/** Neighbours of prints in the gallery. */
export interface NearestFaces extends UsedOptions {
  /** Reference images within the threshold of each print, nearest first. */
  readonly neighbours: readonly (readonly FaceMatch[])[];
}

/** Cosine distances of two prints by which a face is followed. They depend on the model. */
export interface PrintScale {
  /** Within it they show one person: hardly two people in a million are as alike. */
  readonly same: number;
  /** Beyond it they hardly show one person. */
  readonly differs: number;
}

/**
 * Follows faces through the frames of a camera. It gives way to all other work on pictures.
 * @example
 * const [look] = await follower.look(frame, { regions, faces: [], known: [] });
 * if (look?.print) await follower.nearest([look.print], {});
 */
export interface FaceFollower {
  /** Distances on the scale of its prints. */
  readonly scale: PrintScale;
  /**
   * Finds upright faces at some places of a frame, largest first.
   * @throws BackendUnavailableError
   */
  look(frame: DecodedPicture, places: LookPlaces): Promise<readonly FaceLook[]>;
  /**
   * Searches the gallery for prints that `look` made, or for means of them.
   * @throws BackendUnavailableError
   */
  nearest(prints: readonly FacePrint[], options: FaceOptions): Promise<NearestFaces>;
}

/**
 * Finds faces and compares them. It returns faces and matches, not embeddings, because Rekognition keeps its
 * embeddings to itself. A failure of the backend throws `BackendUnavailableError` or `ThrottledError` with
 * its `cause`. A backend that calls another service throws `InputTooLargeError` or `InputUnreadableError` if
 * that service refuses a picture.
 * @example
 * await faces.enroll(reference, { entryId: 7, imageId });
 * const { faces: found } = await faces.match(picture, { threshold: 0.3 });
 * for (const { matches } of found) console.log(matches.map(({ entryId }) => entryId));
 */
export interface FaceBackend {
  readonly name: string;
  /** Embedding model in use, unless a request names another. */
  readonly modelId: string;
  /** Largest original that it takes, in bytes. */
  readonly maxImageBytes: number;
  /**
   * Finds every face of the picture, largest first.
   * @throws BackendUnavailableError, ThrottledError, InputTooLargeError, InputUnreadableError
   */
  detect(picture: Picture, options: FaceOptions): Promise<readonly Face[]>;
  /**
   * Finds every face of the picture with its matches in the gallery, in one pass.
   * @throws BackendUnavailableError, ThrottledError, InputTooLargeError, InputUnreadableError
   */
  match(picture: Picture, options: MatchOptions): Promise<MatchResult>;
  /**
   * Compares the largest faces of two pictures.
   * @throws NoFaceError when a picture shows no face; it is thrown inside the work on that picture
   * @throws BackendUnavailableError, ThrottledError, InputTooLargeError, InputUnreadableError
   */
  compare(probe: WithPicture, reference: WithPicture, options: FaceOptions): Promise<Comparison>;
  /**
   * Finds the largest face of a picture once, for comparing it with those of many others.
   * @throws NoFaceError when the picture shows no face; it is thrown inside the work on that picture
   * @throws BackendUnavailableError, ThrottledError, InputTooLargeError, InputUnreadableError
   */
  openProbe(probe: WithPicture, options: FaceOptions): Promise<OpenedProbe>;
  /**
   * Compares the picture's largest face with the enrolled faces of one entry. A backend may return only some
   * of them; then none of the others is a match.
   * @param references newest first
   * @throws NoFaceError when the picture shows no face; it is thrown inside the work on that picture
   * @throws BackendUnavailableError, ThrottledError, InputTooLargeError, InputUnreadableError
   */
  compareWith(
    probe: WithPicture,
    references: readonly Reference[],
    options: FaceOptions,
  ): Promise<EntryComparison>;
  /**
   * Adds the picture's largest face to the gallery; the next match sees it. Enrolling it twice adds nothing.
   * A failed search for similar faces does not fail the enrollment.
   * @param picture the picture, or a function that runs work with it. With a function, the picture is
   *   released before the face is stored, so that nobody who waits for a store holds a picture.
   * @throws NoFaceError when the picture shows no face, or its largest is not good enough; then nothing is
   *   added
   * @throws BackendUnavailableError, ThrottledError, DiskFullError, InputTooLargeError, InputUnreadableError
   */
  enroll(picture: Picture | WithPicture, owner: FaceOwner, options?: EnrollOptions): Promise<Enrollment>;
  /**
   * Removes faces from the gallery; the next match does not see them. Absent faces are ignored. A face whose
   * id the backend needs and was not given stays until the sweep, which finds it by `listFaces`.
   * @throws BackendUnavailableError, ThrottledError
   */
  remove(faces: readonly EnrolledFace[]): Promise<void>;
  /**
   * Lists every enrolled face, in no promised order, for comparing the stores.
   * @throws BackendUnavailableError, ThrottledError
   */
  listFaces(): AsyncIterable<ListedFace>;
  /**
   * Tells if there is a gallery. If none was made yet, or somebody has removed it, nobody can match.
   * @throws BackendUnavailableError, ThrottledError
   */
  hasGallery(): Promise<boolean>;
  /** Look-back; `undefined` where the backend has none. */
  readonly lookBack?: LookBack | undefined;
  /** Values that apply if a request names no others. */
  readonly defaults: MatchDefaults;
  /** Left out where another service computes. */
  readonly follower?: FaceFollower;
  /**
   * Searches for one face whose place in the picture is known, with one call. Left out where faces are
   * compared by their prints.
   * @throws BackendUnavailableError, ThrottledError, InputTooLargeError, InputUnreadableError
   */
  matchFace?(picture: Picture, area: Box, options: FaceOptions): Promise<KnownFaceMatch>;
  /**
   * Reports the engine's state; `undefined` where another service computes.
   * @throws Never
   */
  engine(): EngineFigures | undefined;
  /**
   * Checks that the backend can be used.
   * @throws BackendUnavailableError, ThrottledError when it can't
   */
  check(): Promise<void>;
  /**
   * Checks that the backend can be used and finds the face of `drawn-face.ts`. It runs at most once a minute,
   * or once an hour where a test costs money, and takes some seconds at most. Other callers get the result of
   * the last run, or wait for the present one.
   * @throws BackendUnavailableError, ThrottledError when the test fails
   */
  test(): Promise<void>;
  /**
   * Stops the backend's threads and calls; later calls of its methods fail.
   * @throws Never
   */
  close(): Promise<void>;
}

import type { Box, FacialArea } from '../contract/shapes.ts';
import type { DistanceMetric, SimilarityMetric } from '../contract/vocabulary.ts';
import type { Deadline } from '../deadline.ts';
import type { Picture } from '../inputs/picture.ts';

/** A reference image's enrolled face, as the records keep it. */
export interface ImageFace {
  /** See `EnrolledFace.faceId`. */
  readonly id: string | null;
  /** In the reference image. */
  readonly box: Box;
}

/** Which reference image of which entry an enrolled face belongs to. */
export interface FaceOwner {
  readonly entryId: number;
  /** Unique over all entries. */
  readonly imageId: string;
}

/** An enrolled face as the backend's gallery knows it. */
export interface EnrolledFace extends FaceOwner {
  /** What `enroll` called the face, in the words of this backend alone; `null` where it calls faces by their images, or was not told. */
  readonly faceId: string | null;
}

/** A face found in a picture. */
export interface Face {
  readonly area: FacialArea;
  /** 0..1: how sure the detector is that this is a face. */
  readonly confidence: number;
}

/** A reference image whose face is near enough to a probe's. */
export interface FaceMatch extends FaceOwner {
  /** How answers name what matched; `null` where the place of the reference image does. */
  readonly identity: string | null;
  /** The enrolled face in its reference image; `null` where the backend does not tell. */
  readonly target: Box | null;
  /** In the metric used; lower is closer; at most `threshold`. */
  readonly distance: number;
  /** 0..100, higher is closer. */
  readonly similarity: number;
  /** Facts that this backend alone has, by names of its own; `null` where it has none. */
  readonly metadata: Readonly<Record<string, string | number>> | null;
}

/** A face with the reference images that it matches, best first: of every entry that matches, its best, see `maxImagesOfEntry`. */
export interface MatchedFace extends Face {
  readonly matches: readonly FaceMatch[];
  /** Near misses, best first: of each entry that does not match, its nearest reference image; as many as were asked for. */
  readonly candidates: readonly FaceMatch[];
}

/** What a request may ask for; what the backend does not have is replaced by what is configured. */
export interface FaceOptions {
  readonly detectorBackend?: string | undefined;
  readonly modelName?: string | undefined;
  readonly distanceMetric?: DistanceMetric | undefined;
  /** A distance, lower is stricter, on the scale of the model that the request or else the configuration names, see `usedThreshold`. */
  readonly threshold?: number | undefined;
  /** The time by which the answer has to be there: a backend that is far away gives up then. No limit without it. */
  readonly deadline?: Deadline | undefined;
}

/** How a picture is matched. */
export interface MatchOptions extends FaceOptions {
  /** So many near misses are told too for each face, of an entry each; none without it. */
  readonly candidates?: number;
}

/** Degrees. */
export interface FacePose {
  /** Positive when the picture is turned clockwise. */
  readonly roll: number;
  /** Positive when the nose points to the viewer's right. */
  readonly yaw: number;
  /** Positive when the nose points up. */
  readonly pitch: number;
}

/** What a face in a picture is worth. */
export interface FaceQuality {
  /** 0..100, black to white. */
  readonly brightness: number;
  /** 0..100 */
  readonly sharpness: number;
  readonly pose: FacePose;
}

/** Whether faces of little use are refused when they are enrolled. */
export type QualityFilter = 'auto' | 'none';

/** How a picture is enrolled. */
export interface EnrollOptions {
  /** In place of the configured one. */
  readonly qualityFilter?: QualityFilter;
  /** Whether to look for enrolled faces that are like the new one. */
  readonly compare?: boolean;
}

/** What became of a picture that was enrolled. */
export interface Enrollment {
  /** How many faces the picture shows. */
  readonly faceCount: number;
  /** The one that was enrolled. */
  readonly face: ImageFace;
  /** Its quality; `null` when the backend was not told. */
  readonly quality: FaceQuality | null;
  /**
   * The faces enrolled before that match it at the configured threshold, those of the same entry among them, best first, as in
   * `MatchedFace`; `null` when it was not asked for, or failed.
   */
  readonly similar: readonly FaceMatch[] | null;
}

/** A face of the gallery. */
export interface ListedFace extends EnrolledFace {
  /** Whether it is enrolled for every model in use: when not, `enroll` it again from the original. */
  readonly isCurrent: boolean;
}

/** What was really used. */
export interface UsedOptions {
  readonly model: string;
  readonly detectorBackend: string;
  readonly metric: SimilarityMetric;
  /** A match has `distance <= threshold`. */
  readonly threshold: number;
  /** What was used otherwise than it was asked for, and what may be missing, each a sentence for the client. */
  readonly warnings: readonly string[];
}

export interface MatchResult extends UsedOptions {
  /** Largest face first. */
  readonly faces: readonly MatchedFace[];
  /** See `FaceBackend.hasGallery`. */
  readonly hasGallery: boolean;
}

/**
 * Runs some work with a decoded picture, which is released when the work ends. Decoded pictures are large, so
 * that few are held at a time.
 * @throws the error of the work, or that of reading the picture. The caller may add the picture's name to it.
 */
export type WithPicture = <T>(work: (picture: Picture) => Promise<T>) => Promise<T>;

/** How near two faces are. */
export interface Comparison extends UsedOptions, Pick<FaceMatch, 'distance' | 'similarity'> {
  /** The largest of each picture. */
  readonly probe: Face;
  readonly reference: Face;
}

/** A reference image, by its id. */
export interface Reference extends Pick<FaceOwner, 'imageId'> {
  readonly withPicture: WithPicture;
}

/** How near a face is to each of some enrolled ones. */
export interface EntryComparison extends UsedOptions {
  /** The largest of the picture. */
  readonly probe: Face;
  /** Nearest first, whether it is a match or not. Those that are not enrolled for the model in use are left out. */
  readonly references: readonly Pick<FaceMatch, 'imageId' | 'target' | 'distance' | 'similarity'>[];
  /** See `FaceBackend.hasGallery`. */
  readonly hasGallery: boolean;
}

/** What counts where a request names nothing else. */
export interface MatchDefaults {
  readonly detectorBackend: string;
  readonly metric: SimilarityMetric;
  /** The largest distance that is a match. */
  readonly threshold: number;
  /** The same, where nobody changes it. */
  readonly defaultThreshold: number;
  /** As it is set, which may be looser than the loosest. */
  readonly configuredThreshold: number;
  /** No request gets a looser one. */
  readonly loosestThreshold: number;
  /** The share of pictures' pairs of different people that lie within each; null where nobody has measured it. */
  readonly falseMatchRate: number | null;
  readonly defaultFalseMatchRate: number | null;
  /** Distances of the metric as similarities, rising, straight in between; empty where a distance alone does not tell. */
  readonly similarityScale: readonly { readonly distance: number; readonly similarity: number }[];
}

/** How the engine of this process is doing. */
export interface EngineFigures {
  /** Threads, of which so many compute. */
  readonly workers: number;
  readonly busy: number;
  /** Pictures that wait for one. */
  readonly waiting: number;
  /** What runs the networks: ONNX Runtime, or tfjs on one of its backends. */
  readonly runtime: 'onnx' | 'tfjs-node' | 'tfjs-wasm';
  /** Faces that pictures are compared with. */
  readonly enrolled: number;
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
  match(picture: Picture, options: MatchOptions): Promise<MatchResult>;
  /**
   * Compares the largest faces of two pictures.
   * @throws NoFaceError when a picture shows none, out of the work on that picture.
   */
  compare(probe: WithPicture, reference: WithPicture, options: FaceOptions): Promise<Comparison>;
  /**
   * Compares the picture's largest face with the enrolled ones of one entry. Where a backend can't tell of all of them, it tells of some,
   * and none of the others is a match.
   * @param references newest first
   * @throws NoFaceError when the picture shows none, out of the work on it.
   */
  compareWith(
    probe: WithPicture,
    references: readonly Reference[],
    options: FaceOptions,
  ): Promise<EntryComparison>;
  /**
   * Adds the picture's largest face to the gallery; the next match sees it. Doing it twice adds nothing. It does not fail because others
   * like it could not be looked for.
   * @param picture the picture, or a way to it that is left before the face is kept: who waits for a store then holds none.
   * @throws NoFaceError when the picture shows none, or its largest is not good enough; nothing is added then.
   */
  enroll(picture: Picture | WithPicture, owner: FaceOwner, options?: EnrollOptions): Promise<Enrollment>;
  /**
   * Takes faces out of the gallery; the next match does not see them. Absent ones are no error. Where a backend needs a face's id and was
   * not given it, the face stays until the sweep, which finds it by `listFaces`.
   */
  remove(faces: readonly EnrolledFace[]): Promise<void>;
  /** Every enrolled face, for comparing the stores. */
  listFaces(): AsyncIterable<ListedFace>;
  /** Whether there is a place where faces are kept: none was made yet, or somebody has removed it, and nobody can match. */
  hasGallery(): Promise<boolean>;
  readonly defaults: MatchDefaults;
  /** Undefined where another service computes. */
  engine(): EngineFigures | undefined;
  /** Throws when it can't be used. */
  check(): Promise<void>;
  /**
   * Throws when it can't be used, or does not find the face of `drawn-face.ts`. It works at most once a minute, or an hour where that costs
   * money; whoever asks meanwhile gets the last outcome, or waits for the same. It takes seconds at most.
   */
  test(): Promise<void>;
  close(): Promise<void>;
}

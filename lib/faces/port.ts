import type { Box } from '../contract/shapes.ts';
import type { Picture } from '../inputs/picture.ts';
import type {
  Comparison,
  Enrollment,
  EnrollOptions,
  EntryComparison,
  FaceOptions,
  KnownFaceMatch,
  MatchDefaults,
  MatchOptions,
  MatchResult,
  OpenedProbe,
  Reference,
  WithPicture,
} from './comparing.ts';
import type { EnrolledFace, Face, FaceOwner, ListedFace } from './face.ts';
import type { FaceFollower } from './follower.ts';
import type { LookBack } from './look-back.ts';

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

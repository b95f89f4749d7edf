/**
 * Errors that this service throws on purpose, a closed set. `lib/http/problem.ts` maps each code to a status.
 * Any other error is a fault of ours and becomes a bare 500.
 */

/** Violation of a request's schema, in FastAPI's form. */
export interface FieldProblem {
  loc: (string | number)[];
  msg: string;
  type: string;
}

export type ErrorCode =
  | 'request_invalid'
  | 'input_unreadable'
  | 'no_usable_image'
  | 'input_too_large'
  | 'unsupported_format'
  | 'no_face'
  | 'entry_not_found'
  | 'image_not_found'
  | 'processed_not_found'
  | 'erasure_not_found'
  | 'look_back_off'
  | 'camera_not_found'
  | 'camera_conflict'
  | 'name_taken'
  | 'last_image'
  | 'version_conflict'
  | 'request_in_progress'
  | 'answer_forgotten'
  | 'not_authenticated'
  | 'forbidden'
  | 'route_not_found'
  | 'method_not_allowed'
  | 'disk_full'
  | 'body_too_slow'
  | 'client_gone'
  | 'throttled'
  | 'backend_unavailable';

/** Base class of this service's errors. The message is for the client, the cause for the log. */
export abstract class ServiceError extends Error {
  abstract readonly code: ErrorCode;
}

/** The request does not fit its schema; `problems` lists the places. */
export class RequestInvalidError extends ServiceError {
  readonly code = 'request_invalid';
  readonly problems: readonly FieldProblem[];
  constructor(problems: readonly FieldProblem[]) {
    super('The request does not fit its schema.');
    this.problems = problems;
  }
}

/**
 * An input picture can't be read or decoded: there is no such file, a URL fails, or the bytes are damaged.
 */
export class InputUnreadableError extends ServiceError {
  readonly code = 'input_unreadable';
}

/** No picture was given, or none of them can be used; `reasons` has a line for each. */
export class NoUsableImageError extends ServiceError {
  readonly code = 'no_usable_image';
  readonly reasons: readonly string[];
  constructor(message: string, reasons: readonly string[] = []) {
    super(message);
    this.reasons = reasons;
  }
}

/** The client has gone, and what is left of its work is dropped. Nobody reads the message. */
export class ClientGoneError extends ServiceError {
  readonly code = 'client_gone';
  constructor() {
    super('The client has gone.');
  }
}

/** A picture or a request is larger than its limit, in bytes or in pixels. */
export class InputTooLargeError extends ServiceError {
  readonly code = 'input_too_large';
}

/** The bytes are not of a picture format that we take. */
export class UnsupportedFormatError extends ServiceError {
  readonly code = 'unsupported_format';
}

/** A picture to enroll shows no face that can be used. */
export class NoFaceError extends ServiceError {
  readonly code = 'no_face';
}

/**
 * Returns true if the error is due to one picture. That picture will fail again, but others may be usable.
 */
export function isUnusablePicture(error: unknown): error is ServiceError {
  return (
    error instanceof NoFaceError ||
    error instanceof InputUnreadableError ||
    error instanceof InputTooLargeError ||
    error instanceof UnsupportedFormatError
  );
}

/** Creates the same error with the name of the picture that caused it. */
export function ofPicture(name: string, error: ServiceError): ServiceError {
  const Same = error.constructor as new (message: string, options: ErrorOptions) => ServiceError;
  return new Same(`${name}: ${error.message}`, { cause: error });
}

/** There is no blacklist entry of that id. */
export class EntryNotFoundError extends ServiceError {
  readonly code = 'entry_not_found';
  /** Id of the listed entry that it was merged into, where that was looked for. */
  readonly mergedInto: number | undefined;
  constructor(mergedInto?: number) {
    super('Blacklist entry not found');
    this.mergedInto = mergedInto;
  }
}

/** The entry has no reference image of that id. */
export class ImageNotFoundError extends ServiceError {
  readonly code = 'image_not_found';
  constructor() {
    super('Reference image not found');
  }
}

/** There is no processed picture of that id, or it does not have the requested copy. */
export class ProcessedNotFoundError extends ServiceError {
  readonly code = 'processed_not_found';
  constructor() {
    super('Processed image not found');
  }
}

/** No entry of that id was erased. */
export class ErasureNotFoundError extends ServiceError {
  readonly code = 'erasure_not_found';
  constructor() {
    super('Erasure not found');
  }
}

/** No faces are kept in which somebody could be found. */
export class LookBackOffError extends ServiceError {
  readonly code = 'look_back_off';
  constructor() {
    super(
      'No faces are kept for a look-back: LOOK_BACK_DAYS says for how many days they are to be (in AWS, -c lookBackDays).',
    );
  }
}

/** No camera has that name, or it gives no frames now. */
export class CameraNotFoundError extends ServiceError {
  readonly code = 'camera_not_found';
}

/** The camera, or the name for one, is in no state for that: it is paused, taken, or the operator's. */
export class CameraConflictError extends ServiceError {
  readonly code = 'camera_conflict';
}

/** Another blacklist entry has that name. */
export class NameTakenError extends ServiceError {
  readonly code = 'name_taken';
  constructor(name: string) {
    super(`Blacklist entry with name '${name}' already exists.`);
  }
}

/** An entry's last reference image can't be deleted alone. */
export class LastImageError extends ServiceError {
  readonly code = 'last_image';
  constructor() {
    super("This is the entry's last reference image: delete the entry instead, or add another image first.");
  }
}

/** Somebody else has changed the entry since the version that the request is for. */
export class VersionConflictError extends ServiceError {
  readonly code = 'version_conflict';
  readonly entryId: number;
  constructor(entry: {
    readonly id: number;
    readonly version: number;
    readonly updatedBy: string | null;
    readonly updatedDate: string | null;
  }) {
    const by = entry.updatedBy === null ? '' : ` by ${entry.updatedBy}`;
    const at = entry.updatedDate === null ? '' : ` at ${entry.updatedDate}`;
    const subject =
      entry.updatedDate === null ? `Entry ${entry.id}` : `Entry ${entry.id} was changed${by}${at}. It`;
    super(
      `${subject} has version ${entry.version}, not the one that this request is for: ` +
        'read the entry again, and send the request with its present version if it is still wanted.',
    );
    this.entryId = entry.id;
  }
}

/** The same request, with the same `Idempotency-Key`, is still being worked on. */
export class RequestInProgressError extends ServiceError {
  readonly code = 'request_in_progress';
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super('The first request with this Idempotency-Key is still being worked on. Send it again later.');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * The answer to the first request with this `Idempotency-Key` can't be told any more. A record of it was
 * deleted, or an entry that it tells of is deleted, suspended or has expired.
 */
export class AnswerForgottenError extends ServiceError {
  readonly code = 'answer_forgotten';
  constructor() {
    super(
      'The first request with this Idempotency-Key was answered, but told of an entry or a picture that was deleted since, or of an entry that nobody matches ' +
        'any more. Nothing was done again.',
    );
  }
}

/** The request has no token, or an unknown one. */
export class NotAuthenticatedError extends ServiceError {
  readonly code = 'not_authenticated';
  constructor() {
    super('Not authenticated');
  }
}

/** The caller may not do this, even with a valid token. */
export class ForbiddenError extends ServiceError {
  readonly code = 'forbidden';
}

/** No route has that path. */
export class RouteNotFoundError extends ServiceError {
  readonly code = 'route_not_found';
  constructor() {
    super('Not Found');
  }
}

/** The path exists, but not with that method; `allowed` lists its methods. */
export class MethodNotAllowedError extends ServiceError {
  readonly code = 'method_not_allowed';
  readonly allowed: readonly string[];
  constructor(allowed: readonly string[]) {
    super('Method Not Allowed');
    this.allowed = allowed;
  }
}

/** The disk has no room for new data. Deletions still work. */
export class DiskFullError extends ServiceError {
  readonly code = 'disk_full';
  constructor(options?: ErrorOptions) {
    super(
      'The disk is full: nothing more can be kept until something is deleted or the disk is enlarged.',
      options,
    );
  }
}

/** A request's body arrived so slowly, while others waited, that it lost its place. */
export class BodyTooSlowError extends ServiceError {
  readonly code = 'body_too_slow';
  constructor() {
    super('The body came too slowly while other requests waited. Try again.');
  }
}

/** A backend asks for fewer calls. */
export class ThrottledError extends ServiceError {
  readonly code = 'throttled';
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A backend or a store is down, or does not answer. */
export class BackendUnavailableError extends ServiceError {
  readonly code = 'backend_unavailable';
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Another request is at work on the same entry or picture. Nothing failed: sent again, it will be done. */
export class SimultaneousWorkError extends BackendUnavailableError {}

/** The file system that something is kept on takes no writes. Reading goes on. */
export class ReadOnlyDiskError extends BackendUnavailableError {
  /** @param kept what can't be written, as the first words of the message */
  constructor(kept: string, retryAfterSeconds: number, options?: ErrorOptions) {
    super(
      `${kept} can't be written: the file system is read-only. It is mounted so, or the system made it so after a failure of the disk.`,
      retryAfterSeconds,
      options,
    );
  }
}

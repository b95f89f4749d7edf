import {
  BackendUnavailableError,
  EntryNotFoundError,
  type ErrorCode,
  MethodNotAllowedError,
  NoUsableImageError,
  RequestInProgressError,
  RequestInvalidError,
  ServiceError,
  ThrottledError,
} from '../errors.ts';

/** Status of each error; nothing else chooses one. */
export const statusOf = {
  request_invalid: 422,
  input_unreadable: 400,
  no_usable_image: 400,
  input_too_large: 413,
  unsupported_format: 415,
  no_face: 400,
  entry_not_found: 404,
  image_not_found: 404,
  processed_not_found: 404,
  erasure_not_found: 404,
  look_back_off: 409,
  camera_not_found: 404,
  camera_conflict: 409,
  name_taken: 409,
  last_image: 409,
  version_conflict: 412,
  request_in_progress: 409,
  answer_forgotten: 410,
  not_authenticated: 401,
  forbidden: 403,
  route_not_found: 404,
  method_not_allowed: 405,
  disk_full: 507,
  body_too_slow: 408,
  // nginx's status for it.
  client_gone: 499,
  throttled: 429,
  backend_unavailable: 503,
} as const satisfies Record<ErrorCode, number>;

/** The answer for an error. */
export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly detail: unknown;
    readonly errors?: readonly string[];
    readonly merged_into?: number;
    readonly request_id?: string;
  };
}

/**
 * Turns an error into an answer in FastAPI's format. An error that is not ours shows only the request id,
 * under which the log has the details.
 */
export function problem(error: unknown, requestId: string): Problem {
  if (!(error instanceof ServiceError)) {
    return { status: 500, headers: {}, body: { detail: 'Internal Server Error', request_id: requestId } };
  }
  return { status: statusOf[error.code], headers: headersOf(error), body: bodyOf(error) };
}

function headersOf(error: ServiceError): Record<string, string> {
  if (
    error instanceof ThrottledError ||
    error instanceof BackendUnavailableError ||
    error instanceof RequestInProgressError
  ) {
    return { 'Retry-After': String(Math.max(1, Math.ceil(error.retryAfterSeconds))) };
  }
  if (error instanceof MethodNotAllowedError) return { Allow: error.allowed.join(', ') };
  return error.code === 'not_authenticated' ? { 'WWW-Authenticate': 'Bearer' } : {};
}

function bodyOf(error: ServiceError): Problem['body'] {
  if (error instanceof RequestInvalidError) return { detail: error.problems };
  if (error instanceof NoUsableImageError) {
    return { detail: [error.message, ...error.reasons].join(' '), errors: error.reasons };
  }
  if (error instanceof EntryNotFoundError && error.mergedInto !== undefined) {
    return { detail: error.message, merged_into: error.mergedInto };
  }
  return { detail: error.message };
}

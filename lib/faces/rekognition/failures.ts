import {
  BackendUnavailableError,
  InputTooLargeError,
  InputUnreadableError,
  type ServiceError,
} from '../../errors.ts';

/** Names of the service's errors for too many calls. */
const throttlingErrors = ['ProvisionedThroughputExceededException', 'ThrottlingException'];

/**
 * Node's codes for lost connections. ECONNREFUSED is not among them: where nothing listens, an immediate
 * retry is useless.
 */
const connectionErrors = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'];

/**
 * Seconds after which a client may try again: `soon` after failures that pass by themselves, `later` after
 * those that somebody must fix.
 */
const soon = 5;
const later = 60;

/** Parts of the SDK's and Node's errors that are used here. */
interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code: unknown;
  readonly httpStatus: number;
  readonly isClockSkewCorrected: boolean;
}

function failureOf(error: unknown): Failure {
  const { name, message, code, $metadata }: Partial<Failure> & { $metadata?: Record<string, unknown> } =
    error instanceof Error ? error : {};
  return {
    name: String(name),
    message: String(message),
    code,
    httpStatus: Number($metadata?.httpStatusCode ?? 0),
    isClockSkewCorrected: $metadata?.clockSkewCorrected === true,
  };
}

function meansThrottling({ name, httpStatus }: Failure): boolean {
  return throttlingErrors.includes(name) || httpStatus === 429;
}

/** Tells if the service reports too many calls. */
export function isThrottling(error: unknown): boolean {
  return meansThrottling(failureOf(error));
}

/**
 * Tells if the same call may succeed a moment later. AWS' SDK decides differently: it takes
 * `LimitExceededException`, an exhausted quota, for throttling.
 */
export function isRetryable(error: unknown): boolean {
  const failure = failureOf(error);
  return (
    meansThrottling(failure) ||
    failure.name === 'InternalServerError' ||
    failure.httpStatus >= 500 ||
    connectionErrors.includes(String(failure.code)) ||
    // The SDK reports a refused connection by this name too.
    (failure.name === 'TimeoutError' && failure.code !== 'ECONNREFUSED') ||
    // Our clock is wrong. The service's answer contained the time, and the SDK signs the next call with it.
    failure.isClockSkewCorrected
  );
}

/** Makes one of our errors of one of the SDK's, which becomes its cause. */
export function toServiceError(error: unknown): ServiceError {
  const failure = failureOf(error);
  const options = { cause: error };
  if (failure.name === 'InvalidImageFormatException') {
    return new InputUnreadableError('Rekognition cannot read the picture.', options);
  }
  if (failure.name === 'ImageTooLargeException' || failure.httpStatus === 413) {
    return new InputTooLargeError('The picture is too large for Rekognition.', options);
  }
  if (meansThrottling(failure)) {
    return new BackendUnavailableError('Rekognition is being asked too much.', soon, options);
  }
  if (isRetryable(error)) return new BackendUnavailableError('Rekognition does not answer.', soon, options);
  return new BackendUnavailableError('Rekognition cannot be used.', later, options);
}

/** Meanings of the service's errors that callers distinguish. */
export type MeantFailure =
  | 'no collection'
  | 'collection exists'
  | 'not allowed'
  | 'no face'
  | 'unknown face'
  | 'invalid parameters';

/** Returns the meaning of an error that `toServiceError` made; `undefined` for any other failure. */
export function meaningOf(error: unknown): MeantFailure | undefined {
  const { name, message } = failureOf(error instanceof Error ? error.cause : undefined);
  if (name === 'ResourceNotFoundException') return 'no collection';
  if (name === 'AccessDeniedException') return 'not allowed';
  if (name === 'ResourceAlreadyExistsException') return 'collection exists';
  if (name !== 'InvalidParameterException') return undefined;
  if (message.includes('was not found in the collection')) return 'unknown face';
  // CompareFaces gives no better reason when a picture shows nobody.
  return message.includes('no faces in the image') ? 'no face' : 'invalid parameters';
}

/** Ignores an absent collection: nobody was enrolled yet, so there is nothing to list or remove. */
export async function ignoringNoCollection<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (meaningOf(error) === 'no collection') return undefined;
    throw error;
  }
}

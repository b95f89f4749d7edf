import {
  BackendUnavailableError,
  InputTooLargeError,
  InputUnreadableError,
  type ServiceError,
} from '../../errors.ts';

/** The service's way to say that we call too often. */
const throttlingErrors = ['ProvisionedThroughputExceededException', 'ThrottlingException'];

/** Lost connections, by Node's codes. Where nothing listens (ECONNREFUSED), trying again at once is of no use. */
const connectionErrors = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'];

/** Seconds after which a client may try again: what passes by itself, and what somebody has to mend. */
const soon = 5;
const later = 60;

/** What is looked at of the SDK's errors and of Node's. */
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

function tellsOfThrottling({ name, httpStatus }: Failure): boolean {
  return throttlingErrors.includes(name) || httpStatus === 429;
}

/** Whether the service says that we call too often. */
export function isThrottling(error: unknown): boolean {
  return tellsOfThrottling(failureOf(error));
}

/**
 * Whether the same call may succeed a moment later: not what AWS' SDK takes for it, which counts `LimitExceededException`, a quota's end,
 * among the throttling errors.
 */
export function isRetryable(error: unknown): boolean {
  const failure = failureOf(error);
  return (
    tellsOfThrottling(failure) ||
    failure.name === 'InternalServerError' ||
    failure.httpStatus >= 500 ||
    connectionErrors.includes(String(failure.code)) ||
    // The SDK calls a refused connection so too.
    (failure.name === 'TimeoutError' && failure.code !== 'ECONNREFUSED') ||
    // Our clock is off: the service told us the time, with which the SDK signs the next call.
    failure.isClockSkewCorrected
  );
}

/** One of our errors for one of the SDK's, which is its cause. */
export function toServiceError(error: unknown): ServiceError {
  const failure = failureOf(error);
  const options = { cause: error };
  if (failure.name === 'InvalidImageFormatException') {
    return new InputUnreadableError('Rekognition cannot read the picture.', options);
  }
  if (failure.name === 'ImageTooLargeException' || failure.httpStatus === 413) {
    return new InputTooLargeError('The picture is too large for Rekognition.', options);
  }
  if (tellsOfThrottling(failure)) {
    return new BackendUnavailableError('Rekognition is being asked too much.', soon, options);
  }
  if (isRetryable(error)) return new BackendUnavailableError('Rekognition does not answer.', soon, options);
  return new BackendUnavailableError('Rekognition cannot be used.', later, options);
}

/** Answers of the service that mean something to whoever asked. */
export type MeantFailure = 'no collection' | 'collection exists' | 'no face' | 'invalid parameters';

/** What an error that `toServiceError` made means; `undefined` for any other failure. */
export function meaningOf(error: unknown): MeantFailure | undefined {
  const { name, message } = failureOf(error instanceof Error ? error.cause : undefined);
  if (name === 'ResourceNotFoundException') return 'no collection';
  if (name === 'ResourceAlreadyExistsException') return 'collection exists';
  if (name !== 'InvalidParameterException') return undefined;
  // CompareFaces says no more when a picture shows nobody.
  return message.includes('no faces in the image') ? 'no face' : 'invalid parameters';
}

import { idOf } from './collection-key.ts';

/** Errors that Rekognition models: their bodies carry `Code`, `Logref` and `Message`. */
const modelled = [
  'AccessDeniedException',
  'ConflictException',
  'ImageTooLargeException',
  'InternalServerError',
  'InvalidImageFormatException',
  'InvalidPaginationTokenException',
  'InvalidParameterException',
  'InvalidS3ObjectException',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'ResourceAlreadyExistsException',
  'ResourceNotFoundException',
  'ServiceQuotaExceededException',
  'ThrottlingException',
] as const;

/** Errors of AWS' common front end: their bodies carry `message` alone. */
type CommonErrorType =
  | 'MissingAuthenticationTokenException'
  | 'RequestEntityTooLargeException'
  | 'SerializationException'
  | 'UnknownOperationException'
  | 'ValidationException';

export type ErrorType = (typeof modelled)[number] | CommonErrorType;

/** Error answer of the service. */
export class RekognitionError extends Error {
  readonly type: ErrorType;

  constructor(type: ErrorType, message: string, options?: ErrorOptions) {
    super(message, options);
    this.type = type;
  }

  get status(): number {
    if (this.type === 'InternalServerError') return 500;
    return this.type === 'RequestEntityTooLargeException' ? 413 : 400;
  }

  /** Returns the answer's body in AWS JSON 1.1. `requestId` is a UUID. */
  body(requestId: string): object {
    const { type, message } = this;
    return modelled.some((name) => name === type)
      ? { __type: type, Code: type, Logref: requestId, Message: message }
      : { __type: type, message };
  }
}

// The messages are the service's own: its developer guide's page "Error handling", and answers that users
// have published.

export function collectionNotFound(key: string): RekognitionError {
  return new RekognitionError('ResourceNotFoundException', `The collection id: ${idOf(key)} does not exist`);
}

export function collectionExists(key: string): RekognitionError {
  return new RekognitionError(
    'ResourceAlreadyExistsException',
    `The collection id: ${idOf(key)} already exists`,
  );
}

export function invalidParameters(options?: ErrorOptions): RekognitionError {
  return new RekognitionError('InvalidParameterException', 'Request has invalid parameters', options);
}

export function noFaces(): RekognitionError {
  return new RekognitionError(
    'InvalidParameterException',
    'There are no faces in the image. Should be at least 1.',
  );
}

export function faceNotFound(): RekognitionError {
  return new RekognitionError('InvalidParameterException', 'faceId was not found in the collection.');
}

export function invalidImageFormat(options?: ErrorOptions): RekognitionError {
  return new RekognitionError('InvalidImageFormatException', 'Request has invalid image format', options);
}

export function imageTooLarge(options?: ErrorOptions): RekognitionError {
  return new RekognitionError('ImageTooLargeException', 'Image size is too large', options);
}

export function invalidS3Object(): RekognitionError {
  return new RekognitionError('InvalidS3ObjectException', 'Request has invalid S3 object');
}

export function unreadableS3Object(cause: unknown): RekognitionError {
  return new RekognitionError(
    'InvalidS3ObjectException',
    'Unable to get object metadata from S3. Check object key, region and/or access permissions.',
    { cause },
  );
}

export function invalidPaginationToken(): RekognitionError {
  return new RekognitionError('InvalidPaginationTokenException', 'Invalid Pagination Token');
}

export function throttled(
  type: 'ProvisionedThroughputExceededException' | 'ThrottlingException',
): RekognitionError {
  return new RekognitionError(
    type,
    type === 'ThrottlingException'
      ? 'Slow down; sudden increase in rate of requests.'
      : 'Provisioned Rate exceeded.',
  );
}

export function internalError(options?: ErrorOptions): RekognitionError {
  return new RekognitionError('InternalServerError', 'Internal server error', options);
}

/** Makes the error of a fault that was asked for by name. */
export function namedError(
  type: ErrorType,
  message = 'The emulator was told to answer so.',
): RekognitionError {
  return new RekognitionError(type, message);
}

export function notSerializable(message: string): RekognitionError {
  return new RekognitionError('SerializationException', message);
}

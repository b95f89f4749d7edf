import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BackendUnavailableError, InputTooLargeError } from '../../../lib/errors.ts';
import { internalError, notSerializable, RekognitionError, throttled } from './errors.ts';
import { isOperationName, type OperationName } from './operations.ts';

/** AWS JSON 1.1, https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export const contentType = 'application/x-amz-json-1.1';
const targetPrefix = 'RekognitionService.';

/**
 * The operation that a request is for.
 * @throws RekognitionError `MissingAuthenticationTokenException` without an `Authorization` header, whose signature is not verified;
 * `UnknownOperationException` when it is none of ours.
 */
export function readTarget({ method, url, headers }: IncomingMessage): OperationName {
  if (!headers.authorization) {
    throw new RekognitionError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const target = String(headers['x-amz-target'] ?? '');
  const name = target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : undefined;
  const isJson = headers['content-type']?.startsWith(contentType);
  if (method !== 'POST' || url !== '/' || !isJson || !isOperationName(name)) {
    throw new RekognitionError('UnknownOperationException', 'The emulator has no such operation.');
  }
  return name;
}

/** The region in the credential scope of the signature, `us-east-1` where there is none. */
export function readRegion({ authorization }: IncomingHttpHeaders): string {
  return /Credential=[^/\s]+\/\d{8}\/([a-z0-9-]+)\//.exec(authorization ?? '')?.[1] ?? 'us-east-1';
}

/**
 * The request's parameters; those that are null count as absent.
 * @throws RekognitionError `SerializationException`
 */
export function readInput(body: Buffer): unknown {
  let input: unknown;
  try {
    input = JSON.parse(body.toString() || '{}', (_key, value) => value ?? undefined);
  } catch {
    throw notSerializable('The request is not valid JSON.');
  }
  if (typeof input !== 'object' || Array.isArray(input)) {
    throw notSerializable('The request is not a JSON object.');
  }
  return input;
}

/** What went wrong, in the service's terms. Only an `InternalServerError` is a fault of the emulator. */
export function toRekognitionError(error: unknown): RekognitionError {
  if (error instanceof RekognitionError) return error;
  if (error instanceof InputTooLargeError) {
    return new RekognitionError('RequestEntityTooLargeException', 'The request is too large.');
  }
  // Too many requests at once, or the engine is down.
  if (error instanceof BackendUnavailableError) return throttled('ThrottlingException');
  return internalError({ cause: error });
}

import { InputTooLargeError } from '../errors.ts';

/** Creates the error for a picture that has more bytes than the limit. */
export function pictureTooLarge(maxBytes: number): InputTooLargeError {
  return new InputTooLargeError(`The picture is larger than ${maxBytes} bytes.`);
}

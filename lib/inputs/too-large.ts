import { InputTooLargeError } from '../errors.ts';

/** What is thrown for a picture whose bytes are more than the limit. */
export function pictureTooLarge(maxBytes: number): InputTooLargeError {
  return new InputTooLargeError(`The picture is larger than ${maxBytes} bytes.`);
}

import { InputUnreadableError, isUnusablePicture } from '../errors.ts';

/** Bytes of files that were read for somebody who may not learn which files there are. */
const withheld = new WeakSet<Uint8Array>();

/** Returns the one error for every path that gives no picture. */
export function noSuchPicture(cause?: unknown): InputUnreadableError {
  return new InputUnreadableError(
    'There is no readable picture file of that path below the folder that IMAGE_ROOT names.',
    { cause },
  );
}

/** Marks a file's bytes: should they be no picture, the error is that of a file that is absent. */
export function withhold(bytes: Uint8Array): void {
  withheld.add(bytes);
}

/**
 * Does a step of opening a picture.
 * @throws InputUnreadableError in place of every error that would tell what kind of file it is
 */
export async function opening<T>(bytes: Uint8Array, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw withheld.has(bytes) && isUnusablePicture(error) ? noSuchPicture(error) : error;
  }
}

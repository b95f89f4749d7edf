import { hash } from 'node:crypto';
import type { Box } from '../contract/shapes.ts';
import type { PictureSlots } from '../inputs/port.ts';
import { log } from '../log.ts';
import { smallerKey } from './key.ts';
import type { ImageStore } from './port.ts';
import { type SmallerOptions, smallerPicture } from './smaller.ts';

/** Raised when smaller pictures are made in another way: those that were kept before are made anew. */
const edition = 1;
const startOfImage = Buffer.from([0xff, 0xd8]);
const commentMarker = Buffer.from([0xff, 0xfe]);
const hashLength = 64;

/**
 * Returns a smaller picture of a stored one, which is made once and kept beside it. Nothing of it stays once
 * the stored one is gone, or `isShown` denies it.
 * @param isShown tells if the records still show the stored picture
 * @returns its JPEG; `undefined` if the stored picture is not there
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError
 * @throws BackendUnavailableError, ThrottledError
 */
export async function keptSmaller(
  { images, pictureSlots }: { readonly images: ImageStore; readonly pictureSlots: PictureSlots },
  key: string,
  options: SmallerOptions,
  isShown: () => Promise<boolean>,
): Promise<Uint8Array | undefined> {
  const smaller = smallerKey(key, options.size, options.box !== null);
  const comment = commentBefore(options.box);
  // One that outlived its original, as after a crash, is shown no more.
  const [kept, isThere] = await Promise.all([images.get(smaller), images.has(key)]);
  if (!isThere) return undefined;
  if (kept && startsWith(kept, comment)) return kept;
  const original = await images.get(key);
  if (!original) return undefined;
  const bytes = withComment(await smallerPicture(original, options, pictureSlots), comment, original);
  await keep(images, key, { smaller, bytes }, isShown);
  return bytes;
}

/**
 * Keeps a smaller picture. A deletion may have looked for it just before: it is taken back where the other
 * picture is gone, or about to go. Without room it is not kept, and made again next time.
 */
async function keep(
  images: ImageStore,
  key: string,
  { smaller, bytes }: { readonly smaller: string; readonly bytes: Uint8Array },
  isShown: () => Promise<boolean>,
): Promise<void> {
  try {
    await images.put(smaller, bytes, 'image/jpeg');
    const stays = async () => (await images.has(key)) && (await isShown());
    if (!(await stays().catch(() => false))) await images.erase(smaller);
  } catch (err) {
    // The sweep removes one whose original is gone.
    log().warn({ err }, 'A smaller picture could not be kept.');
  }
}

/**
 * Makes the beginning of a smaller picture's comment. It tells how the picture was made: another detector may
 * have found the face elsewhere.
 */
function commentBefore(box: Box | null): Buffer {
  const face = box ? ` ${box.x},${box.y},${box.w},${box.h}` : '';
  const text = Buffer.from(`face-blacklist ${edition}${face} of `, 'latin1');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(length.length + text.length + hashLength);
  return Buffer.concat([commentMarker, length, text]);
}

/** Puts the comment before everything else of a JPEG, with the hash of its original at the end. */
function withComment(jpeg: Uint8Array, comment: Buffer, original: Uint8Array): Uint8Array {
  const rest = jpeg.subarray(startOfImage.length);
  return Buffer.concat([startOfImage, comment, Buffer.from(originalHash(original), 'latin1'), rest]);
}

function startsWith(jpeg: Uint8Array, comment: Buffer): boolean {
  const start = startOfImage.length;
  return comment.equals(jpeg.subarray(start, start + comment.length));
}

/** Names an original in its smaller pictures, by which the check of an erasure finds them. */
export function originalHash(original: Uint8Array): string {
  return hash('sha256', original);
}

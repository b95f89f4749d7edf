import type { Box } from '../../contract/shapes.ts';
import { isUnusablePicture } from '../../errors.ts';
import type { Picture } from '../../inputs/picture.ts';
import type { Frame } from './geometry.ts';

/**
 * Limits on the bytes and sides of a picture in a call,
 * https://docs.aws.amazon.com/rekognition/latest/dg/limits.html
 */
const maxSentBytes = 5 * 1024 * 1024;
export const minSide = 80;

/**
 * Longer side of a picture that must be encoded again, in pixels. The service finds faces of about 2% of the
 * picture's side or more, so more pixels would show it no more faces. JPEG's own limit is 65,535.
 */
const maxSide = 4096;
const jpegQuality = 92;
/** Scale of each further attempt: half as many pixels. */
const shrinking = Math.SQRT1_2;

/** A picture as it is sent: JPEG or PNG, within Rekognition's limits. */
export interface SentPicture {
  readonly bytes: Uint8Array;
  readonly frame: Frame;
}

/**
 * Sends the whole picture by some calls. Its original bytes are sent if the service should accept them and
 * see the same picture in them; otherwise it is encoded again as JPEG. Originals that the service refuses all
 * the same are encoded again too, and sent once more: its decoder is stricter than ours.
 * @param send makes the calls, at most twice
 * @throws the errors of `send`
 */
export async function sendWhole<Result>(
  picture: Picture,
  send: (sent: SentPicture) => Promise<Result>,
): Promise<Result> {
  const { width, height, original: bytes } = picture;
  const frame = { x: 0, y: 0, width, height };
  if (isTakenAsItIs(picture)) {
    try {
      return await send({ bytes, frame });
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  return send(await encode(picture.pixels, frame));
}

/** Returns true if the service could not read the picture, or found it too large. */
function isRefusal(error: unknown): boolean {
  return isUnusablePicture(error) && (error.code === 'input_unreadable' || error.code === 'input_too_large');
}

/**
 * Encodes a part of the picture, with the other faces painted over. The service takes the largest face, so
 * the intended face must be the largest that is left.
 */
export async function encodePart(
  picture: Picture,
  frame: Frame,
  face: Box,
  others: readonly Box[],
): Promise<SentPicture> {
  const pixels = cut(picture, frame);
  for (const other of others) paintOver(pixels, frame, other, face);
  return encode(pixels, frame);
}

function isTakenAsItIs({ format, original, width, height }: Picture): boolean {
  if (original.length > maxSentBytes || Math.min(width, height) < minSide) return false;
  // Exif data can turn a picture, and the service reads it only in JPEG.
  const isSeenAlike = format === 'jpeg' || (format === 'png' && !hasPngExif(original));
  return isSeenAlike && hasEnd(format, original);
}

/**
 * Tells if the file has its format's proper end. We accept files without one, but the service may refuse
 * them.
 */
function hasEnd(format: 'jpeg' | 'png', file: Uint8Array): boolean {
  const end = Buffer.from(file.subarray(-8)).toString('latin1');
  return format === 'jpeg' ? end.endsWith('\xff\xd9') : end.startsWith('IEND');
}

/**
 * Tells if a PNG has a chunk of Exif data. A chunk has 4 bytes of length, 4 of type, its data, and 4 of
 * checksum.
 */
function hasPngExif(png: Uint8Array): boolean {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'eXIf') return true;
  }
  return false;
}

/**
 * Encodes a frame's pixels as JPEG. It reduces them until the service accepts the size in bytes, and pads
 * small frames on the right and below.
 */
async function encode(pixels: Uint8Array, frame: Frame): Promise<SentPicture> {
  // It is imported late, so that functions that send no pictures are bundled without it.
  const { default: sharp } = await import('sharp');
  const raw = { width: frame.width, height: frame.height, channels: 3 } as const;
  for (let scale = Math.min(1, maxSide / Math.max(raw.width, raw.height)); ; scale *= shrinking) {
    const width = Math.max(1, Math.round(raw.width * scale));
    const height = Math.max(1, Math.round(raw.height * scale));
    const right = Math.max(0, minSide - width);
    const bottom = Math.max(0, minSide - height);
    const bytes = await sharp(pixels, { raw })
      .resize({ width, height, fit: 'fill' })
      .extend({ right, bottom, background: 'gray' })
      .jpeg({ quality: jpegQuality })
      .toBuffer();
    if (bytes.length > maxSentBytes) continue;
    return {
      bytes,
      frame: {
        ...frame,
        width: ((width + right) * raw.width) / width,
        height: ((height + bottom) * raw.height) / height,
      },
    };
  }
}

function cut(picture: Picture, frame: Frame): Uint8Array {
  const cutOut = new Uint8Array(3 * frame.width * frame.height);
  for (let row = 0; row < frame.height; row++) {
    const start = 3 * ((frame.y + row) * picture.width + frame.x);
    cutOut.set(picture.pixels.subarray(start, start + 3 * frame.width), 3 * row * frame.width);
  }
  return cutOut;
}

/** Paints a box of the picture gray, except where it overlaps the box to keep. */
function paintOver(pixels: Uint8Array, frame: Frame, box: Box, keep: Box): void {
  const left = Math.max(0, box.x - frame.x);
  const right = Math.min(frame.width, box.x + box.w - frame.x);
  const top = Math.max(0, box.y - frame.y);
  const bottom = Math.min(frame.height, box.y + box.h - frame.y);
  for (let row = top; row < bottom; row++) {
    const fill = (from: number, to: number) => {
      if (from < to) pixels.fill(128, 3 * (row * frame.width + from), 3 * (row * frame.width + to));
    };
    const isBeside = frame.y + row < keep.y || frame.y + row >= keep.y + keep.h;
    if (isBeside) fill(left, right);
    else {
      fill(left, Math.min(right, keep.x - frame.x));
      fill(Math.max(left, keep.x + keep.w - frame.x), right);
    }
  }
}

import type { Box } from '../../contract/shapes.ts';
import type { Picture } from '../../inputs/picture.ts';
import type { Frame } from './geometry.ts';

/** What Rekognition takes as bytes in a call, https://docs.aws.amazon.com/rekognition/latest/dg/limits.html */
const maxSentBytes = 5 * 1024 * 1024;
export const minSide = 80;

/**
 * The longer side of a picture that has to be encoded again, in pixels. The service finds faces from about 2% of the picture's side on,
 * so that more pixels show it no more faces; JPEG ends at 65,535.
 */
const maxSide = 4096;
const jpegQuality = 92;
/** Half as many pixels at each further try. */
const shrinking = Math.SQRT1_2;

/** A picture as it is sent: JPEG or PNG within Rekognition's limits. */
export interface SentPicture {
  readonly bytes: Uint8Array;
  readonly frame: Frame;
}

/** The whole picture: the bytes that came where the service takes them and sees the same in them, else once more as JPEG. */
export async function encodeWhole(picture: Picture): Promise<SentPicture> {
  const { width, height, original } = picture;
  const frame = { x: 0, y: 0, width, height };
  return isTakenAsItIs(picture) ? { bytes: original, frame } : encode(picture.pixels, frame);
}

/** A part of the picture, in which the other faces are painted over, so that the largest left is the one that is meant. */
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
  // Of Exif data, which may turn the picture, the service heeds JPEG's alone.
  const isSeenAlike = format === 'jpeg' || (format === 'png' && !hasPngExif(original));
  return isSeenAlike && hasEnd(format, original);
}

/** Tells if the file ends as its format has it: we take one that does not, the service may refuse it. */
function hasEnd(format: 'jpeg' | 'png', file: Uint8Array): boolean {
  const end = Buffer.from(file.subarray(-8)).toString('latin1');
  return format === 'jpeg' ? end.endsWith('\xff\xd9') : end.startsWith('IEND');
}

/** Whether a PNG has a chunk of Exif data. A chunk is its length in 4 bytes, its type in 4, its data, and a checksum in 4. */
function hasPngExif(png: Uint8Array): boolean {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'eXIf') return true;
  }
  return false;
}

/** Encodes a frame's pixels as JPEG: reduced until the service takes so many bytes, and filled up on the right and below if too small. */
async function encode(pixels: Uint8Array, frame: Frame): Promise<SentPicture> {
  // Imported where it is needed: functions that send no pictures are bundled without it.
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

/** Makes a box of the picture gray, all but what it shares with the box to keep. */
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

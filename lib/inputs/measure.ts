import sharp, { type Metadata } from 'sharp';
import { InputTooLargeError, InputUnreadableError, UnsupportedFormatError } from '../errors.ts';
import { firstFrame } from './gif.ts';
import type { PictureFormat } from './picture.ts';
import { essentialChunks, profileBytes } from './png.ts';
import { wholeRiff } from './webp.ts';
import { opening } from './withheld-files.ts';

/**
 * Limit on pixels: 50 megapixels as phones and medium format cameras have them (8192 x 6144, 8256 x 6192),
 * 157 MB once decoded.
 */
const maxPixels = 50 * 2 ** 20;
/**
 * Longest side in pixels. The decoders' memory grows with the length of a row, whatever the number of rows.
 */
const maxSide = 16_384;
/** Largest ratio of the longer side to the shorter one. */
const maxAspect = 100;

/** A picture of which only the header was read. */
export interface MeasuredPicture {
  /** Bytes as they were sent. */
  readonly original: Uint8Array;
  /** Bytes for the decoder: the same picture without parts that no decoder should read. */
  readonly decodable: Uint8Array;
  readonly format: PictureFormat;
  /** Exif's orientation, 1..8. */
  readonly orientation: number;
  /** Number of pixels, width times height. */
  readonly pixelCount: number;
  /** Width and height of the upright picture, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Peak of the memory for decoding it and for all later work on it. */
  readonly memoryBytes: number;
}

/**
 * Reads a picture's header, and estimates the memory that the picture will take. The first bytes tell the
 * format, not a name.
 * @throws UnsupportedFormatError when the bytes are of another format.
 * @throws InputTooLargeError for more than 50 megapixels, a side of more than 16,384 pixels, or an aspect
 * beyond 1:100.
 * @throws InputUnreadableError when it is empty, or its header is cut off or damaged.
 */
export function measurePicture(bytes: Uint8Array): Promise<MeasuredPicture> {
  return opening(bytes, () => measure(bytes));
}

async function measure(bytes: Uint8Array): Promise<MeasuredPicture> {
  if (bytes.length === 0) throw new InputUnreadableError('The picture is empty.');
  const format = formatOf(bytes);
  if (format === undefined) {
    throw new UnsupportedFormatError('The picture is not in a format that is taken: JPEG, PNG, WebP or GIF.');
  }
  const decodable = prepare[format](bytes);
  const header = await readHeader(decodable);
  checkSize(header);
  const { orientation = 1 } = header;
  return {
    original: bytes,
    decodable,
    format,
    orientation,
    pixelCount: header.width * header.height,
    ...(orientation >= 5 && orientation <= 8
      ? { width: header.height, height: header.width }
      : { width: header.width, height: header.height }),
    memoryBytes: workingBytes(header, decodable),
  };
}

/** Returns true if only the pixels tell what is upright: the file's own order is turned by its metadata. */
export function isTurned({ orientation }: Pick<MeasuredPicture, 'orientation'>): boolean {
  return orientation >= 2 && orientation <= 8;
}

/** Detects the format by the first bytes. Returns `undefined` for formats that are not accepted. */
function formatOf(bytes: Uint8Array): PictureFormat | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'webp';
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'gif';
  return undefined;
}

/** Functions that remove costly parts that show nothing, and complete a file that lacks only its end. */
const prepare: Readonly<Record<PictureFormat, (bytes: Uint8Array) => Uint8Array>> = {
  jpeg: (bytes) => bytes,
  png: essentialChunks,
  webp: wholeRiff,
  gif: firstFrame,
};

async function readHeader(bytes: Uint8Array): Promise<Metadata> {
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (cause) {
    throw new InputUnreadableError('The picture is damaged or cut off.', { cause });
  }
}

/**
 * Checks the picture's size against the limits.
 * @throws InputTooLargeError
 */
function checkSize({ width, height }: Metadata): void {
  const is = `The picture is ${width} x ${height} pixels`;
  if (width * height > maxPixels) throw new InputTooLargeError(`${is}, which is more than 50 megapixels.`);
  if (Math.max(width, height) > maxSide) {
    throw new InputTooLargeError(`${is}: a side may have ${maxSide} at most.`);
  }
  if (Math.max(width, height) > maxAspect * Math.min(width, height)) {
    throw new InputTooLargeError(`${is}: one side may be ${maxAspect} times as long as the other at most.`);
  }
}

/** Decoded pixels: 8-bit RGB. */
const pixelBytes = 3;
/**
 * Bytes a pixel for the work on a picture: its pixels, the engine's copies at full and smaller sizes, and
 * uncollected garbage.
 */
const workedOnBytes = 3 * pixelBytes + 1;
/** Number of rows that libvips keeps of a picture that it reads from top to bottom. */
const keptRows = 512;
/** Bytes that each picture takes besides its pixels: loaded code, faces, and a JPEG that is written. */
const fixedBytes = 8 * 2 ** 20;

/**
 * Estimates the peak of memory for decoding and working, in bytes.
 *
 * It was measured with pictures of 48 megapixels, in bytes a pixel, with the output. PNG took 3, interlaced
 * with 16-bit RGBA 11. JPEG took 3, progressive 9, progressive with four channels 11. WebP took 8, animated
 * 12; GIF took 7, and a turned picture 6.
 */
export function workingBytes(
  header: Pick<
    Metadata,
    'width' | 'height' | 'channels' | 'depth' | 'format' | 'isProgressive' | 'pages' | 'orientation'
  >,
  encoded: Uint8Array,
): number {
  const { width, height, channels, depth, orientation = 1 } = header;
  const sampleBytes = depth === 'ushort' ? 2 : 1;
  const decoding = pixelBytes + decoderBytes(header, sampleBytes);
  const turning = orientation > 1 ? 2 * pixelBytes : 0;
  const rows = keptRows * width * channels * sampleBytes;
  // Exif data, profiles and the like exist twice: as read, and as passed on.
  const embedded = 3 * encoded.length + (header.format === 'png' ? profileBytes(encoded) : 0);
  return fixedBytes + embedded + rows + width * height * Math.max(decoding, turning, workedOnBytes);
}

/** Returns the memory in which a decoder holds a whole picture, in bytes a pixel. */
function decoderBytes(
  {
    format,
    isProgressive,
    channels,
    pages = 1,
  }: Pick<Metadata, 'format' | 'isProgressive' | 'channels' | 'pages'>,
  sampleBytes: number,
): number {
  switch (format) {
    case 'jpeg':
      return isProgressive ? 2 * channels : 0; // coefficients of 16 bits
    case 'png':
      return isProgressive ? sampleBytes * channels : 0;
    case 'webp':
      return pages > 1 ? 9 : 5;
    default:
      return 5;
  }
}

import sharp from 'sharp';
import { joinInTurns } from '../bytes-in-turns.ts';
import { isTurned, type MeasuredPicture } from './measure.ts';
import type { Picture, PictureFormat } from './picture.ts';
import { nextMarker } from './scan-bits.ts';

/** The bytes of a container are not as its format has them. */
class UnknownContainerError extends Error {}

/** A picture that has to be written anew keeps nearly all of its looks. */
const jpegOptions = { quality: 95, chromaSubsampling: '4:4:4' } as const;

/**
 * Returns a picture's bytes without Exif data (and with it places, times and thumbnails), XMP, texts,
 * comments, and what follows its end.
 * Pixels stay as they are, bit by bit, unless metadata turns the picture: then its upright pixels are written
 * anew.
 * @param decode gives its upright pixels; it is called only where they are needed.
 * @throws what `decode` throws, and sharp's errors.
 */
export async function withoutMetadata(
  picture: Pick<MeasuredPicture, 'original' | 'format' | 'orientation'>,
  decode: () => Promise<Picture>,
): Promise<Uint8Array> {
  if (!isTurned(picture)) {
    try {
      return await joinInTurns(strip[picture.format](bufferOf(picture.original)));
    } catch (error) {
      if (!(error instanceof UnknownContainerError)) throw error;
    }
  }
  const { pixels, width, height } = await decode();
  const upright = sharp(pixels, { raw: { width, height, channels: 3 } });
  switch (picture.format) {
    case 'png':
      return upright.png().toBuffer();
    case 'webp':
      return upright.webp({ quality: 95 }).toBuffer();
    case 'gif':
      return upright.gif().toBuffer();
    default:
      return upright.jpeg(jpegOptions).toBuffer();
  }
}

/** Lists the parts of a picture that stay. */
const strip: Readonly<Record<PictureFormat, (bytes: Buffer) => Buffer[]>> = {
  jpeg: stripJpeg,
  png: stripPng,
  webp: stripWebp,
  gif: stripGif,
};

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** ITU-T T.81, table B.1. */
const jpeg = { start: 0xd8, end: 0xd9, scan: 0xda, comment: 0xfe, firstApp: 0xe0, lastApp: 0xef } as const;

/**
 * Keeps the segments that pixels are made from, and of the others those that colours are: the profile, and
 * Adobe's word on how channels are mixed.
 */
function stripJpeg(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [bytes.subarray(0, 2)];
  for (let at = 2; ; ) {
    const marker = nextMarker(bytes, at);
    const code = bytes[marker + 1];
    // Codes of pixels lie between a scan's head and the next marker.
    parts.push(bytes.subarray(at, marker));
    if (code === undefined) return parts;
    if (code === jpeg.end) return [...parts, Buffer.of(0xff, jpeg.end)];
    const standsAlone = code === 0x01 || (code >= 0xd0 && code <= jpeg.start);
    const end = standsAlone ? marker + 2 : endOfSegment(bytes, marker);
    if (code !== jpeg.start) parts.push(keptSegment(code, bytes.subarray(marker, end)));
    at = end;
  }
}

function endOfSegment(bytes: Buffer, marker: number): number {
  const length = marker + 4 <= bytes.length ? bytes.readUInt16BE(marker + 2) : 0;
  if (length < 2 || marker + 2 + length > bytes.length) throw new UnknownContainerError();
  return marker + 2 + length;
}

const nothing = Buffer.alloc(0);

function keptSegment(code: number, segment: Buffer): Buffer {
  if (code === jpeg.comment) return nothing;
  if (code < jpeg.firstApp || code > jpeg.lastApp) return segment;
  const name = segment.toString('latin1', 4, 16);
  if (code === jpeg.firstApp && name.startsWith('JFIF\0')) return withoutThumbnail(segment);
  if (code === 0xe2 && name.startsWith('ICC_PROFILE\0')) return segment;
  return code === 0xee && name.startsWith('Adobe') ? segment : nothing;
}

/** A JFIF head is 16 bytes, with the size of a thumbnail at its end, and then that. */
function withoutThumbnail(segment: Buffer): Buffer {
  if (segment.length < 18) return nothing;
  const head = Buffer.from(segment.subarray(0, 18));
  head.writeUInt16BE(16, 2);
  head.writeUInt16BE(0, 16);
  return head;
}

/** By which a picture looks as it does, https://www.w3.org/TR/png-3/#11Chunks. */
const pngChunks = new Set(
  'IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI pHYs bKGD'.split(' '),
);

function stripPng(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [bytes.subarray(0, 8)];
  for (let start = 8; start + 12 <= bytes.length; ) {
    const end = start + 12 + bytes.readUInt32BE(start);
    const type = bytes.toString('latin1', start + 4, start + 8);
    if (end > bytes.length) throw new UnknownContainerError();
    if (pngChunks.has(type)) parts.push(bytes.subarray(start, end));
    if (type === 'IEND') return parts;
    start = end;
  }
  throw new UnknownContainerError();
}

const webpChunks = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
/** Flags of the extended head for Exif data and XMP. */
const webpMetadataFlags = 0x0c;

function stripWebp(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  const riffEnd = Math.min(bytes.length, 8 + bytes.readUInt32LE(4));
  for (let start = 12; start + 8 <= riffEnd; ) {
    const length = bytes.readUInt32LE(start + 4);
    const end = start + 8 + length + (length % 2);
    if (end > bytes.length) throw new UnknownContainerError();
    const type = bytes.toString('latin1', start, start + 4);
    const isHead = type === 'VP8X';
    const chunk = isHead ? Buffer.from(bytes.subarray(start, end)) : bytes.subarray(start, end);
    if (isHead) chunk[8] = (chunk[8] as number) & ~webpMetadataFlags;
    if (webpChunks.has(type)) parts.push(chunk);
    start = end;
  }
  if (parts.length === 0) throw new UnknownContainerError();
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(4 + parts.reduce((sum, { length }) => sum + length, 0), 4);
  return [head, ...parts];
}

/** https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
const gif = { extension: 0x21, image: 0x2c, trailer: 0x3b, graphics: 0xf9, application: 0xff } as const;

function stripGif(bytes: Buffer): Buffer[] {
  let at = 13 + colourBytes(bytes[10]);
  const parts: Buffer[] = [bytes.subarray(0, at)];
  while (at < bytes.length) {
    const start = at;
    if (bytes[at] === gif.trailer) break;
    if (bytes[at] === gif.image) {
      at = endOfBlocks(bytes, at + 11 + colourBytes(bytes[at + 9]));
      parts.push(bytes.subarray(start, at));
    } else if (bytes[at] === gif.extension) {
      at = endOfBlocks(bytes, at + 2);
      const label = bytes[start + 1];
      const isLoop =
        label === gif.application && bytes.toString('latin1', start + 3, start + 14) === 'NETSCAPE2.0';
      if (label === gif.graphics || isLoop) parts.push(bytes.subarray(start, at));
    } else throw new UnknownContainerError();
  }
  return [...parts, Buffer.of(gif.trailer)];
}

function colourBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

function endOfBlocks(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] as number);
  if (at >= bytes.length) throw new UnknownContainerError();
  return at + 1;
}

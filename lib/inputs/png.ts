import { crc32 } from 'node:zlib';

/**
 * Chunks that determine a picture's look, https://www.w3.org/TR/png-3/#11Chunks. Others are dropped, because
 * texts alone can take gigabytes once they are inflated.
 */
const essential = new Set(
  'IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI eXIf pHYs'.split(' '),
);
const signatureBytes = 8;
/** Bytes of a chunk besides its data: length and type before it, checksum after it. */
const frameBytes = 12;

interface Chunk {
  readonly type: string;
  /** Offsets of the chunk's start, at its length, and of its end, after its checksum. */
  readonly start: number;
  readonly end: number;
  /** Length of its data, as the chunk declares it. */
  readonly length: number;
}

/** Chunks up to the end of the picture, or of the bytes; the last may go beyond these. */
function* chunksOf(png: Buffer): Generator<Chunk> {
  for (let start = signatureBytes; start + 8 <= png.length; ) {
    const length = png.readUInt32BE(start);
    const type = png.toString('latin1', start + 4, start + 8);
    const end = start + frameBytes + length;
    yield { type, start, end, length };
    if (type === 'IEND') return;
    start = end;
  }
}

/**
 * Removes chunks that do not change a PNG's look, such as texts, and bytes after its end. A file that is cut
 * off in or after its pixel data gets an end; the decoder then finds out if a pixel is missing.
 * @returns the same bytes if nothing has to change
 */
export function essentialChunks(bytes: Uint8Array): Uint8Array {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = [...chunksOf(png)];
  const last = chunks.at(-1);
  const isWhole = last?.type === 'IEND' && last.end === png.length;
  if (!last || (isWhole && chunks.every(({ type }) => essential.has(type)))) return bytes;

  const parts = [png.subarray(0, signatureBytes)];
  for (const { type, start, end, length } of chunks) {
    if (!essential.has(type) || type === 'IEND') continue;
    if (end <= png.length) parts.push(png.subarray(start, end));
    else if (type === 'IDAT') parts.push(chunk(type, png.subarray(start + 8, start + 8 + length)));
    else return bytes;
  }
  if (chunks.some(({ type }) => type === 'IDAT')) parts.push(chunk('IEND', new Uint8Array()));
  return Buffer.concat(parts);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length, 0);
  head.write(type, 4, 'latin1');
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(data, crc32(head.subarray(4))));
  return Buffer.concat([head, data, checksum]);
}

/** Limit of deflate on the bytes that one byte becomes, https://www.zlib.net/zlib_tech.html. */
const maxInflation = 1032;
/** Limit of libvips on a chunk, in bytes. */
const maxProfileBytes = 60_000_000;

/** Returns the largest number of bytes that a PNG's colour profile can take, inflated and copied. */
export function profileBytes(bytes: Uint8Array): number {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const { type, length } of chunksOf(png)) {
    if (type === 'iCCP') return 2 * Math.min(length * maxInflation, maxProfileBytes);
  }
  return 0;
}

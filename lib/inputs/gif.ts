import { InputUnreadableError } from '../errors.ts';

const extension = 0x21;
const image = 0x2c;
const trailer = 0x3b;
const maxCodeBits = 12;

/**
 * Extracts the first frame from a GIF, https://www.w3.org/Graphics/GIF/spec-gif89a.txt: the others would take
 * time and memory, and are not used. A file that breaks off gets an end, if no pixel is missing.
 * @returns the unchanged bytes if there is no such frame; the decoder then finds the reason
 * @throws InputUnreadableError when pixels of the frame are missing
 */
export function firstFrame(bytes: Uint8Array): Uint8Array {
  const gif = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 13 + tableBytes(gif[10]);
  while (gif[at] === extension) at = endOfBlocks(gif, at + 2);
  if (gif[at] !== image || at + 11 > gif.length) return bytes;
  const pixels = gif.readUInt16LE(at + 5) * gif.readUInt16LE(at + 7);
  const codeSize = at + 10 + tableBytes(gif[at + 9]);
  const data = joinBlocks(gif, codeSize + 1);
  const ended = withEndCode(data, gif[codeSize] ?? 0, pixels);
  if (ended === undefined) throw new InputUnreadableError('The picture is damaged or cut off.');
  return Buffer.concat([gif.subarray(0, codeSize + 1), blocksOf(ended), Buffer.of(0, trailer)]);
}

/** Returns the size of a colour table, from the byte of flags before it. */
function tableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

/**
 * Returns the offset after the empty block that ends a series of blocks. It is beyond the data if there is no
 * such block.
 */
function endOfBlocks(gif: Buffer, start: number): number {
  let at = start;
  while (at < gif.length && gif[at] !== 0) at += 1 + (gif[at] as number);
  return at + 1;
}

function joinBlocks(gif: Buffer, start: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = start; at < gif.length && gif[at] !== 0; at += 1 + (gif[at] as number)) {
    blocks.push(gif.subarray(at + 1, at + 1 + (gif[at] as number)));
  }
  return Buffer.concat(blocks);
}

function blocksOf(data: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < data.length; at += 255) {
    const block = data.subarray(at, at + 255);
    blocks.push(Buffer.of(block.length), block);
  }
  return Buffer.concat(blocks);
}

/**
 * Counts the pixels that LZW codes stand for, by the lengths of their strings alone, and writes the code that
 * ends them after the last.
 * @returns `undefined` when there are fewer than wanted.
 */
function withEndCode(data: Uint8Array, minimumBits: number, wanted: number): Buffer | undefined {
  if (minimumBits < 1 || minimumBits > 11) return undefined;
  const clear = 1 << minimumBits;
  const lengths = new Uint32Array(1 << maxCodeBits).fill(1, 0, clear);
  let next = clear + 2;
  let codeBits = minimumBits + 1;
  let previous = 0;
  let pixels = 0;
  let bit = 0;
  while (pixels < wanted && bit + codeBits <= 8 * data.length) {
    const at = bit >> 3;
    const bits = (data[at] as number) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16);
    const code = (bits >> (bit & 7)) & ((1 << codeBits) - 1);
    bit += codeBits;
    if (code === clear) {
      next = clear + 2;
      codeBits = minimumBits + 1;
      previous = 0;
      continue;
    }
    if (code === clear + 1 || code > next || (code >= clear && previous === 0)) break;
    const length = code === next ? previous + 1 : (lengths[code] as number);
    if (previous > 0 && next < 1 << maxCodeBits) lengths[next++] = previous + 1;
    if (next === 1 << codeBits && codeBits < maxCodeBits) codeBits++;
    previous = length;
    pixels += length;
  }
  if (pixels < wanted) return undefined;
  const ended = Buffer.concat([data.subarray(0, Math.ceil(bit / 8)), Buffer.alloc(3)]);
  const last = bit >> 3;
  const code = (clear + 1) << (bit & 7);
  const kept = (ended[last] as number) & ((1 << (bit & 7)) - 1);
  ended.writeUIntLE(code | kept, last, 3);
  return ended.subarray(0, Math.ceil((bit + codeBits) / 8));
}

import { setImmediate as othersTurn } from 'node:timers/promises';
import { type JpegComponent, type JpegScan, readScan, type ScanPart } from './jpeg-scan.ts';
import { type HuffmanTable, huffmanTable, nextMarker, ScanBits, ScanBrokenError } from './scan-bits.ts';

const startOfImage = 0xd8;
const endOfImage = 0xd9;
const startOfScan = 0xda;
const huffmanTables = 0xc4;
const restartInterval = 0xdd;
const baseline = 0xc0;
const extended = 0xc1;
const progressive = 0xc2;

/**
 * Limit on scans: more than any encoder writes. For each, the decoder goes over the whole picture once more.
 */
const maxScans = 100;
/** Milliseconds of work after which other requests get their turn. */
const turnMs = 8;

/** The JPEG data has something that this reader can't check, such as arithmetic codes. */
class NotJudgedError extends Error {}

/**
 * Checks that every coefficient of a JPEG is present, by reading all of its codes. A decoder fills missing
 * data with gray, and its warnings are the same for harmless stray bytes.
 * @returns the picture up to its end marker, which is added if it is missing; `undefined` if data is missing.
 * Bytes that can't be checked are returned unchanged.
 */
export async function wholeJpeg(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    const reading = new JpegReader(bytes).read();
    let began = performance.now();
    for (;;) {
      const step = reading.next();
      if (step.done) return step.value;
      if (performance.now() - began < turnMs) continue;
      await othersTurn();
      began = performance.now();
    }
  } catch (error) {
    if (error instanceof ScanBrokenError) return undefined;
    if (error instanceof NotJudgedError) return bytes;
    throw error;
  }
}

class JpegReader {
  readonly #bytes: Buffer;
  readonly #dc: (HuffmanTable | undefined)[] = [];
  readonly #ac: (HuffmanTable | undefined)[] = [];
  #components: readonly JpegComponent[] = [];
  #isProgressive = false;
  #units = { columns: 0, rows: 0 };
  #restartInterval = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Reads the whole file, and returns it up to its end marker.
   * @throws ScanBrokenError, NotJudgedError
   */
  *read(): Generator<void, Uint8Array> {
    let scans = 0;
    let at = 0;
    for (;;) {
      const marker = nextMarker(this.#bytes, at);
      const code = this.#bytes[marker + 1];
      if (code === undefined) return this.#withEnd(at);
      if (code === endOfImage) {
        this.#checkSeen();
        return this.#bytes.subarray(0, marker + 2);
      }
      at = marker + 2;
      if (code === startOfImage || code === 0x01 || (code >= 0xd0 && code <= 0xd7)) continue;
      const length = at + 2 <= this.#bytes.length ? this.#bytes.readUInt16BE(at) : 0;
      const segment = this.#bytes.subarray(at + 2, at + length);
      if (length < 2 || segment.length !== length - 2) return this.#withEnd(marker);
      at += length;
      if (code !== startOfScan) this.#note(code, segment);
      else {
        if (++scans > maxScans) throw new ScanBrokenError('Too many scans.');
        const bits = new ScanBits(this.#bytes, at);
        yield* readScan(this.#scanOf(segment), bits);
        at = bits.position;
      }
    }
  }

  #note(code: number, segment: Buffer): void {
    if (code === huffmanTables) this.#noteTables(segment);
    else if (code === restartInterval)
      this.#restartInterval = segment.length >= 2 ? segment.readUInt16BE(0) : 0;
    else if (code === baseline || code === extended || code === progressive) this.#noteFrame(code, segment);
    else if (code >= 0xc3 && code <= 0xcf) throw new NotJudgedError('Another process than Huffman coding.');
  }

  #noteTables(segment: Buffer): void {
    for (let at = 0; at + 17 <= segment.length; ) {
      const id = segment[at] as number;
      const counts = segment.subarray(at + 1, at + 17);
      const size = counts.reduce((sum, count) => sum + count, 0);
      const table = huffmanTable(counts, segment.subarray(at + 17, at + 17 + size));
      (id < 0x10 ? this.#dc : this.#ac)[id & 15] = table;
      at += 17 + size;
    }
  }

  #noteFrame(code: number, segment: Buffer): void {
    const count = segment[5] ?? 0;
    if (this.#components.length > 0 || count === 0 || segment.length < 6 + 3 * count) {
      throw new ScanBrokenError('Not one frame.');
    }
    const [height, width] = [segment.readUInt16BE(1), segment.readUInt16BE(3)];
    // The height comes only in a marker after the first scan.
    if (height === 0) throw new NotJudgedError('No height.');
    const sampling = Array.from({ length: count }, (_, index) => {
      const id = segment[6 + 3 * index] as number;
      const factors = segment[7 + 3 * index] as number;
      return { id, h: factors >> 4, v: factors & 15 };
    });
    if (sampling.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4))
      throw new ScanBrokenError('No sampling.');
    const maxH = Math.max(...sampling.map(({ h }) => h));
    const maxV = Math.max(...sampling.map(({ v }) => v));
    this.#isProgressive = code === progressive;
    this.#units = { columns: Math.ceil(width / (8 * maxH)), rows: Math.ceil(height / (8 * maxV)) };
    this.#components = sampling.map((component) => {
      const { h, v } = component;
      const stride = this.#units.columns * h;
      return {
        ...component,
        columns: Math.ceil(Math.ceil((width * h) / maxH) / 8),
        rows: Math.ceil(Math.ceil((height * v) / maxV) / 8),
        stride,
        nonzero: new Uint32Array(this.#isProgressive ? 2 * stride * this.#units.rows * v : 0),
        lowestBit: new Int8Array(64).fill(-1),
      };
    });
  }

  #scanOf(segment: Buffer): JpegScan {
    const count = segment[0] ?? 0;
    if (count === 0 || segment.length < 4 + 2 * count) throw new ScanBrokenError('No scan.');
    const parts = Array.from({ length: count }, (_, index): ScanPart => {
      const component = this.#components.find(({ id }) => id === segment[1 + 2 * index]);
      if (!component) throw new ScanBrokenError('No such component.');
      const tables = segment[2 + 2 * index] as number;
      return { component, dc: this.#dc[tables >> 4], ac: this.#ac[tables & 15] };
    });
    const [first = 0, last = 0, bit = 0] = segment.subarray(1 + 2 * count);
    const isProgressive = this.#isProgressive;
    if (isProgressive && (last > 63 || first > last)) throw new ScanBrokenError('No such coefficients.');
    return {
      parts,
      isProgressive,
      first: isProgressive ? first : 0,
      last: isProgressive ? last : 63,
      high: isProgressive ? bit >> 4 : 0,
      low: isProgressive ? bit & 15 : 0,
      restartInterval: this.#restartInterval,
      unitColumns: this.#units.columns,
      unitRows: this.#units.rows,
    };
  }

  /**
   * Checks that every component was read.
   * @throws ScanBrokenError when a component is missing
   */
  #checkSeen(): void {
    const isSeen = ({ lowestBit }: JpegComponent) => lowestBit[0] !== -1;
    if (this.#components.length === 0 || !this.#components.every(isSeen)) {
      throw new ScanBrokenError('No pixels.');
    }
  }

  /**
   * Adds the end marker, if all data before it is there.
   * @param end offset after the last byte that was used
   * @throws ScanBrokenError
   */
  #withEnd(end: number): Uint8Array {
    this.#checkSeen();
    // Further scans would refine it.
    const isFinest = ({ lowestBit }: JpegComponent) => lowestBit.every((bit) => bit === 0);
    if (!this.#components.every(isFinest)) throw new ScanBrokenError('Further scans are missing.');
    // An interrupted download may have been filled up with zeros, which are valid codes.
    const filler = trailingZeros(this.#bytes);
    if (filler > 2 && end > this.#bytes.length - filler) throw new ScanBrokenError('Zeros in place of data.');
    return Buffer.concat([this.#bytes.subarray(0, end), Buffer.of(0xff, endOfImage)]);
  }
}

function trailingZeros(bytes: Uint8Array): number {
  let count = 0;
  while (count < bytes.length && bytes[bytes.length - 1 - count] === 0) count++;
  return count;
}

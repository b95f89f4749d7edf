/** Reads the entropy-coded data of one JPEG scan without making pixels of it: ITU-T T.81, annexes F and G. */

/** Codes of one DHT segment. */
export interface HuffmanTable {
  /**
   * Table indexed by the next 9 bits: the code's length times 256, plus its symbol. It has 0 for longer codes
   * and for no code.
   */
  readonly short: Uint16Array;
  /**
   * Tables indexed by length: the last code, the first code, and the index of its symbol. `last` is -1
   * without such codes.
   */
  readonly last: Int32Array;
  readonly first: Int32Array;
  readonly place: Int32Array;
  readonly symbols: Uint8Array;
}

const shortBits = 9;

export interface JpegComponent {
  readonly id: number;
  /** Sampling factors. */
  readonly h: number;
  readonly v: number;
  /** Number of blocks in a row, and of rows, in a scan of this component alone. */
  readonly columns: number;
  readonly rows: number;
  /** Number of blocks in a row, rounded up to whole units of an interleaved scan. */
  readonly stride: number;
  /** Bits of the coefficients that are not 0 in progressive pictures: two words for each block. */
  readonly nonzero: Uint32Array;
  /** Lowest bit read of each of the 64 coefficients, -1 if none was read. */
  readonly lowestBit: Int8Array;
}

export interface ScanPart {
  readonly component: JpegComponent;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
}

export interface JpegScan {
  readonly parts: readonly ScanPart[];
  readonly isProgressive: boolean;
  /** First and last coefficient, and the bit before and the bit of this scan: Ss, Se, Ah and Al. */
  readonly first: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
  /** Units between restart markers; 0 without such. */
  readonly restartInterval: number;
  /** Number of interleaved units in a row, and of rows. */
  readonly unitColumns: number;
  readonly unitRows: number;
}

/** The data is incomplete: it ends too early, or has an undefined code. */
export class ScanBrokenError extends Error {}

/**
 * Makes the table of a DHT segment's codes.
 * @param counts numbers of the codes of 1 to 16 bits
 */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const short = new Uint16Array(1 << shortBits);
  const last = new Int32Array(17).fill(-1);
  const first = new Int32Array(17);
  const place = new Int32Array(17);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++, code <<= 1) {
    first[length] = code;
    place[length] = index;
    for (let count = counts[length - 1] ?? 0; count > 0; count--, code++, index++) {
      last[length] = code;
      if (length > shortBits) continue;
      const spare = shortBits - length;
      short.fill((length << 8) | (symbols[index] ?? 0), code << spare, (code + 1) << spare);
    }
  }
  return { short, last, first, place, symbols };
}

/** Bits of a scan, up to the next marker. */
export class ScanBits {
  readonly #bytes: Uint8Array;
  #at: number;
  #window = 0;
  #count = 0;
  /** Number of bits in the window that lie beyond the data. */
  #absent = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Offset after the last byte of which a bit was read. */
  get position(): number {
    return this.#at - Math.max(0, (this.#count - this.#absent) >> 3);
  }

  /**
   * Reads a symbol by a table's codes.
   * @throws ScanBrokenError when a bit is missing, or there is no such code
   */
  symbol(table: HuffmanTable): number {
    if (this.#count < 16) this.#fill();
    const entry = table.short[(this.#window >>> (this.#count - shortBits)) & 0x1ff] as number;
    if (entry === 0) return this.#longSymbol(table);
    this.#take(entry >> 8);
    return entry & 0xff;
  }

  /**
   * Reads some bits as a number.
   * @throws ScanBrokenError when a bit is missing
   */
  bits(count: number): number {
    if (this.#count < 16) this.#fill();
    this.#take(count);
    return (this.#window >>> this.#count) & ((1 << count) - 1);
  }

  /**
   * Skips the restart marker that must come next.
   * @throws ScanBrokenError
   */
  restart(): void {
    const marker = nextMarker(this.#bytes, this.position);
    const code = this.#bytes[marker + 1] ?? 0;
    if (code < 0xd0 || code > 0xd7) throw new ScanBrokenError('No restart marker.');
    this.#at = marker + 2;
    this.#window = this.#count = this.#absent = 0;
  }

  #longSymbol({ last, first, place, symbols }: HuffmanTable): number {
    for (let length = shortBits + 1; length <= 16; length++) {
      const code = (this.#window >>> (this.#count - length)) & ((1 << length) - 1);
      if (code > (last[length] as number)) continue;
      this.#take(length);
      return symbols[(place[length] as number) + code - (first[length] as number)] ?? 0;
    }
    throw new ScanBrokenError('No such code.');
  }

  #take(count: number): void {
    this.#count -= count;
    if (this.#count < this.#absent) throw new ScanBrokenError('No more data.');
  }

  #fill(): void {
    while (this.#count <= 23) {
      const byte = this.#bytes[this.#at];
      const next = this.#bytes[this.#at + 1];
      if (byte === undefined || (byte === 0xff && next !== 0)) {
        this.#window = (this.#window << 8) | 0xff;
        this.#absent += 8;
      } else {
        this.#window = (this.#window << 8) | byte;
        this.#at += byte === 0xff ? 2 : 1;
      }
      this.#count += 8;
    }
  }
}

/** Returns the offset of the next marker's 0xff, or the end of the bytes if there is none. */
export function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1];
    if (code !== undefined && code !== 0 && code !== 0xff) return at;
  }
  return bytes.length;
}

/**
 * Reads a scan, one row of blocks after the other; between two rows, other work may run.
 * @throws ScanBrokenError when a bit is missing
 */
export function* readScan(scan: JpegScan, bits: ScanBits): Generator<void> {
  const { parts, restartInterval } = scan;
  const reader = new BlockReader(scan, bits);
  const [only] = parts;
  const alone = parts.length === 1 ? only?.component : undefined;
  const columns = alone ? alone.columns : scan.unitColumns;
  const rows = alone ? alone.rows : scan.unitRows;
  let units = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (restartInterval > 0 && units > 0 && units % restartInterval === 0) {
        bits.restart();
        reader.restart();
      }
      units++;
      if (alone) reader.read(only as ScanPart, row * alone.stride + column);
      else for (const part of parts) readUnit(reader, part, row, column);
    }
    yield;
  }
  for (const { component } of parts) component.lowestBit.fill(scan.low, scan.first, scan.last + 1);
}

function readUnit(reader: BlockReader, part: ScanPart, row: number, column: number): void {
  const { h, v, stride } = part.component;
  for (let y = 0; y < v; y++) {
    for (let x = 0; x < h; x++) reader.read(part, (row * v + y) * stride + column * h + x);
  }
}

class BlockReader {
  readonly #scan: JpegScan;
  readonly #bits: ScanBits;
  /** Number of further blocks that have no more coefficients (EOBRUN). */
  #endRun = 0;

  constructor(scan: JpegScan, bits: ScanBits) {
    this.#scan = scan;
    this.#bits = bits;
  }

  restart(): void {
    this.#endRun = 0;
  }

  read(part: ScanPart, block: number): void {
    const { isProgressive, first, high } = this.#scan;
    if (!isProgressive) {
      this.#direct(part);
      this.#sequential(part);
    } else if (first === 0) {
      if (high === 0) this.#direct(part);
      else this.#bits.bits(1);
    } else if (high === 0) this.#firstBits(part, block);
    else this.#furtherBits(part, block);
  }

  #direct({ dc }: ScanPart): void {
    const size = this.#bits.symbol(present(dc));
    if (size > 0) this.#bits.bits(size & 15);
  }

  #sequential({ ac }: ScanPart): void {
    const table = present(ac);
    for (let k = 1; k < 64; k++) {
      const symbol = this.#bits.symbol(table);
      const size = symbol & 15;
      if (size > 0) {
        k += symbol >> 4;
        this.#bits.bits(size);
      } else if (symbol === 0xf0) k += 15;
      else return;
    }
  }

  #firstBits({ ac, component }: ScanPart, block: number): void {
    if (this.#endRun > 0) {
      this.#endRun--;
      return;
    }
    const table = present(ac);
    const { first, last } = this.#scan;
    for (let k = first; k <= last; k++) {
      const symbol = this.#bits.symbol(table);
      const run = symbol >> 4;
      const size = symbol & 15;
      if (size > 0) {
        k += run;
        this.#bits.bits(size);
        mark(component, block, k);
      } else if (run === 15) k += 15;
      else {
        this.#endRun = (1 << run) + (run > 0 ? this.#bits.bits(run) : 0) - 1;
        return;
      }
    }
  }

  #furtherBits({ ac, component }: ScanPart, block: number): void {
    const { first, last } = this.#scan;
    let k = first;
    if (this.#endRun === 0) {
      const table = present(ac);
      for (; k <= last; k++) {
        const symbol = this.#bits.symbol(table);
        const run = symbol >> 4;
        const isNew = (symbol & 15) > 0;
        if (isNew) this.#bits.bits(1);
        else if (run < 15) {
          this.#endRun = (1 << run) + (run > 0 ? this.#bits.bits(run) : 0);
          break;
        }
        k = this.#passZeros(component, block, k, run);
        if (isNew && k <= last) mark(component, block, k);
      }
    }
    if (this.#endRun > 0) {
      for (; k <= last; k++) if (isMarked(component, block, k)) this.#bits.bits(1);
      this.#endRun--;
    }
  }

  /**
   * Returns the position of the coefficient after some zeros. Each non-zero coefficient on the way has a
   * correction bit.
   */
  #passZeros(component: JpegComponent, block: number, from: number, zeros: number): number {
    let left = zeros;
    let k = from;
    for (; k <= this.#scan.last; k++) {
      if (isMarked(component, block, k)) this.#bits.bits(1);
      else if (left-- === 0) break;
    }
    return k;
  }
}

function present(table: HuffmanTable | undefined): HuffmanTable {
  if (table === undefined) throw new ScanBrokenError('No such table.');
  return table;
}

function mark({ nonzero }: JpegComponent, block: number, k: number): void {
  const word = 2 * block + (k >> 5);
  nonzero[word] = (nonzero[word] as number) | (1 << (k & 31));
}

function isMarked({ nonzero }: JpegComponent, block: number, k: number): boolean {
  return (((nonzero[2 * block + (k >> 5)] as number) >>> (k & 31)) & 1) === 1;
}

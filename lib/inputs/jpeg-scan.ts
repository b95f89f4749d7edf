/** Reads the entropy-coded data of one JPEG scan without making pixels of it: ITU-T T.81, annexes F and G. */

import { type HuffmanTable, type ScanBits, ScanBrokenError } from './scan-bits.ts';

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

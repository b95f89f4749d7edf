/** Reads the bits and Huffman codes of a JPEG scan: ITU-T T.81, annexes C and F. */

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

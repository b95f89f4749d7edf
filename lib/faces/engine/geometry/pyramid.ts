import type { DecodedPicture } from '../../../inputs/picture.ts';
import type { Similarity } from './align.ts';
import { kernel, reserve } from './cut-kernel.ts';
import { cutSquare, type NetworkInput } from './cut-square.ts';

/** A picture with copies at a half, a quarter … of its size. Each is made at its first use. */
export class Pyramid {
  readonly #levels: DecodedPicture[];
  /** Memory for further levels, as far as it reaches. */
  #room: Uint8Array;

  /**
   * @param smaller levels that are there already, from the half on
   * @param room memory for further ones, which nobody else writes into
   */
  constructor(
    picture: DecodedPicture,
    smaller: readonly DecodedPicture[] = [],
    room: Uint8Array = new Uint8Array(),
  ) {
    this.#levels = [picture, ...smaller];
    this.#room = room;
  }

  get picture(): DecodedPicture {
    return this.#levels[0] as DecodedPicture;
  }

  /** The levels that were made, from the half on. */
  get smaller(): readonly DecodedPicture[] {
    return this.#levels.slice(1);
  }

  /**
   * Cuts squares out of the picture, with bilinear interpolation. A reduced square is cut out of the smallest
   * level with enough detail. Each of its pixels is the mean of four samples, to avoid aliasing.
   * @param views map from the picture to each square
   * @returns `[views, 3, size, size]`, one after the other
   */
  cut(views: readonly Similarity[], input: NetworkInput): Float32Array {
    const valuesOfSquare = 3 * input.size ** 2;
    const planes = new Float32Array(views.length * valuesOfSquare);
    views.forEach((view, index) => {
      const { level, toSquare } = this.#levelFor(view);
      planes.set(cutSquare(level, toSquare, input), index * valuesOfSquare);
    });
    return planes;
  }

  /** Chooses the smallest level that the view does not enlarge, and maps the view to it. */
  #levelFor(view: Similarity): { level: DecodedPicture; toSquare: Similarity } {
    let toSquare = view;
    const { width, height } = this.picture;
    let index = 0;
    while (toSquare.a ** 2 + toSquare.b ** 2 <= 1 / 4 && Math.max(width, height) >> index > 1) {
      index++;
      // A pixel of the half lies in the middle of four: x = 2 x' + 1/2.
      const { a, b, tx, ty } = toSquare;
      toSquare = { a: 2 * a, b: 2 * b, tx: tx + (a - b) / 2, ty: ty + (a + b) / 2 };
    }
    while (this.#levels.length <= index) this.#levels.push(this.#half(this.#levels.at(-1) as DecodedPicture));
    return { level: this.#levels[index] as DecodedPicture, toSquare };
  }

  /** Halves a picture, into the room where it fits. */
  #half(picture: DecodedPicture): DecodedPicture {
    const half = { width: Math.max(1, picture.width >> 1), height: Math.max(1, picture.height >> 1) };
    const bytes = 3 * half.width * half.height;
    const fits = this.#room.length >= bytes;
    const pixels = fits ? this.#room.subarray(0, bytes) : new Uint8Array(bytes);
    if (fits) this.#room = this.#room.subarray(bytes);
    halve(picture, { ...half, pixels });
    return { ...half, pixels };
  }
}

/**
 * Halves a picture: each new pixel is the mean of four. An odd row or column at the edge is dropped, unless
 * it is the only one.
 */
function halve({ width, height, pixels }: DecodedPicture, half: DecodedPicture): void {
  const [rowBytes, halfBytes] = [3 * width, 3 * half.width];
  // The only column counts as its own neighbour. A few bytes lie between the rows for what the kernel reads.
  const [upper, lower, out] = [0, rowBytes + 8, 2 * rowBytes + 16];
  reserve(out + halfBytes + 8);
  const memory = new Uint8Array(kernel.memory.buffer);
  const copyRow = (y: number, at: number) => {
    memory.set(pixels.subarray(y * rowBytes, (y + 1) * rowBytes), at);
    if (width === 1) memory.copyWithin(at + 3, at, at + 3);
  };
  for (let y = 0; y < half.height; y++) {
    copyRow(2 * y, upper);
    copyRow(Math.min(2 * y + 1, height - 1), lower);
    kernel.halveRows(upper, lower, out, out + halfBytes);
    half.pixels.set(memory.subarray(out, out + halfBytes), y * halfBytes);
  }
}

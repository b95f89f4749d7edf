import type { DecodedPicture } from '../../../inputs/picture.ts';
import type { Point, Similarity } from './align.ts';

/**
 * Input of a network: a square of `size` pixels a side, with each channel's value v scaled to (v - mean) /
 * scale.
 */
export interface NetworkInput {
  readonly size: number;
  readonly means: readonly [number, number, number];
  readonly scales: readonly [number, number, number];
  /** The value, 0..255, of all that lies outside of the picture; black where none is named. */
  readonly outside?: number;
}

/** A picture with copies at a half, a quarter … of its size. Each is made at its first use. */
export class Pyramid {
  readonly #levels: DecodedPicture[];

  constructor(picture: DecodedPicture) {
    this.#levels = [picture];
  }

  get picture(): DecodedPicture {
    return this.#levels[0] as DecodedPicture;
  }

  /**
   * Cuts squares out of the picture, with bilinear interpolation. A reduced square is cut out of the smallest
   * level with enough detail. Each of its pixels is the mean of four samples, to avoid aliasing.
   * @param views map from the picture to each square
   * @returns `[views, 3, size, size]`, one after the other
   */
  cut(views: readonly Similarity[], { size, means, scales, outside = 0 }: NetworkInput): Float32Array {
    const planeSize = size * size;
    const planes = new Float32Array(views.length * 3 * planeSize);
    views.forEach((view, index) => {
      const { level, toSquare } = this.#levelFor(view);
      cutSquare(level, toSquare, { size, outside, into: planes, start: index * 3 * planeSize });
    });
    for (let plane = 0; plane < 3 * views.length; plane++) {
      const mean = means[plane % 3] as number;
      const scale = scales[plane % 3] as number;
      for (let at = plane * planeSize; at < (plane + 1) * planeSize; at++) {
        planes[at] = ((planes[at] as number) - mean) / scale;
      }
    }
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
    while (this.#levels.length <= index) this.#levels.push(halve(this.#levels.at(-1) as DecodedPicture));
    return { level: this.#levels[index] as DecodedPicture, toSquare };
  }
}

/**
 * Halves a picture: each new pixel is the mean of four. An odd row or column at the edge is dropped, unless
 * it is the only one.
 */
function halve({ width, height, pixels }: DecodedPicture): DecodedPicture {
  const half = { width: Math.max(1, width >> 1), height: Math.max(1, height >> 1) };
  const result = new Uint8Array(3 * half.width * half.height);
  const right = width > 1 ? 3 : 0;
  const below = height > 1 ? 3 * width : 0;
  let to = 0;
  for (let y = 0; y < half.height; y++) {
    let from = 6 * width * y;
    for (let x = 0; x < half.width; x++) {
      for (let channel = 0; channel < 3; channel++, from++) {
        const sum =
          (pixels[from] as number) +
          (pixels[from + right] as number) +
          (pixels[from + below] as number) +
          (pixels[from + below + right] as number);
        result[to++] = (sum + 2) >> 2;
      }
      from += 3;
    }
  }
  return { ...half, pixels: result };
}

/** Three planes of a square, one after the other in `into` from `start` on. */
interface Square {
  readonly size: number;
  /** Value of what lies outside of the picture. */
  readonly outside: number;
  readonly into: Float32Array;
  readonly start: number;
}

/** Adds the picture's values, 0..255, to the three planes of a square. */
function cutSquare(picture: DecodedPicture, view: Similarity, { size, outside, into, start }: Square): void {
  const { a, b, tx, ty } = view;
  const norm = a * a + b * b;
  const along = a / norm;
  const across = b / norm;
  // Offsets of the samples: the centres of a pixel's four quarters, or its own centre if it covers little
  // more than one pixel of the picture.
  const offsets = norm < 0.64 ? [-0.25, 0.25] : [0];
  for (const down of offsets) {
    for (const right of offsets) {
      for (let row = 0; row < size; row++) {
        const u = right - tx;
        const v = row + down - ty;
        const x = along * u + across * v;
        const y = along * v - across * u;
        const points = { x, y, stepX: along, stepY: -across, size, outside };
        addRow(picture, points, 1 / offsets.length ** 2, into, start + row * size);
      }
    }
  }
}

/** A row of `size` points in a picture: the first at (x, y), each further one (stepX, stepY) beyond. */
interface Row {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly size: number;
  /** The value of what lies outside of the picture. */
  readonly outside: number;
}

/**
 * Adds `share` times the picture's interpolated values at the points of a row. The values of each channel go
 * to a plane of `size * size` numbers, the first plane beginning at `start`.
 */
function addRow(picture: DecodedPicture, row: Row, share: number, into: Float32Array, start: number): void {
  const isInside = (column: number) => {
    const px = row.x + column * row.stepX;
    const py = row.y + column * row.stepY;
    return px >= 0 && py >= 0 && px < picture.width - 1 && py < picture.height - 1;
  };
  // The points inside the picture are contiguous.
  let first = 0;
  let end = row.size;
  while (first < end && !isInside(first)) first++;
  while (first < end && !isInside(end - 1)) end--;
  addAtEdge(picture, row, 0, first, share, into, start);
  addInside(picture, row, first, end, share, into, start);
  addAtEdge(picture, row, end, row.size, share, into, start);
}

/**
 * Adds the columns from `first` to before `end`; each of their points has four pixels around it. This is the
 * engine's innermost loop, so it has no calls and no objects.
 */
function addInside(
  { width, pixels }: DecodedPicture,
  { x, y, stepX, stepY, size }: Row,
  first: number,
  end: number,
  share: number,
  into: Float32Array,
  start: number,
): void {
  const planeSize = size * size;
  const down = 3 * width;
  for (let column = first; column < end; column++) {
    const px = x + column * stepX;
    const py = y + column * stepY;
    const left = px | 0;
    const top = py | 0;
    const right = px - left;
    const low = py - top;
    const w0 = share * (1 - right);
    const w1 = share * right;
    const w00 = w0 * (1 - low);
    const w01 = w1 * (1 - low);
    const w10 = w0 * low;
    const w11 = w1 * low;
    const a = 3 * (top * width + left);
    const c = a + down;
    const at = start + column;
    into[at] =
      (into[at] as number) +
      w00 * (pixels[a] as number) +
      w01 * (pixels[a + 3] as number) +
      w10 * (pixels[c] as number) +
      w11 * (pixels[c + 3] as number);
    into[at + planeSize] =
      (into[at + planeSize] as number) +
      w00 * (pixels[a + 1] as number) +
      w01 * (pixels[a + 4] as number) +
      w10 * (pixels[c + 1] as number) +
      w11 * (pixels[c + 4] as number);
    into[at + 2 * planeSize] =
      (into[at + 2 * planeSize] as number) +
      w00 * (pixels[a + 2] as number) +
      w01 * (pixels[a + 5] as number) +
      w10 * (pixels[c + 2] as number) +
      w11 * (pixels[c + 5] as number);
  }
}

/**
 * Adds points at the picture's edge and outside of it. It is a loop of its own, because a call for each point
 * took twice as long.
 */
function addAtEdge(
  { width, height, pixels }: DecodedPicture,
  { x, y, stepX, stepY, size, outside }: Row,
  first: number,
  end: number,
  share: number,
  into: Float32Array,
  start: number,
): void {
  const planeSize = size * size;
  const shareOfOutside = share * outside;
  for (let column = first; column < end; column++) {
    const px = x + column * stepX;
    const py = y + column * stepY;
    const left = Math.floor(px);
    const top = Math.floor(py);
    const at = start + column;
    if (left < -1 || top < -1 || left >= width || top >= height) {
      for (let channel = 0; channel < 3; channel++) {
        into[at + channel * planeSize] = (into[at + channel * planeSize] as number) + shareOfOutside;
      }
      continue;
    }
    const right = px - left;
    const low = py - top;
    // A pixel beyond an edge has the weight 0.
    const w0 = left < 0 ? 0 : share * (1 - right);
    const w1 = left + 1 >= width ? 0 : share * right;
    const v0 = top < 0 ? 0 : 1 - low;
    const v1 = top + 1 >= height ? 0 : low;
    const a = 3 * ((top < 0 ? 0 : top) * width + (left < 0 ? 0 : left));
    const b = left < 0 || left + 1 >= width ? a : a + 3;
    const down = top < 0 || top + 1 >= height ? 0 : 3 * width;
    const beyond = shareOfOutside - (w0 + w1) * (v0 + v1) * outside;
    for (let channel = 0; channel < 3; channel++) {
      into[at + channel * planeSize] =
        (into[at + channel * planeSize] as number) +
        beyond +
        w0 * v0 * (pixels[a + channel] as number) +
        w1 * v0 * (pixels[b + channel] as number) +
        w0 * v1 * (pixels[a + down + channel] as number) +
        w1 * v1 * (pixels[b + down + channel] as number);
    }
  }
}

/** Maps a point of a square back to the picture. */
export function unmap({ a, b, tx, ty }: Similarity, [u, v]: Point): Point {
  const norm = a * a + b * b;
  return [(a * (u - tx) + b * (v - ty)) / norm, (a * (v - ty) - b * (u - tx)) / norm];
}

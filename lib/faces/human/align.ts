/** A point in pixels of a picture, `[x, y]`. */
export type Point = readonly [number, number];

/** Maps `(x, y)` of the source to `(a*x - b*y + tx, b*x + a*y + ty)` of the destination: turn, scale, shift. */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

/**
 * The similarity that brings the source points nearest to the destination points in the least-squares sense (Umeyama 1991, in
 * the plane and without reflection). Both lists have the same length, at least 2.
 */
export function fitSimilarity(source: readonly Point[], destination: readonly Point[]): Similarity {
  const [sourceX, sourceY] = centroid(source);
  const [destinationX, destinationY] = centroid(destination);
  let along = 0;
  let across = 0;
  let spread = 0;
  source.forEach(([x, y], index) => {
    const [u, v] = destination[index] as Point;
    const dx = x - sourceX;
    const dy = y - sourceY;
    along += dx * (u - destinationX) + dy * (v - destinationY);
    across += dx * (v - destinationY) - dy * (u - destinationX);
    spread += dx * dx + dy * dy;
  });
  const a = along / spread;
  const b = across / spread;
  return { a, b, tx: destinationX - a * sourceX + b * sourceY, ty: destinationY - b * sourceX - a * sourceY };
}

function centroid(points: readonly Point[]): Point {
  let x = 0;
  let y = 0;
  for (const point of points) {
    x += point[0];
    y += point[1];
  }
  return [x / points.length, y / points.length];
}

/** An 8-bit RGB picture, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Cuts an upright square chip of `size` pixels out of a picture, bilinear, black outside of the picture. Where the chip is
 * smaller than what it shows, each of its pixels is the mean of a grid of samples, so that fine detail does not alias.
 * Returns RGB 0..255, row by row, `3 * size * size` values.
 */
export function cutChip(picture: Pixels, toChip: Similarity, size: number): Float32Array {
  const { a, b, tx, ty } = toChip;
  const { width, height, data } = picture;
  const norm = a * a + b * b;
  const along = a / norm;
  const across = b / norm;
  const samples = Math.min(8, Math.max(1, Math.ceil(1 / Math.sqrt(norm))));
  const chip = new Float32Array(3 * size * size);
  const share = 1 / (samples * samples);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const at = 3 * (row * size + column);
      let [red, green, blue] = [0, 0, 0];
      for (let i = 0; i < samples; i++) {
        for (let j = 0; j < samples; j++) {
          const u = column + (j + 0.5) / samples - 0.5 - tx;
          const v = row + (i + 0.5) / samples - 0.5 - ty;
          const x = along * u + across * v;
          const y = along * v - across * u;
          const left = Math.floor(x);
          const top = Math.floor(y);
          if (left < 0 || top < 0 || left + 1 >= width || top + 1 >= height) {
            addSample(picture, x, y, share, chip, at);
            continue;
          }
          const right = x - left;
          const low = y - top;
          const from = 3 * (top * width + left);
          const below = from + 3 * width;
          const w00 = (1 - right) * (1 - low);
          const w01 = right * (1 - low);
          const w10 = (1 - right) * low;
          const w11 = right * low;
          red +=
            w00 * at8(data, from) +
            w01 * at8(data, from + 3) +
            w10 * at8(data, below) +
            w11 * at8(data, below + 3);
          green +=
            w00 * at8(data, from + 1) +
            w01 * at8(data, from + 4) +
            w10 * at8(data, below + 1) +
            w11 * at8(data, below + 4);
          blue +=
            w00 * at8(data, from + 2) +
            w01 * at8(data, from + 5) +
            w10 * at8(data, below + 2) +
            w11 * at8(data, below + 5);
        }
      }
      chip[at] = (chip[at] as number) + share * red;
      chip[at + 1] = (chip[at + 1] as number) + share * green;
      chip[at + 2] = (chip[at + 2] as number) + share * blue;
    }
  }
  return chip;
}

function at8(data: Uint8Array, index: number): number {
  return data[index] as number;
}

/** A chip as a mirror shows it. */
export function mirrored(chip: Float32Array, size: number): Float32Array {
  const turned = new Float32Array(chip.length);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const from = 3 * (row * size + column);
      turned.set(chip.subarray(from, from + 3), 3 * (row * size + size - 1 - column));
    }
  }
  return turned;
}

/** Adds a sample at the picture's edge, where some of its four pixels are missing. */
function addSample(picture: Pixels, x: number, y: number, share: number, into: Float32Array, at: number) {
  const { width, height, data } = picture;
  const left = Math.floor(x);
  const top = Math.floor(y);
  for (let row = top; row <= top + 1; row++) {
    if (row < 0 || row >= height) continue;
    const rowWeight = share * (row === top ? 1 - (y - top) : y - top);
    for (let column = left; column <= left + 1; column++) {
      if (column < 0 || column >= width) continue;
      const weight = rowWeight * (column === left ? 1 - (x - left) : x - left);
      const from = 3 * (row * width + column);
      into[at] = (into[at] as number) + weight * (data[from] as number);
      into[at + 1] = (into[at + 1] as number) + weight * (data[from + 1] as number);
      into[at + 2] = (into[at + 2] as number) + weight * (data[from + 2] as number);
    }
  }
}

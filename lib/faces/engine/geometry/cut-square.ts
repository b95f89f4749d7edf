import type { DecodedPicture } from '../../../inputs/picture.ts';
import { type Point, type Similarity, unmap } from './align.ts';
import { kernel, reserve } from './cut-kernel.ts';

/**
 * Input of a network: a square of `size` pixels a side, with each channel's value v scaled to (v - mean) /
 * scale.
 */
export interface NetworkInput {
  readonly size: number;
  readonly means: readonly [number, number, number];
  readonly scales: readonly [number, number, number];
  /** Value, 0..255, of all that lies outside of the picture; black where none is named. */
  readonly outside?: number;
}

/** Position of the square's planes in the kernel's memory, after the channels' scaling and the samples. */
const planesAt = 128;

/** The kernel reads so many bytes at a pixel and its right neighbour, two more than they have. */
const slack = 2;

/** Share of a pixel between its middle and the middles of its quarters. */
const quarter = 0.25;

/** Part of a picture that a square shows: its first pixel, and its size. */
interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The points of a square in the picture: the first one, and the step to the next column. */
interface Steps {
  readonly along: number;
  readonly across: number;
  /** Samples of a pixel, from its middle on: the middles of its quarters, or its own. */
  readonly samples: readonly Point[];
  /** Largest distance of a sample from the middle, along either side of the picture. */
  readonly reach: number;
}

/**
 * Cuts a square out of a picture, with bilinear interpolation. Each pixel is the mean of four samples, unless
 * it covers little more than one of the picture's.
 * @param view map from the picture to the square
 * @returns `[3, size, size]`, valid until the next call
 */
export function cutSquare(picture: DecodedPicture, view: Similarity, input: NetworkInput): Float32Array {
  const { size, outside = 0, means, scales } = input;
  const planeSize = size * size;
  const region = regionOf(picture, view, size);
  const pixelsAt = planesAt + 12 * planeSize;
  reserve(pixelsAt + 3 * region.width * region.height + slack);
  const planes = new Float32Array(kernel.memory.buffer, planesAt, 3 * planeSize);
  means.forEach((mean, channel) => {
    const empty = (outside - mean) / (scales[channel] as number);
    planes.fill(empty, channel * planeSize, (channel + 1) * planeSize);
  });
  if (region.width < 1 || region.height < 1) return planes;
  copyRegion(picture, region, pixelsAt);
  const steps = stepsOf(view);
  writeHead(input, steps.samples);
  for (let row = 0; row < size; row++) {
    const from = unmap(view, [0, row]);
    const near = columnsWithin(from, steps, size, outerBounds(picture, steps));
    const inner = columnsWithin(from, steps, size, innerBounds(picture, steps));
    const [first, end] = inner[0] < inner[1] ? inner : [near[1], near[1]];
    const place = { picture, steps, from, input, planes };
    for (let column = near[0]; column < first; column++) addAtEdge(place, column, row * size + column);
    for (let column = end; column < near[1]; column++) addAtEdge(place, column, row * size + column);
    if (first === end) continue;
    kernel.cutRow(
      pixelsAt,
      3 * region.width,
      from[0] + first * steps.along - region.left,
      from[1] - first * steps.across - region.top,
      steps.along,
      -steps.across,
      16 * steps.samples.length,
      1 / steps.samples.length,
      planesAt + 4 * (row * size + first),
      planesAt + 4 * (row * size + end),
      4 * planeSize,
    );
  }
  return planes;
}

function stepsOf({ a, b }: Similarity): Steps {
  const norm = a * a + b * b;
  const [along, across] = [a / norm, b / norm];
  const offsets = norm < 0.64 ? [-quarter, quarter] : [0];
  const samples = offsets.flatMap((down) =>
    offsets.map((right): Point => [along * right + across * down, along * down - across * right]),
  );
  return { along, across, samples, reach: Math.max(...samples.flat().map(Math.abs)) };
}

/** Finds the part of the picture that the square's samples need. */
function regionOf({ width, height }: DecodedPicture, view: Similarity, size: number): Region {
  const corners = [
    [-1, -1],
    [size, -1],
    [-1, size],
    [size, size],
  ].map((corner) => unmap(view, corner as [number, number]));
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const left = Math.max(0, Math.floor(Math.min(...xs)));
  const top = Math.max(0, Math.floor(Math.min(...ys)));
  return {
    left,
    top,
    width: Math.min(width, Math.ceil(Math.max(...xs)) + 2) - left,
    height: Math.min(height, Math.ceil(Math.max(...ys)) + 2) - top,
  };
}

function copyRegion({ width, pixels }: DecodedPicture, region: Region, at: number): void {
  const bytes = new Uint8Array(kernel.memory.buffer, at, 3 * region.width * region.height);
  for (let row = 0; row < region.height; row++) {
    const from = 3 * ((region.top + row) * width + region.left);
    bytes.set(pixels.subarray(from, from + 3 * region.width), 3 * row * region.width);
  }
}

/** Writes what the kernel reads at the beginning of its memory. */
function writeHead({ means, scales }: NetworkInput, samples: readonly Point[]): void {
  const { buffer } = kernel.memory;
  new Float32Array(buffer, 0, 8).set([...means, 0, ...scales, 1]);
  new Float64Array(buffer, 32, 2 * samples.length).set(samples.flat());
}

/** Left, top, right and lower bounds of points in a picture. */
type Bounds = readonly [number, number, number, number];

/** Bounds of a pixel's middle within which its samples lie between four pixels of the picture. */
function innerBounds({ width, height }: DecodedPicture, { reach }: Steps): Bounds {
  const margin = reach + 1e-6;
  return [margin, margin, width - 1 - margin, height - 1 - margin];
}

/** Bounds of a pixel's middle outside of which no sample has a share of the picture. */
function outerBounds({ width, height }: DecodedPicture, { reach }: Steps): Bounds {
  return [-1 - reach, -1 - reach, width + reach, height + reach];
}

/** Finds the columns of a row within the bounds, from the first to before the second number. */
function columnsWithin(
  [x, y]: Point,
  { along, across }: Steps,
  size: number,
  [left, top, right, bottom]: Bounds,
): readonly [number, number] {
  let [first, end] = [0, size];
  for (const [start, step, low, high] of [
    [x, along, left, right],
    [y, -across, top, bottom],
  ] as const) {
    if (Math.abs(step) < 1e-12) {
      if (start < low || start > high) return [0, 0];
      continue;
    }
    const [one, other] = [(low - start) / step, (high - start) / step];
    first = Math.max(first, Math.ceil(Math.min(one, other)));
    end = Math.min(end, Math.floor(Math.max(one, other)) + 1);
  }
  return first < end ? [first, end] : [0, 0];
}

/** A row of a square at the picture's edge. */
interface EdgeRow {
  readonly picture: DecodedPicture;
  readonly steps: Steps;
  /** Middle of its first pixel, in the picture. */
  readonly from: Point;
  readonly input: NetworkInput;
  readonly planes: Float32Array;
}

/**
 * Adds the picture's share to a pixel of the square, which until now counts as outside.
 * @param at index of the pixel in the first plane
 */
function addAtEdge({ picture, steps, from, input, planes }: EdgeRow, column: number, at: number): void {
  const { width, height, pixels } = picture;
  const { size, scales, outside = 0 } = input;
  const { along, across, samples } = steps;
  for (const [right, down] of samples) {
    const px = from[0] + column * along + right;
    const py = from[1] - column * across + down;
    const left = Math.floor(px);
    const top = Math.floor(py);
    for (let corner = 0; corner < 4; corner++) {
      const cornerX = left + (corner & 1);
      const cornerY = top + (corner >> 1);
      if (cornerX < 0 || cornerY < 0 || cornerX >= width || cornerY >= height) continue;
      const weight = ((1 - Math.abs(px - cornerX)) * (1 - Math.abs(py - cornerY))) / samples.length;
      const first = 3 * (cornerY * width + cornerX);
      for (let channel = 0; channel < 3; channel++) {
        const index = at + channel * size * size;
        const more = weight * ((pixels[first + channel] as number) - outside);
        planes[index] = (planes[index] as number) + more / (scales[channel] as number);
      }
    }
  }
}

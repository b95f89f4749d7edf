import type { Box } from '../contract/shapes.ts';
import type { DecodedPicture } from '../inputs/picture.ts';

/** Every so many pixels of a row and of a column one is looked at. */
const step = 4;
/** Samples of a cell's side: a cell has 32 pixels. */
const cellSamples = 8;
/** Pixels of a cell's side. */
const cellSize = step * cellSamples;
/** Share of a new frame in the running mean. */
const learning = 0.1;
/** Mean difference of a moving cell's samples, in levels of 0..255, above what noise alone makes. */
const leastDifference = 5;
/** Cells move if they differ by so many times as much as most others do. */
const aboveNoise = 3;
/** Share of cells. If more of them move, the light or the camera has changed, and not a person. */
const sceneShare = 0.6;
/** Cells of the smallest thing that moves. */
const leastCells = 2;

export interface Motion {
  /** Boxes of what moves, in pixels of the frame; empty where nothing does. */
  readonly boxes: readonly Box[];
  /** True for the first frame, and if all of the scene has changed. Then nothing is known of what moves. */
  readonly isNewScene: boolean;
}

/** Tells what moves before a fixed camera, at some 2 ms a frame of 1080 rows. */
export class MotionGate {
  #width = 0;
  #height = 0;
  #mean = new Float32Array();

  look(frame: DecodedPicture): Motion {
    if (frame.width !== this.#width || frame.height !== this.#height) return this.#begin(frame);
    const columns = Math.floor(frame.width / cellSize);
    const rows = Math.floor(frame.height / cellSize);
    const differences = this.#differences(frame, columns, rows);
    const middle = medianOf(differences);
    const least = Math.max(leastDifference, aboveNoise * middle);
    const moves = Array.from(differences, (difference) => difference > least);
    const share = differences.filter((difference) => difference > leastDifference).length / moves.length;
    if (share > sceneShare) return this.#begin(frame);
    return { boxes: boxesOf(moves, columns), isNewScene: false };
  }

  /** Takes the frame for the scene as it is. */
  #begin({ width, height, pixels }: DecodedPicture): Motion {
    this.#width = width;
    this.#height = height;
    const [across, down] = [Math.floor(width / step), Math.floor(height / step)];
    this.#mean = new Float32Array(across * down);
    for (let y = 0, at = 0; y < down; y++) {
      for (let x = 0; x < across; x++) this.#mean[at++] = sampleAt(pixels, 3 * (y * step * width + x * step));
    }
    return { boxes: [], isNewScene: true };
  }

  /** Computes the mean difference of each cell from the running mean, and moves that on. */
  #differences({ width, pixels }: DecodedPicture, columns: number, rows: number): Float32Array {
    const across = Math.floor(width / step);
    const mean = this.#mean;
    const sums = new Float32Array(columns * rows);
    for (let y = 0; y < rows * cellSamples; y++) {
      const cellRow = Math.floor(y / cellSamples) * columns;
      let pixel = 3 * y * step * width;
      let at = y * across;
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let sample = 0; sample < cellSamples; sample++, at++, pixel += 3 * step) {
          const difference = sampleAt(pixels, pixel) - (mean[at] as number);
          mean[at] = (mean[at] as number) + learning * difference;
          sum += difference < 0 ? -difference : difference;
        }
        sums[cellRow + column] = (sums[cellRow + column] as number) + sum;
      }
    }
    const samples = cellSamples ** 2;
    return sums.map((sum) => sum / samples);
  }
}

/** Reads how bright a sample is: half the green of two neighbours, which halves the noise. */
function sampleAt(pixels: Uint8Array, at: number): number {
  return ((pixels[at + 1] as number) + (pixels[at + 4] as number)) / 2;
}

function medianOf(values: Float32Array): number {
  return values.toSorted()[Math.floor(values.length / 2)] ?? 0;
}

/** Finds the boxes around the cells that move and touch each other. */
function boxesOf(moves: boolean[], columns: number): Box[] {
  const boxes: Box[] = [];
  for (let start = 0; start < moves.length; start++) {
    if (!moves[start]) continue;
    const cells = [start];
    moves[start] = false;
    for (const cell of cells) {
      for (const next of neighboursOf(cell, columns)) {
        if (!moves[next]) continue;
        moves[next] = false;
        cells.push(next);
      }
    }
    if (cells.length >= leastCells) boxes.push(boxAround(cells, columns));
  }
  return boxes;
}

function neighboursOf(cell: number, columns: number): number[] {
  const column = cell % columns;
  return [-1, 0, 1]
    .filter((across) => column + across >= 0 && column + across < columns)
    .flatMap((across) => [-columns, 0, columns].map((down) => cell + across + down));
}

function boxAround(cells: readonly number[], columns: number): Box {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
  for (const cell of cells) {
    const [column, row] = [cell % columns, Math.floor(cell / columns)];
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
  }
  return {
    x: left * cellSize,
    y: top * cellSize,
    w: (right - left) * cellSize,
    h: (bottom - top) * cellSize,
  };
}

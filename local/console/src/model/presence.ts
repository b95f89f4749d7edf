/**
 * Tells cheaply if somebody may stand before a camera, from frames of a few hundred cells. Only frames that
 * may show a face are sent.
 */

/** Brightness of a frame's cells, from 0 to 255, row by row. */
export type Brightness = Float32Array;

/** Size of the frames that are compared, in cells. */
export const cells = { width: 32, height: 24 } as const;
/** Pixels along each side of a cell. Their mean has little of the camera's noise. */
const cellSide = 10;
/** Size of the pictures that cells are made of, in pixels. */
export const pixels = { width: cells.width * cellSide, height: cells.height * cellSide } as const;

/** Change of a cell's brightness that always counts, and the smallest one that can. */
const change = { enough: 14, least: 1.5 } as const;
/** Smallest change that counts, as a share of the brightness. A shadow or a flickering lamp makes less. */
const minContrast = 0.12;
/** Smallest change that counts, in standard deviations of the noise. */
const aboveNoise = 4;
/** Smallest share of changed cells that counts, three of them: a face some metres away fills more. */
const minShare = 3 / (cells.width * cells.height);
/** Share of the cells whose change from frame to frame tells the noise, and what it is in its deviations. */
const quiet = { share: 0.75, deviations: 1.15 } as const;
/** Number of frames of which the quietest tells the noise. Somebody who comes moves more cells at first. */
const noiseFrames = 20;
/** Time for which it looks on after the last change, while no face was found. */
const goneMs = 2_000;
/** Time for which it looks on at a face that does not move at all, such as one on a poster. */
const stillMs = 30_000;
/** Brightness below which the service can't judge a face: 10 of 100. */
const darkBelow = 25.5;
/** Share of the frame that is as bright as a face must be, from which a face can be. */
const litShare = 0.1;
/** Share from which it is light again, so that a frame at the border does not change that to and fro. */
const litAgainShare = 0.15;

/** Returns the brightness of the cells of a picture that has the size `pixels`, in RGBA. */
export function cellsOf(rgba: ArrayLike<number>): Brightness {
  const sums = new Float32Array(cells.width * cells.height);
  for (let y = 0; y < pixels.height; y++) {
    for (let x = 0; x < pixels.width; x++) {
      const at = 4 * (y * pixels.width + x);
      const cell = Math.floor(y / cellSide) * cells.width + Math.floor(x / cellSide);
      const brightness = 0.3 * (rgba[at] ?? 0) + 0.59 * (rgba[at + 1] ?? 0) + 0.11 * (rgba[at + 2] ?? 0);
      sums[cell] = (sums[cell] ?? 0) + brightness;
    }
  }
  return sums.map((sum) => sum / cellSide ** 2);
}

/**
 * Returns true if the frame is so dark that no face in it could be judged.
 *
 * @param wasDark what was told of the frame before
 */
export function isDark(frame: Brightness, wasDark = false): boolean {
  const share = wasDark ? litAgainShare : litShare;
  return frame.filter((value) => value >= darkBelow).length < share * frame.length;
}

/**
 * Returns the share of cells that changed: by more than the noise, and much for how bright they are. A change
 * of the whole frame, as of the exposure, is none.
 *
 * @param noise standard deviation of a cell's change while nothing happens
 */
export function changedShare(before: Brightness, now: Brightness, noise = 0): number {
  if (before.length !== now.length || now.length === 0) return 1;
  const expected = asBrightAs(before, now);
  const least = Math.max(change.least, aboveNoise * noise);
  const changed = now.filter((value, index) => {
    const was = expected[index] ?? 0;
    return Math.abs(value - was) >= Math.min(change.enough, Math.max(least, minContrast * was));
  });
  return changed.length / now.length;
}

/** Returns the frame of before in the light of now. An exposure changes all cells by the same factor. */
function asBrightAs(before: Brightness, now: Brightness): Brightness {
  // The 1 keeps what a black cell becomes by noise from being a factor.
  const factor = quantile(
    now.map((value, index) => (value + 1) / ((before[index] ?? 0) + 1)),
    0.5,
  );
  return before.map((value) => value * factor);
}

function quantile(values: Float32Array, share: number): number {
  return values.toSorted()[Math.floor(share * (values.length - 1))] ?? 0;
}

/** Decides from frame to frame if it is worth a look. Times are in milliseconds. */
export class Presence {
  #lookedAt: Brightness | undefined;
  #before: Brightness | undefined;
  /** Noise of each of the last frames, the latest last. */
  #noises: readonly number[] = [];
  #changed = Number.NEGATIVE_INFINITY;
  #hasFace = false;

  /**
   * Compares a frame with the one that was looked at last, so that slow changes count too. Returns true if
   * somebody may be there.
   */
  isSomebodyIn(frame: Brightness, now: number): boolean {
    this.#hear(frame);
    const noise = Math.min(...this.#noises);
    const share = this.#lookedAt && changedShare(this.#lookedAt, frame, Number.isFinite(noise) ? noise : 0);
    if (share === undefined || share >= minShare) this.#changed = now;
    return now - this.#changed < (this.#hasFace ? stillMs : goneMs);
  }

  /** Measures the noise between two frames. A camera that shows a frame twice has none of it to tell. */
  #hear(frame: Brightness): void {
    const before = this.#before && asBrightAs(this.#before, frame);
    this.#before = frame;
    if (before === undefined) return;
    const changes = frame.map((value, index) => Math.abs(value - (before[index] ?? 0)));
    const noise = quantile(changes, quiet.share) / quiet.deviations;
    if (noise > 0) this.#noises = [...this.#noises, noise].slice(-noiseFrames);
  }

  /** Notes the frame that a look was at. */
  look(frame: Brightness): void {
    this.#lookedAt = frame;
  }

  /** Notes what the look found. */
  found(faces: number): void {
    this.#hasFace = faces > 0;
  }
}

/**
 * Tells cheaply if somebody may stand before a camera, from frames of a few hundred cells. Only frames that
 * may show a face are sent.
 */

/** Brightness of a frame's cells, from 0 to 255, row by row. */
export type Brightness = Uint8Array;

/** Size of the frames that are compared, in cells. */
export const cells = { width: 32, height: 24 } as const;

/** Smallest change of a cell's brightness that counts. A camera's noise stays below it. */
const minChange = 14;
/** Smallest share of changed cells that counts: a face some metres away fills more of them. */
const minShare = 0.015;
/** Time for which it looks on after the last change, while no face was found. */
const goneMs = 2_000;
/** Time for which it looks on at a face that does not move at all, such as one on a poster. */
const stillMs = 30_000;

/** Returns the share of cells that changed. A change of the whole frame, as of the exposure, is none. */
export function changedShare(before: Brightness, now: Brightness): number {
  if (before.length !== now.length || now.length === 0) return 1;
  let sum = 0;
  for (const [index, value] of now.entries()) sum += value - (before[index] ?? 0);
  const shift = sum / now.length;
  let changed = 0;
  for (const [index, value] of now.entries()) {
    if (Math.abs(value - (before[index] ?? 0) - shift) >= minChange) changed++;
  }
  return changed / now.length;
}

/** Decides from frame to frame if it is worth a look. Times are in milliseconds. */
export class Presence {
  #lookedAt: Brightness | undefined;
  #changed = Number.NEGATIVE_INFINITY;
  #hasFace = false;

  /**
   * Compares a frame with the one that was looked at last, so that slow changes count too. Returns true if
   * somebody may be there.
   */
  isSomebodyIn(frame: Brightness, now: number): boolean {
    if (this.#lookedAt === undefined || changedShare(this.#lookedAt, frame) >= minShare) this.#changed = now;
    return now - this.#changed < (this.#hasFace ? stillMs : goneMs);
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

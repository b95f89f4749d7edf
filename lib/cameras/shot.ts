import type { Box, FacialArea } from '../contract/shapes.ts';
import type { DecodedPicture } from '../inputs/picture.ts';

/** A face with what is around it, cut out of a frame. */
export interface Shot extends DecodedPicture {
  /** The face, in pixels of the shot. */
  readonly area: FacialArea;
}

/** Side of a shot, in sides of its face: the detector needs what is around one. */
const sides = 3;

/**
 * Cuts a face out of a frame. Other faces are covered: nothing is kept of people who do not match.
 * @param others boxes of all other faces of the frame
 */
export function cutShot(frame: DecodedPicture, area: FacialArea, others: readonly Box[]): Shot {
  const side = Math.round(sides * Math.max(area.w, area.h));
  const left = Math.max(0, Math.round(area.x + area.w / 2 - side / 2));
  const top = Math.max(0, Math.round(area.y + area.h / 2 - side / 2));
  const width = Math.min(frame.width - left, side);
  const height = Math.min(frame.height - top, side);
  const pixels = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    const start = 3 * ((top + row) * frame.width + left);
    pixels.set(frame.pixels.subarray(start, start + 3 * width), 3 * row * width);
  }
  const shot = { width, height, pixels };
  const own = { ...area, x: area.x - left, y: area.y - top };
  for (const other of others) cover(shot, enlarged({ ...other, x: other.x - left, y: other.y - top }), own);
  const moved = (point: readonly [number, number] | null): [number, number] | null =>
    point && [point[0] - left, point[1] - top];
  return {
    ...shot,
    area: {
      ...own,
      left_eye: moved(area.left_eye),
      right_eye: moved(area.right_eye),
      nose: moved(area.nose),
      mouth_left: moved(area.mouth_left),
      mouth_right: moved(area.mouth_right),
    },
  };
}

/** Makes a box large enough for the whole head. */
function enlarged({ x, y, w, h }: Box): Box {
  return { x: x - w / 4, y: y - h / 2, w: 1.5 * w, h: 1.75 * h };
}

/** Fills a box with grey, but for the face that the shot is of. */
function cover({ width, height, pixels }: DecodedPicture, { x, y, w, h }: Box, own: Box): void {
  const [left, right] = [Math.max(0, Math.floor(x)), Math.min(width, Math.ceil(x + w))];
  for (let row = Math.max(0, Math.floor(y)); row < Math.min(height, Math.ceil(y + h)); row++) {
    const isBeside = row < own.y || row >= own.y + own.h;
    for (let column = left; column < right; column++) {
      if (!isBeside && column >= own.x && column < own.x + own.w) continue;
      pixels.fill(128, 3 * (row * width + column), 3 * (row * width + column) + 3);
    }
  }
}

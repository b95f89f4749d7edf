import type { Box } from '../contract/shapes.ts';

/** Pixels of the detector's square: a smaller region would be enlarged, and show no more. */
const leastSide = 256;
/** Share of a person's height that a region shows: a face is then as large as the detector likes it best. */
const shareOfHeight = 0.6;
/** Share of a region's side by which the next one is shifted. */
const stride = 0.75;
/** Regions of one frame; each costs one run of the detector. */
const maxRegions = 6;

export interface RegionNeed {
  readonly width: number;
  readonly height: number;
  /** Boxes of what moves. */
  readonly moving: readonly Box[];
  /** Boxes in which faces that are followed must be now. */
  readonly followed: readonly Box[];
  /** True to look also where followed people move, who may hide others, and at the whole frame. */
  readonly isThorough: boolean;
}

/**
 * Plans at which squares of a frame to look for new faces. Heads are at the top of what moves, so that is
 * looked at first. People who are followed are left out: their faces have looks of their own.
 */
export function planRegions({ width, height, moving, followed, isThorough }: RegionNeed): Box[] {
  const frame = { x: 0, y: 0, w: width, h: height };
  const unknown = isThorough ? moving : moving.filter((box) => !isExplained(box, followed));
  const regions = unknown.flatMap((box) => squaresOver(box, frame, isThorough));
  const chosen = regions.slice(0, isThorough ? maxRegions - 1 : maxRegions);
  return isThorough ? [...chosen, wholeOf(frame)] : chosen;
}

/** Heads and bodies of followed people, in widths of their faces. */
const body = { beside: 2, above: 1.5, below: 8 } as const;

/** Returns true if followed people account for all that moves here. */
function isExplained(box: Box, followed: readonly Box[]): boolean {
  return followed.some((face) => {
    const left = face.x - body.beside * face.w;
    const right = face.x + face.w + body.beside * face.w;
    const top = face.y - body.above * face.w;
    const bottom = face.y + face.h + body.below * face.w;
    return box.x >= left && box.x + box.w <= right && box.y >= top && box.y + box.h <= bottom;
  });
}

/** Covers the top of a box with squares, and with a second row where shorter people may stand before it. */
function squaresOver(box: Box, frame: Box, hasSecondRow: boolean): Box[] {
  const side = Math.min(Math.max(leastSide, Math.round(shareOfHeight * box.h)), Math.min(frame.w, frame.h));
  const columns = Math.max(1, Math.ceil((box.w - side) / (stride * side)) + 1);
  const top = box.y - side / 8;
  const rows = hasSecondRow && box.h > 1.5 * side ? [top, top + stride * side] : [top];
  return rows.flatMap((y) =>
    Array.from({ length: columns }, (_, column) => {
      const free = box.w - side;
      const x = columns === 1 ? box.x + free / 2 : box.x + (free * column) / (columns - 1);
      return insideOf(frame, { x, y, w: side, h: side });
    }),
  );
}

/** Moves a square into the frame. */
function insideOf({ w, h }: Box, square: Box): Box {
  return {
    x: Math.round(Math.max(0, Math.min(w - square.w, square.x))),
    y: Math.round(Math.max(0, Math.min(h - square.h, square.y))),
    w: square.w,
    h: square.h,
  };
}

/** Makes the square that shows the whole frame; what it shows beside it is empty. */
function wholeOf({ w, h }: Box): Box {
  const side = Math.max(w, h);
  return { x: Math.round((w - side) / 2), y: Math.round((h - side) / 2), w: side, h: side };
}

/** A point in shares of the frame's width and height, 0..1. */
export type ZonePoint = readonly [number, number];

/**
 * Returns true if the middle of a box lies in a zone, by the rule of even and odd crossings.
 * @param zone corners of a polygon; without any, everything is in it
 */
export function isInZone(box: Box, zone: readonly ZonePoint[], width: number, height: number): boolean {
  if (zone.length === 0) return true;
  const [x, y] = [(box.x + box.w / 2) / width, (box.y + box.h / 2) / height];
  let isInside = false;
  for (const [index, [x1, y1]] of zone.entries()) {
    const [x2, y2] = zone.at(index - 1) as ZonePoint;
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) isInside = !isInside;
  }
  return isInside;
}

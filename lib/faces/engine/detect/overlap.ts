import type { Box } from '../../../contract/shapes.ts';

/** Counts the pixels that two boxes share. */
function common(one: Box, other: Box): number {
  const w = Math.min(one.x + one.w, other.x + other.w) - Math.max(one.x, other.x);
  const h = Math.min(one.y + one.h, other.y + other.h) - Math.max(one.y, other.y);
  return Math.max(0, w) * Math.max(0, h);
}

/** Computes the area that two boxes share, as a share of all that they cover, 0..1. */
export function shareOfUnion(one: Box, other: Box): number {
  const shared = common(one, other);
  return shared / (one.w * one.h + other.w * other.h - shared);
}

/**
 * Computes the share of the smaller box that lies in the other, 0..1. A part's edge may have cut one of
 * them.
 */
export function sharedWithSmaller(one: Box, other: Box): number {
  return common(one, other) / Math.min(one.w * one.h, other.w * other.h);
}

/**
 * Keeps the first of the boxes that mean one thing. None that is kept shares more than half of the smaller
 * box with one before it.
 */
export function withoutDoubles<B extends Box>(boxes: readonly B[]): B[] {
  const kept: B[] = [];
  for (const box of boxes) {
    if (!kept.some((other) => sharedWithSmaller(box, other) > 0.5)) kept.push(box);
  }
  return kept;
}

import type { Box, ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { judge } from './verdicts.ts';

/**
 * Tells from place and time alone if a face is the one of before. Looks say nothing of that: two people can
 * match the same entry.
 */

/** Moment of a look, in milliseconds. */
export interface Moment {
  /** Time at which its picture was taken. */
  readonly seenAt: number;
  /** Time at which its answer came. */
  readonly toldAt: number;
}

/** Face that a verdict is about, as it was seen last. */
export interface SeenFace extends Moment {
  /** Ids of the entries that it matched. */
  readonly ids: readonly number[];
  readonly place: Box | undefined;
}

/** Time in which a look counts together with one of before. */
export interface Age {
  /** Longest time between the answer of before and the next picture. */
  readonly idle: number;
  /** Longest time between both pictures, however long the service took. */
  readonly most: number;
}

export function isSoonAfter({ seenAt, toldAt }: Moment, now: number, { idle, most }: Age): boolean {
  return now - toldAt < idle && now - seenAt < most;
}

/** Lists the faces of a look, in the result's order. */
export function facesIn({ faces }: ImageProcessingResult, moment: Moment): SeenFace[] {
  return faces.map((face) => {
    const matches = judge(face).comparisons.filter(({ likeness }) => likeness === 'match');
    return { ...moment, ids: matches.map(({ entry }) => entry.id), place: face.facial_area ?? undefined };
  });
}

/** Finds for each face that is seen the one of before that it can be, nearest first, each for one alone. */
export function pairUp(
  known: readonly SeenFace[],
  seen: readonly SeenFace[],
): (face: SeenFace) => SeenFace | undefined {
  const pairs = new Map<SeenFace, SeenFace>();
  const taken = new Set<SeenFace>();
  const near = known
    .flatMap((before) => seen.map((face) => ({ before, face, moved: movedBy(before.place, face.place) })))
    .filter(({ moved }) => moved <= 1)
    .toSorted((one, other) => one.moved - other.moved);
  for (const { before, face } of near) {
    if (pairs.has(face) || taken.has(before)) continue;
    pairs.set(face, before);
    taken.add(before);
  }
  return (face) => pairs.get(face);
}

/** Returns how far a face has moved, in widths of a face. One of quite another size is somebody else's. */
function movedBy(before: Box | undefined, now: Box | undefined): number {
  if (before === undefined || now === undefined) return Number.POSITIVE_INFINITY;
  const width = Math.max(before.w, now.w);
  if (width > 2 * Math.min(before.w, now.w)) return Number.POSITIVE_INFINITY;
  const x = now.x + now.w / 2 - before.x - before.w / 2;
  const y = now.y + now.h / 2 - before.y - before.h / 2;
  return Math.hypot(x, y) / width;
}

import { decide, pooledLooks, qualityOf, weightOf } from '../../lib/cameras/decide.ts';
import { fusionMean } from '../../lib/faces/engine/embed/fusion-mean.ts';
import type { FaceMatch } from '../../lib/faces/face.ts';
import { type FacePrint, meanPrint, printDistance } from '../../lib/faces/print.ts';

/** A look at a clip's face; there is none of a frame in which no face was found. */
export interface FaceSample {
  readonly print: FacePrint;
  readonly width: number;
  readonly confidence: number;
}

/** Reference of a listed person. */
export interface Reference {
  readonly person: string;
  readonly print: FacePrint;
}

/** Rules that a track may be decided by. */
export const rules = {
  one: 'one look, in the middle',
  any: 'any look',
  mean: 'mean of the 8 best',
  running: 'mean of the 8 best, as soon as it is within',
  ours: 'the rule in use',
} as const;
export type Rule = keyof typeof rules;

/** Finds the references that each rule tells of, by their indexes. */
export function matchesByRule(
  looks: readonly FaceSample[],
  references: readonly Reference[],
  threshold: number,
): Record<Rule, Set<number>> {
  const distances = looks.map((look) => references.map(({ print }) => printDistance(look.print, print)));
  const within = (row: readonly number[] = []) =>
    new Set(row.flatMap((distance, index) => (distance <= threshold ? [index] : [])));
  const told: Record<Rule, Set<number>> = {
    one: within(distances[Math.floor(looks.length / 2)]),
    any: new Set(distances.flatMap((row) => [...within(row)])),
    mean: new Set(),
    running: new Set(),
    ours: new Set(),
  };
  for (let count = 1; count <= looks.length; count++) {
    const best = looks
      .slice(0, count)
      .toSorted((one, other) => quality(other) - quality(one))
      .slice(0, pooledLooks);
    const distancesOf = (mean: FacePrint) => references.map(({ print }) => printDistance(mean, print));
    const prints = best.map(({ print }) => print);
    const plain = within(distancesOf(meanPrint(prints)));
    for (const index of plain) told.running.add(index);
    if (count === looks.length) told.mean = plain;
    const weights = best.map(({ width, confidence }) => weightOf(width, confidence));
    const row = distancesOf(freed(prints, weights));
    // A track is told of once, at its first decision.
    const phases = count === looks.length ? (['early', 'end'] as const) : (['early'] as const);
    for (const phase of phases) {
      if (told.ours.size > 0) break;
      const neighbours = {
        mean: matchesOf(row, threshold),
        isFreed: true,
        looks: distances.slice(0, count).map((one) => matchesOf(one, threshold)),
      };
      for (const { entryId } of decide(neighbours, phase)) told.ours.add(entryId);
    }
  }
  return told;
}

function freed(prints: readonly FacePrint[], weights: readonly number[]): FacePrint {
  return meanPrint(prints, weights, { Fusion: fusionMean });
}

function quality({ width, confidence }: FaceSample): number {
  return qualityOf(width, confidence);
}

function matchesOf(row: readonly number[], threshold: number): FaceMatch[] {
  return row.flatMap((distance, entryId) =>
    distance <= threshold
      ? [
          {
            entryId,
            imageId: String(entryId),
            distance,
            similarity: 0,
            identity: null,
            target: null,
            metadata: null,
          },
        ]
      : [],
  );
}

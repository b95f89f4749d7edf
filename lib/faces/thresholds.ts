import type { DistanceMetric, SimilarityMetric } from '../contract/vocabulary.ts';

/** Thresholds of the model and metric that are really used; all are distances. */
export interface ThresholdLimits {
  readonly model: string;
  readonly metric: SimilarityMetric;
  /** What counts where a request names none, as it is set. */
  readonly configured: number;
  /** The loosest that anybody gets. */
  readonly loosest: number;
  /** Half a sentence that says why: "a looser one would …". */
  readonly reason: string;
}

/** A threshold as a request means it. */
export interface AskedThreshold {
  /** A distance, at least 0; `undefined` where the request names none. */
  readonly threshold: number | undefined;
  /** The model that the request names, or that `MODEL_NAME` names. */
  readonly model: string;
  readonly metric: DistanceMetric;
  /** That model's own standard threshold where another model replaces it; `undefined` where it is on the scale of what is used. */
  readonly standard: number | undefined;
}

export interface UsedThreshold {
  readonly threshold: number;
  /** What was asked, what is used and why, where the two differ. */
  readonly warnings: readonly string[];
}

/** What counts where a request names no threshold. */
export function standardOf({ configured, loosest }: ThresholdLimits): number {
  return Math.min(configured, loosest);
}

/**
 * The threshold that a request gets. One for a model that is replaced keeps its ratio to that model's standard threshold: the
 * standard itself means the standard of what is used. None is looser than the limit.
 */
export function usedThreshold(
  { threshold: asked, model, metric, standard }: AskedThreshold,
  limits: ThresholdLimits,
): UsedThreshold {
  const own = standardOf(limits);
  if (asked === undefined) return { threshold: own, warnings: [] };
  // A ratio without bounds would make 0 times it no number.
  const meant = standard === undefined ? asked : own * Math.min(asked / standard, Number.MAX_VALUE);
  const threshold = Math.min(meant, limits.loosest);
  if (threshold === asked) return { threshold, warnings: [] };
  const replaced =
    standard !== undefined &&
    `${model} is replaced by ${limits.model}, whose standard threshold is ${shown(own)} where that of ${model} is ${standard} (${metric})`;
  const held = meant > limits.loosest && `with ${limits.model} (${limits.metric}) ${limits.reason}`;
  const why = [replaced, held].filter((reason) => reason !== false).join('; and ');
  return {
    threshold,
    warnings: [`A threshold of ${asked} was asked for, ${shown(threshold)} was used: ${why}.`],
  };
}

function shown(distance: number): string {
  return String(Number(distance.toPrecision(4)));
}

import type { DistanceMetric, SimilarityMetric } from '../contract/vocabulary.ts';

/** Thresholds of the model and metric that are used; all are distances. */
export interface ThresholdLimits {
  readonly model: string;
  readonly metric: SimilarityMetric;
  /** Threshold of the settings, for requests without one. */
  readonly configured: number;
  /** Loosest threshold that a request can get. */
  readonly loosest: number;
  /** Reason for this limit, half a sentence: "a looser one would …". */
  readonly reason: string;
}

/** A threshold as a request means it. */
export interface RequestedThreshold {
  /** Distance, at least 0; `undefined` if the request names none. */
  readonly threshold: number | undefined;
  /** Model that the request names, or else `MODEL_NAME`. */
  readonly model: string;
  readonly metric: DistanceMetric;
  /**
   * Standard threshold of that model, if another model replaces it; `undefined` if the threshold is on the
   * scale of the model used.
   */
  readonly standard: number | undefined;
}

export interface UsedThreshold {
  readonly threshold: number;
  /** Sentences that say what was asked, what is used and why, if the two differ. */
  readonly warnings: readonly string[];
}

/** Returns the threshold of requests that name none. */
export function standardOf({ configured, loosest }: ThresholdLimits): number {
  return Math.min(configured, loosest);
}

/**
 * Computes the threshold that a request gets. A threshold for a replaced model keeps its ratio to that
 * model's standard: the standard itself becomes the standard of the model used. No threshold is looser than
 * the limit.
 */
export function usedThreshold(
  { threshold: requested, model, metric, standard }: RequestedThreshold,
  limits: ThresholdLimits,
): UsedThreshold {
  const own = standardOf(limits);
  if (requested === undefined) return { threshold: own, warnings: [] };
  // An infinite ratio times 0 would be NaN.
  const meant = standard === undefined ? requested : own * Math.min(requested / standard, Number.MAX_VALUE);
  const threshold = Math.min(meant, limits.loosest);
  if (threshold === requested) return { threshold, warnings: [] };
  const replaced =
    standard !== undefined &&
    `${model} is replaced by ${limits.model}, whose standard threshold is ${shown(own)} where that of ${model} is ${standard} (${metric})`;
  const held = meant > limits.loosest && `with ${limits.model} (${limits.metric}) ${limits.reason}`;
  const why = [replaced, held].filter((reason) => reason !== false).join('; and ');
  return {
    threshold,
    warnings: [`A threshold of ${requested} was asked for, ${shown(threshold)} was used: ${why}.`],
  };
}

function shown(distance: number): string {
  return String(Number(distance.toPrecision(4)));
}

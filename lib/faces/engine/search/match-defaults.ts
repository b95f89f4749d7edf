import type { DistanceMetric, EngineDetector } from '../../../contract/vocabulary.ts';
import type { MatchDefaults } from '../../comparing.ts';
import { standardOf } from '../../thresholds.ts';
import { falseMatchRateAt, similarityAt } from '../models/calibration.ts';
import { type EmbeddingModel, type EmbeddingModelName, thresholdsOfUnits } from '../models/models.ts';
import { cosineDistance, thresholdLimits } from './threshold-limits.ts';

/** Index of the distance of 1 pair in 100,000 in a calibration. */
const oneInHundredThousand = 3;

/** Reach of the scale of similarities, in thresholds, and its number of steps. */
const scaleReach = 4;
const scaleSteps = 64;

/**
 * Computes the defaults of a model, a metric and a detector.
 * @param maxFalseMatchRate see `thresholdLimits`
 */
export function matchDefaults(
  name: EmbeddingModelName,
  model: EmbeddingModel,
  metric: DistanceMetric,
  detectorBackend: EngineDetector,
  maxFalseMatchRate?: number,
): MatchDefaults {
  const limits = thresholdLimits(name, model, metric, maxFalseMatchRate);
  const threshold = standardOf(limits);
  const measured = model.isSupposed ? undefined : model.calibration;
  // The service's models come with a default threshold; that of the user's own follows from its calibration.
  const recommended = name === 'Custom' ? measured?.[oneInHundredThousand] : undefined;
  const usual = recommended === undefined ? limits.configured : thresholdsOfUnits(recommended)[metric];
  const defaultThreshold = Math.min(usual, thresholdLimits(name, model, metric).loosest);
  const rateAt = (distance: number) => {
    const cosine = cosineDistance(name, metric, distance);
    if (measured && cosine !== undefined) return falseMatchRateAt(measured, cosine);
    return model.euclideanCalibration ? falseMatchRateAt(model.euclideanCalibration, distance) : null;
  };
  return {
    detectorBackend,
    metric,
    threshold,
    defaultThreshold,
    configuredThreshold: limits.configured,
    loosestThreshold: limits.loosest,
    falseMatchRate: rateAt(threshold),
    defaultFalseMatchRate: rateAt(defaultThreshold),
    similarityScale: Array.from({ length: scaleSteps + 1 }, (_, step) => {
      const distance = (step / scaleSteps) * scaleReach * threshold;
      const cosine = cosineDistance(name, metric, distance);
      return cosine === undefined ? [] : [{ distance, similarity: similarityAt(model.calibration, cosine) }];
    }).flat(),
  };
}

import { defaultMaxFalseMatchRate } from '../../../config.ts';
import type { DistanceMetric } from '../../../contract/vocabulary.ts';
import type { ThresholdLimits } from '../../thresholds.ts';
import { distanceAtRate, falseMatchRateAt } from '../models/calibration.ts';
import { type EmbeddingModel, type EmbeddingModelName, thresholdsOfUnits } from '../models/models.ts';

/**
 * Computes the limits on a model's thresholds in a metric.
 * @param maxFalseMatchRate the largest share of pairs of different people that may match: above 0, at most
 *   0.01
 */
export function thresholdLimits(
  name: string,
  model: EmbeddingModel,
  metric: DistanceMetric,
  maxFalseMatchRate = defaultMaxFalseMatchRate,
): ThresholdLimits {
  const supposed = model.isSupposed ? ', as far as is known without MODEL_CALIBRATION' : '';
  return {
    model: name,
    metric,
    configured: model.thresholds[metric],
    loosest: loosestDistance(model, metric, maxFalseMatchRate),
    reason:
      `a looser one would make a false match likelier than 1 in ${Math.round(1 / maxFalseMatchRate).toLocaleString('en')} ` +
      `(MAX_FALSE_MATCH_RATE)${supposed}`,
  };
}

function loosestDistance(
  { calibration, euclideanCalibration }: EmbeddingModel,
  metric: DistanceMetric,
  rate: number,
): number {
  if (metric === 'euclidean' && euclideanCalibration) return distanceAtRate(euclideanCalibration, rate);
  // Opposite embeddings have the largest distance, 2.
  return thresholdsOfUnits(Math.min(2, distanceAtRate(calibration, rate)))[metric];
}

/** Largest rate that was measured: no band reaches beyond it. */
const loosestRate = 0.01;

/**
 * Computes the largest distance of a near miss: that at which so many times as many pairs of different people
 * match as at the threshold. It is the threshold itself if no calibration tells it.
 * @param band factor on the false match rate, at least 1
 */
export function nearMissThreshold(
  name: EmbeddingModelName,
  { calibration, euclideanCalibration }: EmbeddingModel,
  metric: DistanceMetric,
  threshold: number,
  band: number,
): number {
  if (band <= 1) return threshold;
  const beyond = (distances: readonly number[], distance: number) =>
    distanceAtRate(distances, Math.min(loosestRate, band * falseMatchRateAt(distances, distance)));
  const cosine = cosineDistance(name, metric, threshold);
  if (cosine !== undefined) {
    return Math.max(threshold, thresholdsOfUnits(Math.min(2, beyond(calibration, cosine)))[metric]);
  }
  return euclideanCalibration ? Math.max(threshold, beyond(euclideanCalibration, threshold)) : threshold;
}

/**
 * Converts a distance of a metric to a cosine distance; returns `undefined` if it depends on the embeddings'
 * lengths.
 */
export function cosineDistance(
  model: EmbeddingModelName,
  metric: DistanceMetric,
  distance: number,
): number | undefined {
  if (metric === 'cosine') return distance;
  if (metric === 'angular') return 1 - Math.cos(Math.PI * distance);
  // Only Dlib's embeddings have other lengths than 1.
  return metric === 'euclidean' && model === 'Dlib' ? undefined : distance ** 2 / 2;
}

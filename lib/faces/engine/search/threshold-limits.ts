import { defaultMaxFalseMatchRate } from '../../../config.ts';
import type { DistanceMetric } from '../../../contract/vocabulary.ts';
import type { ThresholdLimits } from '../../thresholds.ts';
import { distanceAtRate } from '../models/calibration.ts';
import { type EmbeddingModel, thresholdsOfUnits } from '../models/models.ts';

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

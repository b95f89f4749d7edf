import { defaultMaxFalseMatchRate } from '../../../config.ts';
import type { DistanceMetric } from '../../../contract/vocabulary.ts';
import type { ThresholdLimits } from '../../thresholds.ts';
import { distanceAtRate } from '../models/calibration.ts';
import { type EmbeddingModel, thresholdsOfUnits } from '../models/models.ts';

/**
 * The thresholds of a model in a metric.
 * @param maxFalseMatchRate the largest share of pairs of different people that may match: more than 0, at most 0.01
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
  // An opposite direction is as far as embeddings can be.
  return thresholdsOfUnits(Math.min(2, distanceAtRate(calibration, rate)))[metric];
}

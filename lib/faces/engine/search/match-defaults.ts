import type { DistanceMetric, EngineDetector } from '../../../contract/vocabulary.ts';
import type { MatchDefaults } from '../../port.ts';
import { falseMatchRateAt, similarityAt } from '../models/calibration.ts';
import { type EmbeddingModel, type EmbeddingModelName, thresholdsOfUnits } from '../models/models.ts';

/** Where the distance of 1 pair in 100,000 stands among a calibration's. */
const oneInHundredThousand = 3;

/** How far the scale of similarities reaches, in thresholds, and in how many steps. */
const scaleReach = 4;
const scaleSteps = 64;

/** What counts with this model, metric and detector. */
export function matchDefaults(
  name: EmbeddingModelName,
  model: EmbeddingModel,
  metric: DistanceMetric,
  detectorBackend: EngineDetector,
): MatchDefaults {
  const threshold = model.thresholds[metric];
  const measured = model.isSupposed ? undefined : model.calibration;
  // The service's models have the threshold that they come with; what the user's own should have, its calibration tells.
  const recommended = name === 'Custom' ? measured?.[oneInHundredThousand] : undefined;
  const defaultThreshold = recommended === undefined ? threshold : thresholdsOfUnits(recommended)[metric];
  const rateAt = (distance: number) => {
    const cosine = cosineDistance(name, metric, distance);
    return measured && cosine !== undefined ? falseMatchRateAt(measured, cosine) : null;
  };
  return {
    detectorBackend,
    metric,
    threshold,
    defaultThreshold,
    falseMatchRate: rateAt(threshold),
    defaultFalseMatchRate: rateAt(defaultThreshold),
    similarityScale: Array.from({ length: scaleSteps + 1 }, (_, step) => {
      const distance = (step / scaleSteps) * scaleReach * threshold;
      const cosine = cosineDistance(name, metric, distance);
      return cosine === undefined ? [] : [{ distance, similarity: similarityAt(model.calibration, cosine) }];
    }).flat(),
  };
}

/** The cosine distance that a distance of another metric means; undefined where it depends on the embeddings' lengths. */
function cosineDistance(
  model: EmbeddingModelName,
  metric: DistanceMetric,
  distance: number,
): number | undefined {
  if (metric === 'cosine') return distance;
  if (metric === 'angular') return 1 - Math.cos(Math.PI * distance);
  // Dlib's embeddings alone are not of length 1.
  return metric === 'euclidean' && model === 'Dlib' ? undefined : distance ** 2 / 2;
}

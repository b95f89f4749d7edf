import type { Overrides } from '../contract/fields.ts';
import type { FaceOptions } from '../faces/port.ts';

/** A request's overrides as the face backends take them. */
export function faceOptions(overrides: Overrides): FaceOptions {
  return {
    detectorBackend: overrides.detector_backend,
    modelName: overrides.model_name,
    distanceMetric: overrides.distance_metric,
    threshold: overrides.threshold,
  };
}

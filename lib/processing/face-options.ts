import type { Overrides } from '../contract/fields.ts';
import type { FaceOptions, UsedOptions } from '../faces/comparing.ts';

/** Converts a request's overrides to the options of the face backends. */
export function faceOptions(overrides: Overrides): FaceOptions {
  return {
    detectorBackend: overrides.detector_backend,
    modelName: overrides.model_name,
    distanceMetric: overrides.distance_metric,
    threshold: overrides.threshold,
  };
}

/**
 * Returns the warnings for an answer, about options that were not used as requested. Returns null if there
 * are none.
 */
export function shownWarnings({ warnings }: Pick<UsedOptions, 'warnings'>): string[] | null {
  return warnings.length > 0 ? [...warnings] : null;
}

import type { ImageProcessingResult } from '../contract/shapes.ts';
import { processedKeyAt } from './key.ts';

/** The keys of a processed picture's copies, each once. */
export function copiesOf(result: ImageProcessingResult): string[] {
  const locations = [result.original_image_path, result.saved_image_path, result.cropped_face_path];
  const keys = locations.map((location) => (location === null ? undefined : processedKeyAt(location)));
  return [...new Set(keys.filter((key) => key !== undefined))];
}

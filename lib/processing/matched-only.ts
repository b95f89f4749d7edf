import type { ImageProcessingResult } from '../contract/shapes.ts';

/** Name of a stored picture that tells nothing of where the service keeps it: its last folder and file. */
const withoutPlace = (location: string) => location.split(/[\\/]/).slice(-2).join('/');
const placeOrNull = (location: string | null) => (location === null ? null : withoutPlace(location));

/**
 * Leaves out the people whom no face matched, and the reviews of those who did. Whoever may only check
 * pictures would else read the whole list, picture by picture, and what the desk says of them. The verdict
 * still tells that somebody nearly matched.
 *
 * Places of pictures lose the folders or the bucket before them, which are nobody's business who only checks.
 */
export function matchedOnly(result: ImageProcessingResult): ImageProcessingResult {
  return {
    ...result,
    saved_image_path: placeOrNull(result.saved_image_path),
    original_image_path: placeOrNull(result.original_image_path),
    cropped_face_path: placeOrNull(result.cropped_face_path),
    faces: result.faces.map(({ out_of_force: _, ...face }) => ({
      ...face,
      blacklist_matches: face.blacklist_matches.map((match) => ({
        ...match,
        identity: withoutPlace(match.identity),
        review: null,
      })),
      candidates: null,
      near_misses: null,
    })),
  };
}

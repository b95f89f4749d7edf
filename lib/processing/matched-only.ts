import type { ImageProcessingResult } from '../contract/shapes.ts';

/**
 * Leaves out the people whom no face matched, and the reviews of those who did. Whoever may only check
 * pictures would else read the whole list, picture by picture, and what the desk says of them. The verdict
 * still tells that somebody nearly matched.
 */
export function matchedOnly(result: ImageProcessingResult): ImageProcessingResult {
  return {
    ...result,
    faces: result.faces.map((face) => ({
      ...face,
      blacklist_matches: face.blacklist_matches.map((match) => ({ ...match, review: null })),
      candidates: null,
      near_misses: null,
    })),
  };
}

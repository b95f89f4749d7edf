import type { ImageProcessingResult } from '../contract/shapes.ts';

/** A processed picture's answer out of the JSON that was kept of it; what older records lack is null. */
export function storedResult(json: string, id: number): ImageProcessingResult {
  const result: ImageProcessingResult = JSON.parse(json);
  const faces = result.faces.map((face) => ({
    ...face,
    blacklist_matches: face.blacklist_matches.map((match) => ({
      ...match,
      image_id: match.image_id ?? null,
    })),
    candidates: null,
  }));
  return { ...result, faces, db_id: id };
}

import type { ImageProcessingResult, MatchedEntry } from '../../contract/shapes.ts';
import { noOrigin } from '../../origin.ts';

/** The details of a match's entry that older records lack. */
const noDetails: Partial<MatchedEntry> = { severity: null, category: null, expires_at: null };

/**
 * A processed picture's answer out of the JSON that was kept of it; what older records lack is null.
 * @param at when it was recorded, in milliseconds since 1970; without it, an earlier version has kept the time in the JSON
 */
export function storedResult(json: string, id: number, at: number | undefined): ImageProcessingResult {
  const result: ImageProcessingResult = JSON.parse(json);
  const faces = result.faces.map((face) => ({
    ...face,
    blacklist_matches: face.blacklist_matches.map((match) => ({
      ...match,
      entry: { ...noDetails, ...match.entry, notes: null },
      image_id: match.image_id ?? null,
    })),
    candidates: null,
  }));
  const processing_timestamp = at === undefined ? result.processing_timestamp : new Date(at).toISOString();
  const warnings = result.warnings ?? null;
  return { ...noOrigin, ...result, faces, db_id: id, processing_timestamp, warnings };
}

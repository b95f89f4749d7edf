import type { ImageProcessingResult, MatchedEntry } from '../../contract/shapes.ts';
import { noCamera, noOrigin } from '../../origin.ts';

/** The details of a match's entry that older records lack. */
const noDetails: Partial<MatchedEntry> = { severity: null, category: null, expires_at: null };

/**
 * Reads a processed picture's answer from its stored JSON. Fields that older records lack become null.
 * @param at time of the record, in milliseconds since 1970; without it, the JSON of an earlier version
 *   contains the time
 */
export function storedResult(json: string, id: number, at: number | undefined): ImageProcessingResult {
  const result: ImageProcessingResult = JSON.parse(json);
  const faces = result.faces.map((face) => ({
    ...face,
    blacklist_matches: face.blacklist_matches.map((match) => ({
      ...match,
      entry: { ...noDetails, ...match.entry, notes: null },
      image_id: match.image_id ?? null,
      review: null,
    })),
    candidates: null,
    near_misses: face.near_misses ?? null,
    quality: face.quality ?? null,
    verdict: face.verdict ?? null,
    verdict_reasons: face.verdict_reasons ?? null,
  }));
  const processing_timestamp = at === undefined ? result.processing_timestamp : new Date(at).toISOString();
  const warnings = result.warnings ?? null;
  const { has_near_miss = null, verdict = null, verdict_reasons = null } = result;
  return {
    ...noOrigin,
    ...noCamera,
    ...result,
    faces,
    db_id: id,
    processing_timestamp,
    warnings,
    has_near_miss,
    verdict,
    verdict_reasons,
  };
}

import { erasedText } from '../../contract/erased.ts';
import type {
  BlacklistMatch,
  DetectedFace,
  FacialArea,
  ImageProcessingResult,
} from '../../contract/shapes.ts';
import type { ErasedCounts, ErasureRecord } from '../erasure.ts';
import type { ProcessedResult } from '../processed.ts';

/**
 * Returns when an erasure was finished, once it is noted that it is (true), that it is not after all (false),
 * or neither. The first time stays.
 */
export function finishedTime({ finished }: ErasureRecord, isFinished: boolean | undefined): string | null {
  if (isFinished === false) return null;
  return finished ?? (isFinished ? new Date().toISOString() : null);
}

/** Returns true if the result still tells of the entry, or of where its pictures are. */
export function mentions(result: ImageProcessingResult, entryId: number): boolean {
  return matchesOf(result, entryId).some(({ identity }) => identity !== erasedText);
}

/** Returns the matches and near misses of an entry. */
export function matchesOf(
  { faces }: Pick<ImageProcessingResult, 'faces'>,
  entryId: number,
): BlacklistMatch[] {
  const shown = faces.flatMap(({ blacklist_matches, near_misses }) => [
    ...blacklist_matches,
    ...(near_misses ?? []),
  ]);
  return shown.filter(({ entry }) => entry.id === entryId);
}

/**
 * Returns the result without an erased entry's name, reason and identity, and without the input's name and
 * the places of its copies: time, boxes and counts stay, and the entry's id, which is nobody's any more.
 * What this version does not know of is left out.
 */
export function redacted(result: ImageProcessingResult, entryId: number): ProcessedResult {
  return {
    image_path_or_identifier: erasedText,
    faces: result.faces.map((face) => redactedFace(face, entryId)),
    error: result.error,
    saved_image_path: null,
    original_image_path: null,
    has_blacklist_match: result.has_blacklist_match,
    has_near_miss: result.has_near_miss,
    verdict: result.verdict,
    verdict_reasons: result.verdict_reasons,
    cropped_face_path: null,
    // A camera or a door is nobody; a reference is often a file's name.
    source: result.source,
    reference: null,
    camera: result.camera,
    // Its times and counts stay, and the distance measures a face.
    track: result.track && { ...result.track, distance_mean: null },
    warnings: result.warnings,
  };
}

/** Returns the result of a picture in which a look-back found the erased person, who is no match there. */
export function redactedSeen(result: ImageProcessingResult, entryId: number): ProcessedResult {
  const redaction = redacted(result, entryId);
  const faces = redaction.faces.map((face) => {
    return { ...face, facial_area: face.facial_area && withoutPoints(face.facial_area) };
  });
  return { ...redaction, faces };
}

function redactedFace(face: DetectedFace, entryId: number): DetectedFace {
  const isOf = (match: BlacklistMatch) => match.entry.id === entryId;
  if (matchesOf({ faces: [face] }, entryId).length === 0) return face;
  const withoutEntry = <Match extends BlacklistMatch>(match: Match) =>
    isOf(match) ? redactedMatch(match) : match;
  return {
    face_index: face.face_index,
    facial_area: face.facial_area && withoutPoints(face.facial_area),
    confidence: face.confidence,
    blacklist_matches: face.blacklist_matches.map(withoutEntry),
    candidates: null,
    near_misses: face.near_misses?.map(withoutEntry) ?? null,
    // Brightness, sharpness and pose don't tell one person from another.
    quality: face.quality,
    verdict: face.verdict,
    verdict_reasons: face.verdict_reasons,
  };
}

/** Points of a face measure it. */
function withoutPoints({ x, y, w, h }: FacialArea): FacialArea {
  return { x, y, w, h, left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };
}

function redactedMatch<Match extends BlacklistMatch>(match: Match): Match {
  return {
    ...match,
    identity: erasedText,
    ...{ target_x: null, target_y: null, target_w: null, target_h: null },
    aws_face_id: null,
    entry: {
      ...{ id: match.entry.id, name: erasedText, reason: null, severity: null, category: null, notes: null },
      expires_at: null,
    },
    image_id: null,
  };
}

export const nothingErased: ErasedCounts = {
  reference_pictures: 0,
  faces: 0,
  history_records: 0,
  history_pictures: 0,
  kept_faces: 0,
  inbox_files: 0,
  rejected_files: 0,
  uploads: 0,
  pending_events: 0,
};

/** Returns of each place the larger of two counts. */
export function mostOf(one: ErasedCounts, other: Partial<ErasedCounts>): ErasedCounts {
  const places = Object.keys(nothingErased) as (keyof ErasedCounts)[];
  return Object.fromEntries(
    places.map((place) => [place, Math.max(one[place] ?? 0, other[place] ?? 0)]),
  ) as unknown as ErasedCounts;
}

/** Returns what goes with the redaction of a result: one record, and the copies that it names. */
export function countsOf(
  result: ImageProcessingResult,
): Pick<ErasedCounts, 'history_records' | 'history_pictures'> {
  const copies = [result.original_image_path, result.saved_image_path, result.cropped_face_path];
  return { history_records: 1, history_pictures: new Set(copies.filter((copy) => copy !== null)).size };
}

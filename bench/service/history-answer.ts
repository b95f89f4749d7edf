import type { ProcessedResult } from '../../lib/records/processed.ts';

/** Everybody is seen as often as the others, and somebody in every second picture. */
const people = 50;

/** Makes the answer about a processed picture, one of many. */
export function historyAnswer(index: number): ProcessedResult {
  const hasMatch = index % 2 === 0;
  const id = 1 + ((index / 2) % people);
  const match = {
    identity: `/data/blacklist/${id}/a.jpg`,
    ...{ target_x: 1, target_y: 2, target_w: 30, target_h: 40 },
    ...{ source_x: 1, source_y: 2, source_w: 30, source_h: 40 },
    ...{ threshold: 0.385, distance: 0.1, similarity: 99, aws_similarity: null, aws_face_id: null },
    ...{ model: 'Fusion', detector_backend: 'mediapipe+ssd', similarity_metric: 'cosine' as const },
    entry: {
      ...{ id, name: `Person ${id}`, reason: null, severity: null, category: null, notes: null },
      expires_at: null,
    },
    image_id: 'a',
    review: null,
  };
  const noPoints = { left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };
  return {
    image_path_or_identifier: 'door.jpg',
    faces: [
      {
        face_index: 0,
        facial_area: { x: 1, y: 2, w: 30, h: 40, ...noPoints },
        confidence: 0.9,
        blacklist_matches: hasMatch ? [match] : [],
        candidates: null,
        near_misses: [],
        quality: { brightness: 60, sharpness: 70, pose: { roll: 0, yaw: 0, pitch: 0 } },
        verdict: hasMatch ? 'match' : 'no_match',
        verdict_reasons: [],
      },
    ],
    error: null,
    saved_image_path: null,
    original_image_path: `/data/processed/2026-01-31/${index}-original.jpg`,
    has_blacklist_match: hasMatch,
    has_near_miss: false,
    verdict: hasMatch ? 'match' : 'no_match',
    verdict_reasons: [],
    cropped_face_path: null,
    source: null,
    reference: null,
    camera: null,
    track: null,
    warnings: null,
  };
}

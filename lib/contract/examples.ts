import type {
  BlacklistRecord,
  FacialArea,
  ImageProcessingResult,
  MatchedEntry,
  PaginatedProcessedImages,
  ReferenceImage,
} from './shapes.ts';
import type { Verification } from './verification.ts';

/** Examples of answers, for the documentation. */

export const facialAreaExample: FacialArea = {
  x: 412,
  y: 96,
  w: 148,
  h: 148,
  left_eye: [518, 152],
  right_eye: [455, 150],
  nose: [487, 188],
  mouth_left: [512, 214],
  mouth_right: [461, 213],
};

export const verificationExample: Verification = {
  verified: true,
  distance: 0.28,
  threshold: 0.385,
  near_threshold: 0.472,
  similarity: 99.2,
  model: 'Fusion',
  detector_backend: 'mediapipe+ssd',
  similarity_metric: 'cosine',
  warnings: null,
  facial_areas: {
    img1: facialAreaExample,
    img2: {
      x: 88,
      y: 40,
      w: 120,
      h: 120,
      left_eye: [174, 86],
      right_eye: [122, 85],
      nose: [148, 116],
      mouth_left: [169, 136],
      mouth_right: [127, 136],
    },
  },
  time: 0.182,
};

export const recordExample: BlacklistRecord = {
  id: 7,
  name: 'Jane Roe',
  reason: 'Banned after the incident of 3 May.',
  added_date: '2026-05-04T09:30:00.000Z',
  reference_image_dir: '/data/blacklist/7',
  image_count: 2,
  cover: '/api/v1/blacklist/7/images/cover',
  expires_at: '2027-05-04T00:00:00.000Z',
  review_at: null,
  category: 'shoplifting',
  severity: 'warning',
  notes: 'Do not approach alone.\nCall the duty manager.',
  suspended: false,
  added_by: null,
  updated_by: null,
  updated_date: null,
  version: 1,
  warnings: null,
};

export const matchedEntryExample: MatchedEntry = {
  id: 7,
  name: 'Jane Roe',
  reason: 'Banned after the incident of 3 May.',
  severity: 'warning',
  category: 'shoplifting',
  notes: 'Do not approach alone.\nCall the duty manager.',
  expires_at: '2027-05-04T00:00:00.000Z',
};

export const referenceImageExample: ReferenceImage = {
  id: '0b9f4c52-6f0e-4d5e-9c1a-3a7f5f0c1d2e',
  entry_id: 7,
  file_name: 'badge.jpg',
  added_date: '2026-05-04T09:30:00.000Z',
  size_bytes: 183_204,
  width: 640,
  height: 480,
  face: { x: 88, y: 40, w: 120, h: 120 },
  quality: { brightness: 61.2, sharpness: 74.9, pose: { roll: -2.1, yaw: 6.4, pitch: 1.3 } },
  url: '/api/v1/blacklist/7/images/0b9f4c52-6f0e-4d5e-9c1a-3a7f5f0c1d2e',
};

export const resultExample: ImageProcessingResult = {
  image_path_or_identifier: 'https://example.com/entrance.jpg',
  faces: [
    {
      face_index: 0,
      facial_area: facialAreaExample,
      confidence: 0.99,
      blacklist_matches: [
        {
          identity: '/data/blacklist/7/0b9f4c52-6f0e-4d5e-9c1a-3a7f5f0c1d2e.jpg',
          target_x: 88,
          target_y: 40,
          target_w: 120,
          target_h: 120,
          source_x: 412,
          source_y: 96,
          source_w: 148,
          source_h: 148,
          threshold: 0.385,
          distance: 0.28,
          similarity: 99.2,
          aws_similarity: null,
          aws_face_id: null,
          model: 'Fusion',
          detector_backend: 'mediapipe+ssd',
          similarity_metric: 'cosine',
          entry: matchedEntryExample,
          image_id: '0b9f4c52-6f0e-4d5e-9c1a-3a7f5f0c1d2e',
          review: null,
        },
      ],
      candidates: null,
      near_misses: [],
      quality: { brightness: 58.4, sharpness: 71.3, pose: { roll: 1.8, yaw: -4.2, pitch: 2.6 } },
      verdict: 'match',
      verdict_reasons: [],
    },
  ],
  error: null,
  db_id: 42,
  saved_image_path: '/data/processed/2026-05-05/5d1c7e90-4b1f-4c57-8a55-2f8f6c9d0b11-annotated.jpg',
  original_image_path: '/data/processed/2026-05-05/5d1c7e90-4b1f-4c57-8a55-2f8f6c9d0b11-original.jpg',
  processing_timestamp: '2026-05-05T18:12:03.512Z',
  has_blacklist_match: true,
  has_near_miss: false,
  verdict: 'match',
  verdict_reasons: [],
  cropped_face_path: '/data/cropped/2026-05-05/5d1c7e90-4b1f-4c57-8a55-2f8f6c9d0b11.jpg',
  source: 'Entrance, camera 2',
  reference: 'IMG_0042.JPG',
  camera: null,
  track: null,
  warnings: null,
};

/** The example with a review of each match. */
export const reviewedExample: ImageProcessingResult = {
  ...resultExample,
  faces: resultExample.faces.map((face) => ({
    ...face,
    blacklist_matches: face.blacklist_matches.map((match) => ({
      ...match,
      review: {
        verdict: 'rejected' as const,
        reviews: [
          {
            actor: 'front-desk',
            verdict: 'rejected' as const,
            note: 'The scar is missing.',
            at: '2026-05-05T18:13:40.020Z',
          },
        ],
      },
    })),
  })),
};

export const pageExample: PaginatedProcessedImages = {
  total_items: 1,
  items: [resultExample],
  limit: 20,
  offset: 0,
};

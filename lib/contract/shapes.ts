import * as z from 'zod';
import { erasedText } from './erased.ts';
import { Review } from './review.ts';
import { VerdictField, VerdictReasons } from './verdict.ts';
import { severities, similarityMetrics } from './vocabulary.ts';

const wholeNumber = z.number().int();
const point = z.tuple([wholeNumber, wholeNumber]).nullable();

/** A box in whole pixels of the upright picture, clamped to it. */
export const Box = z.object({ x: wholeNumber, y: wholeNumber, w: wholeNumber, h: wholeNumber });
export type Box = z.infer<typeof Box>;

export const FacialArea = z
  .object({
    ...Box.shape,
    left_eye: point.describe("The person's own left eye: on a frontal face it lies to the right."),
    right_eye: point,
    nose: point,
    mouth_left: point,
    mouth_right: point,
  })
  .meta({ id: 'FacialArea', description: 'Whole pixels of the upright picture, after EXIF orientation.' });
export type FacialArea = z.infer<typeof FacialArea>;

export const DetectedFaceArea = z
  .object({ facial_area: FacialArea, confidence: z.number().min(0).max(1) })
  .meta({ id: 'DetectedFaceArea' });
export type DetectedFaceArea = z.infer<typeof DetectedFaceArea>;

/** Sentences about parts of the request that were not met as asked. */
export const Warnings = z
  .array(z.string())
  .nullable()
  .describe(
    'What was used otherwise than it was asked for, such as a threshold that was too loose, or what may be missing, and why; null where there is nothing to tell.',
  );

const severity = z
  .enum(severities)
  .nullable()
  .describe('What a match means for whoever must act; null where nobody said so.');
const category = z.string().nullable();
const expiresAt = z
  .string()
  .nullable()
  .describe('ISO 8601, UTC: from then on nobody matches the entry. Null for one that does not end.');

/** Entry that matched, as it was when the picture was processed. */
export const MatchedEntry = z.object({
  id: wholeNumber,
  name: z.string(),
  reason: z.string().nullable(),
  severity,
  category,
  notes: z
    .string()
    .nullable()
    .describe(
      "For whoever must act. They stand in the first match of each entry alone, and are null in a face's others and in the history.",
    ),
  expires_at: expiresAt,
});
export type MatchedEntry = z.infer<typeof MatchedEntry>;

export const BlacklistMatch = z
  .object({
    identity: z
      .string()
      .describe(
        `The matched reference image, or the entry where the backend tells no more. \`${erasedText}\` once the entry was erased.`,
      ),
    target_x: wholeNumber.nullable().describe('The face in the reference image.'),
    target_y: wholeNumber.nullable(),
    target_w: wholeNumber.nullable(),
    target_h: wholeNumber.nullable(),
    source_x: wholeNumber.describe('The face in the input.'),
    source_y: wholeNumber,
    source_w: wholeNumber,
    source_h: wholeNumber,
    threshold: z.number().describe('The largest distance that is a match.'),
    distance: z.number().describe('Lower is closer.'),
    similarity: z.number().min(0).max(100).describe('Higher is closer.'),
    aws_similarity: z.number().nullable(),
    aws_face_id: z.string().nullable(),
    model: z.string().describe('The model really used.'),
    detector_backend: z.string().describe('The detector really used.'),
    similarity_metric: z.enum(similarityMetrics),
    entry: MatchedEntry,
    image_id: z
      .string()
      .nullable()
      .describe("The matched reference image's id; null in results of before it was kept."),
    review: Review.nullable().describe(
      'What people say of the face and the entry, the same for all images of the entry; null until somebody does.',
    ),
  })
  .meta({ id: 'BlacklistMatch' });
export type BlacklistMatch = z.infer<typeof BlacklistMatch>;

/** Quality of a face, as the backend measured it. */
const FaceQuality = z.object({
  brightness: z.number().describe('0..100, black to white.'),
  sharpness: z.number().describe('0..100'),
  pose: z
    .object({ roll: z.number(), yaw: z.number(), pitch: z.number() })
    .describe("Degrees; positive is: turned clockwise, the nose to the viewer's right, the nose upwards."),
});

export const DetectedFace = z
  .object({
    face_index: wholeNumber.describe('0 is the largest face.'),
    facial_area: FacialArea.nullable(),
    confidence: z.number().min(0).max(1).nullable(),
    blacklist_matches: z
      .array(BlacklistMatch)
      .describe('Best first; every entry that matches, each with its 100 nearest reference images at most.'),
    candidates: z
      .array(BlacklistMatch)
      .nullable()
      .describe(
        'Near misses, best first: of each entry that does not match, the nearest reference image. They are no matches, and are not kept; null unless asked for, and for the role check.',
      ),
    near_misses: z
      .array(BlacklistMatch)
      .nullable()
      .describe(
        'The best entry that is near, but no match: within REVIEW_BAND above the threshold. It is kept; null in results of before it was, and for the role check.',
      ),
    out_of_force: z
      .array(BlacklistMatch)
      .optional()
      .describe(
        'Entries that are suspended or have expired whom the face looks like, best first, each with its nearest reference image: matches and near misses by their distance, but no matches. They are not kept; absent unless asked for, and for the role check.',
      ),
    quality: FaceQuality.nullable().describe('Null where the backend does not tell it.'),
    verdict: VerdictField,
    verdict_reasons: VerdictReasons,
  })
  .meta({ id: 'DetectedFace' });
export type DetectedFace = z.infer<typeof DetectedFace>;

/** Passage of a person before a camera. */
export const Track = z
  .object({
    id: z.string().describe('The same for all that is told of one passage.'),
    first_seen: z.string().describe('ISO 8601, UTC.'),
    last_seen: z.string().describe('ISO 8601, UTC; at first, when the person was recognised.'),
    looks: wholeNumber.describe('Views of the face that were compared.'),
    matched_looks: wholeNumber.describe('How many of them matched by themselves.'),
    distance_mean: z
      .number()
      .nullable()
      .describe('Of the mean of the best views; null where nobody matched.'),
    suppressed: z
      .boolean()
      .describe('The same person was told of before this camera a short time ago, so no event was sent.'),
  })
  .meta({ id: 'Track' });
export type Track = z.infer<typeof Track>;

export const ImageProcessingResult = z
  .object({
    image_path_or_identifier: z.string().describe("The input's first 100 characters."),
    faces: z.array(DetectedFace),
    error: z.string().nullable(),
    db_id: wholeNumber.nullable().describe('Null where nothing of the picture is kept.'),
    saved_image_path: z.string().nullable().describe('The annotated copy, where boxes are drawn.'),
    original_image_path: z.string().nullable().describe('The picture as it came.'),
    processing_timestamp: z.string().nullable().describe('ISO 8601, UTC.'),
    has_blacklist_match: z.boolean().nullable(),
    has_near_miss: z.boolean().nullable().describe('Some face nearly matched; that is no match.'),
    verdict: VerdictField,
    verdict_reasons: VerdictReasons,
    cropped_face_path: z.string().nullable().describe("The largest face's crop."),
    source: z.string().nullable().describe('Where the picture came from, as its client told.'),
    reference: z.string().nullable().describe("The client's own id or file name of the picture."),
    camera: z.string().nullable().describe('The camera that saw it; null for pictures that were sent.'),
    track: Track.nullable().describe('The passage before the camera; null for pictures that were sent.'),
    warnings: Warnings,
  })
  .meta({ id: 'ImageProcessingResult' });
export type ImageProcessingResult = z.infer<typeof ImageProcessingResult>;

export const PaginatedProcessedImages = z
  .object({
    total_items: wholeNumber,
    items: z.array(ImageProcessingResult),
    limit: wholeNumber,
    offset: wholeNumber,
  })
  .meta({ id: 'PaginatedProcessedImages' });
export type PaginatedProcessedImages = z.infer<typeof PaginatedProcessedImages>;

export const ReferenceImage = z
  .object({
    id: z.string(),
    entry_id: wholeNumber,
    file_name: z.string().nullable().describe('As the client called it, at most 100 characters.'),
    added_date: z.string().describe('ISO 8601, UTC.'),
    size_bytes: wholeNumber.nullable().describe('Null where an earlier version added the image.'),
    width: wholeNumber.nullable().describe('Pixels of the upright picture.'),
    height: wholeNumber.nullable(),
    face: Box.nullable().describe('The enrolled face, in pixels of the upright picture.'),
    quality: FaceQuality.nullable().describe('Of the enrolled face.'),
    url: z.string().describe("Where the picture is: a path on this API's host."),
  })
  .meta({ id: 'ReferenceImage' });
export type ReferenceImage = z.infer<typeof ReferenceImage>;

export const BlacklistRecord = z
  .object({
    id: wholeNumber,
    name: z.string(),
    reason: z.string().nullable(),
    added_date: z.string().describe('ISO 8601, UTC.'),
    reference_image_dir: z.string().nullable(),
    image_count: wholeNumber,
    cover: z
      .string()
      .nullable()
      .describe(
        "Where the entry's first picture is: a path on this API's host, to which `?size=320&crop=face` may be added. Null without a picture.",
      ),
    expires_at: expiresAt,
    review_at: z.string().nullable().describe('ISO 8601, UTC: when somebody is to decide again.'),
    category,
    severity,
    notes: z.string().nullable().describe('For whoever must act on a match.'),
    suspended: z.boolean().describe('While it is true, nobody matches the entry.'),
    added_by: z.string().nullable().describe('Who listed the person, where that is known.'),
    updated_by: z.string().nullable().describe('Who changed the entry last, where that is known.'),
    updated_date: z.string().nullable().describe('ISO 8601, UTC; null until the first change.'),
    last_seen: z
      .string()
      .nullable()
      .optional()
      .describe(
        'ISO 8601, UTC: the time of the newest picture in the history in which somebody matched the entry, or one that was merged into it; null where there is none. Only lists that are sorted by it have it.',
      ),
    version: wholeNumber.describe('1 for a new entry, and one more for each change; pictures do not count.'),
    warnings: z
      .array(z.string())
      .nullable()
      .describe(
        'When an entry is listed or changed: one line for each other entry whose name differs only in case or accents, and one where the entry has expired already. Null when there is none, and in all other answers.',
      ),
  })
  .meta({ id: 'BlacklistRecord' });
export type BlacklistRecord = z.infer<typeof BlacklistRecord>;

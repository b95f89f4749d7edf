import * as z from 'zod';
import { FacialArea, Warnings } from './shapes.ts';
import { similarityMetrics } from './vocabulary.ts';

/** Answer of the endpoints that compare one person's faces. */
export const Verification = z
  .object({
    verified: z.boolean().describe('Whether `distance` is at most `threshold`.'),
    distance: z.number().describe('Lower is closer.'),
    threshold: z.number().describe('The largest distance that is a match.'),
    near_threshold: z
      .number()
      .describe(
        'The largest distance that is a near miss, see REVIEW_BAND; `threshold` where there is no band.',
      ),
    similarity: z.number().min(0).max(100).describe('Higher is closer.'),
    model: z.string().describe('The model really used.'),
    detector_backend: z.string().describe('The detector really used.'),
    similarity_metric: z.enum(similarityMetrics),
    warnings: Warnings,
    facial_areas: z
      .object({ img1: FacialArea, img2: FacialArea })
      .describe('The faces that were compared: the largest of each picture.'),
    face_counts: z
      .object({ img1: z.int().min(1), img2: z.int().min(1).nullable() })
      .optional()
      .describe('Faces in each picture; null for a reference image.'),
    time: z.number().min(0).describe('Seconds that it took.'),
  })
  .meta({ id: 'Verification' });
export type Verification = z.output<typeof Verification>;

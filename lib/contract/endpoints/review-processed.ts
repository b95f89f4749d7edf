import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { reviewedExample } from '../examples.ts';
import { anyId, ProcessedPath, ReviewNote, wholeNumberFrom } from '../fields.ts';
import { reviewVerdicts } from '../review.ts';
import { ImageProcessingResult } from '../shapes.ts';

export const ReviewRequest = z
  .object({
    face_index: wholeNumberFrom(0, Number.MAX_SAFE_INTEGER).describe("The face's `face_index`."),
    entry_id: anyId.describe(
      'The entry that the face matched, or nearly matched; after a merge, any of its ids.',
    ),
    verdict: z.enum(reviewVerdicts).describe('`confirmed`: it is that person. `rejected`: it is not.'),
    note: ReviewNote,
  })
  .meta({ id: 'ReviewRequest' });
export type ReviewRequest = z.output<typeof ReviewRequest>;

export const reviewProcessedContract = defineEndpoint({
  operationId: 'reviewProcessed',
  method: 'PUT',
  path: '/api/v1/processed-images/{db_id}/review',
  summary: 'Say if a match is that person',
  description:
    'It replaces what the same person has said of the same match. With REVIEWERS=2, a match is open until two people have judged it.',
  tags: ['Processing'],
  role: 'desk',
  params: ProcessedPath,
  body: {
    kind: 'json',
    schema: ReviewRequest,
    example: { face_index: 0, entry_id: 7, verdict: 'rejected' as const, note: 'The scar is missing.' },
  },
  success: {
    status: 200,
    description: 'The result as it is now.',
    schema: ImageProcessingResult,
    example: reviewedExample,
  },
  errors: [
    'request_invalid',
    'processed_not_found',
    'input_too_large',
    'throttled',
    'disk_full',
    'backend_unavailable',
  ],
});

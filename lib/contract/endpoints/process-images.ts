import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { resultExample } from '../examples.ts';
import { CandidateCount, Keep, maxImagesPerRequest, OutOfForce, overrides } from '../fields.ts';
import { idempotencyKeyHeader, replayedHeader } from '../idempotency-key.ts';
import { oneReferenceEach, References, Source } from '../origin-fields.ts';
import { ImageProcessingResult } from '../shapes.ts';

export const ProcessImagesRequest = z
  .object({
    images: z
      .array(z.string())
      .max(maxImagesPerRequest)
      .meta({ minItems: 1 })
      .describe(
        'At least one; each a local path, an http(s) URL, or base64 with or without a `data:image/…;base64,` head.',
      ),
    ...overrides,
    candidates: CandidateCount,
    out_of_force: OutOfForce,
    keep: Keep,
    source: Source,
    references: References,
  })
  .check(oneReferenceEach)
  .meta({ id: 'ProcessImagesRequest' });
export type ProcessImagesRequest = z.output<typeof ProcessImagesRequest>;

export const processImagesContract = defineEndpoint({
  operationId: 'processImages',
  method: 'POST',
  path: '/api/v1/process/process-images',
  summary: 'Look for listed people in pictures',
  description:
    'Every face of every picture with its own matches, one result for each picture, in their order. ' +
    'A picture that cannot be read has an `error` in its own result and does not fail the others.',
  tags: ['Processing'],
  role: 'check',
  body: {
    kind: 'json',
    schema: ProcessImagesRequest,
    example: { images: ['https://example.com/entrance.jpg'] },
  },
  headers: idempotencyKeyHeader,
  success: {
    headers: replayedHeader,
    status: 200,
    description: 'One result for each picture, in their order.',
    schema: z.array(ImageProcessingResult),
    example: [resultExample],
  },
  errors: [
    'request_invalid',
    'no_usable_image',
    'input_too_large',
    'request_in_progress',
    'answer_forgotten',
    'throttled',
    'disk_full',
    'backend_unavailable',
  ],
});

import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { verificationExample } from '../examples.ts';
import { ImageInput, overrides } from '../fields.ts';
import { FacialArea, Warnings } from '../shapes.ts';
import { similarityMetrics } from '../vocabulary.ts';

export const VerifyRequest = z
  .object({ image1: ImageInput, image2: ImageInput, ...overrides })
  .meta({ id: 'VerifyRequest' });
export type VerifyRequest = z.output<typeof VerifyRequest>;

export const Verification = z
  .object({
    verified: z.boolean().describe('Whether `distance` is at most `threshold`.'),
    distance: z.number().describe('Lower is closer.'),
    threshold: z.number().describe('The largest distance that is a match.'),
    similarity: z.number().min(0).max(100).describe('Higher is closer.'),
    model: z.string().describe('The model really used.'),
    detector_backend: z.string().describe('The detector really used.'),
    similarity_metric: z.enum(similarityMetrics),
    warnings: Warnings,
    facial_areas: z
      .object({ img1: FacialArea, img2: FacialArea })
      .describe('The faces that were compared: the largest of each picture.'),
    time: z.number().min(0).describe('Seconds that it took.'),
  })
  .meta({ id: 'Verification' });
export type Verification = z.output<typeof Verification>;

export const verifyContract = defineEndpoint({
  operationId: 'verify',
  method: 'POST',
  path: '/api/v1/verify',
  summary: 'Compare the faces of two pictures',
  description:
    'Of several faces in a picture the largest counts. Nobody is looked up and nothing is kept. ' +
    'A picture that cannot be used, or shows no face, is a 400 that says which one.',
  tags: ['Verification'],
  role: 'check',
  body: {
    kind: 'json',
    schema: VerifyRequest,
    example: { image1: 'https://example.com/passport.jpg', image2: 'https://example.com/entrance.jpg' },
  },
  success: {
    status: 200,
    description: 'How near the two faces are.',
    schema: Verification,
    example: verificationExample,
  },
  errors: [
    'request_invalid',
    'input_unreadable',
    'no_face',
    'input_too_large',
    'unsupported_format',
    'throttled',
    'backend_unavailable',
  ],
});

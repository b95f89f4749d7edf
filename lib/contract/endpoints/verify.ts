import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { verificationExample } from '../examples.ts';
import { ImageInput, overrides } from '../fields.ts';
import { Verification } from '../verification.ts';

export const VerifyRequest = z
  .object({ image1: ImageInput, image2: ImageInput, ...overrides })
  .meta({ id: 'VerifyRequest' });
export type VerifyRequest = z.output<typeof VerifyRequest>;

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

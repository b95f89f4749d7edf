import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { matchedEntryExample, verificationExample } from '../examples.ts';
import { EntryPath, ImageInput, overrides } from '../fields.ts';
import { FacialArea, MatchedEntry } from '../shapes.ts';
import { Verification } from '../verification.ts';

export const VerifyEntryRequest = z
  .object({ image: ImageInput, ...overrides })
  .meta({ id: 'VerifyEntryRequest' });
export type VerifyEntryRequest = z.output<typeof VerifyEntryRequest>;

const forCheck = 'null for the role check where the face is not verified';

export const EntryVerification = Verification.extend({
  distance: Verification.shape.distance.nullable().describe(`Lower is closer; ${forCheck}.`),
  similarity: Verification.shape.similarity.nullable().describe(`Higher is closer; ${forCheck}.`),
  facial_areas: z
    .object({ img1: FacialArea, img2: FacialArea.nullable() })
    .describe(`The largest face of the picture, and that of the reference image, which is ${forCheck}.`),
  entry: MatchedEntry.nullable().describe('Null for the role check where the face is not verified.'),
  image_id: z
    .string()
    .nullable()
    .describe('The nearest reference image, whose face is `facial_areas.img2`; null where `entry` is.'),
}).meta({ id: 'EntryVerification' });
export type EntryVerification = z.output<typeof EntryVerification>;

export const verifyEntryContract = defineEndpoint({
  operationId: 'verifyEntry',
  method: 'POST',
  path: '/api/v1/blacklist/{id}/verify',
  summary: 'Compare a picture with one listed person',
  description:
    "The picture's largest face beside the nearest of the entry's reference images, also where that is no match. An entry that is suspended or has expired verifies nobody. Nothing is kept. For the role check, an entry that there is not, or that is suspended or expired, is answered as one that does not match.",
  tags: ['Verification'],
  role: 'check',
  params: EntryPath,
  body: {
    kind: 'json',
    schema: VerifyEntryRequest,
    example: { image: 'https://example.com/entrance.jpg' },
  },
  success: {
    status: 200,
    description: 'How near the face is to the entry.',
    schema: EntryVerification,
    example: {
      ...verificationExample,
      facial_areas: {
        ...verificationExample.facial_areas,
        img2: {
          ...{ x: 88, y: 40, w: 120, h: 120 },
          left_eye: null,
          right_eye: null,
          nose: null,
          mouth_left: null,
          mouth_right: null,
        },
      },
      entry: matchedEntryExample,
      image_id: '0b9f4c52-6f0e-4d5e-9c1a-3a7f5f0c1d2e',
    },
  },
  errors: [
    'request_invalid',
    'input_unreadable',
    'no_face',
    'entry_not_found',
    'input_too_large',
    'unsupported_format',
    'throttled',
    'backend_unavailable',
  ],
});

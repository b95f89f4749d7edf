import * as z from 'zod';
import { Keep } from './fields.ts';
import { Reference, Source } from './origin-fields.ts';

/** Parts that the two endpoints share by which clients get permission to send a large picture. */

export const uploadContentTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const;
export type UploadContentType = (typeof uploadContentTypes)[number];

export const UploadRequest = z
  .object({
    content_type: z
      .enum(uploadContentTypes)
      .nullish()
      .transform((type): UploadContentType => type ?? 'image/jpeg')
      .describe("The picture's format; `image/jpeg` by default."),
  })
  .meta({ id: 'UploadRequest' });

/** Request for permission to send a picture that is to be processed. */
export const ProcessUploadRequest = UploadRequest.extend({
  source: Source,
  reference: Reference,
  keep: Keep,
}).meta({ id: 'ProcessUploadRequest' });

export const UploadForm = z
  .object({
    url: z.string().describe('Where the form goes: a POST, as multipart/form-data.'),
    fields: z
      .record(z.string(), z.string())
      .describe('The fields to send first, as they are; then comes the picture as `file`.'),
    image: z.string().describe('What the picture is called from then on.'),
    max_bytes: z.int().describe('A larger picture is refused.'),
    expires_at: z.iso.datetime().describe('The form must be sent before.'),
  })
  .meta({ id: 'UploadForm' });
export type UploadForm = z.output<typeof UploadForm>;

const uploadExample: UploadForm = {
  url: 'http://127.0.0.1:8000/api/v1/uploads',
  fields: {
    'Content-Type': 'image/jpeg',
    key: 'uploads/5d1c7e90-4b1f-4c57-8a55-2f8f6c9d0b11.jpg',
    policy: 'eyJleHBpcmF0aW9uIjoiMjAyNi0wNS0wNVQxODoxNzowMy41MTJaIiwiY29uZGl0aW9ucyI6W119',
    signature: 'qhTbJ1bKxk1o4m0cO3Zl2m5nXy2kS0bX8m2b0mZ8w5E',
  },
  image: '/data/uploads/5d1c7e90-4b1f-4c57-8a55-2f8f6c9d0b11.jpg',
  max_bytes: 15_728_640,
  expires_at: '2026-05-05T18:17:03.512Z',
};

/** Body of both contracts. */
export const uploadBody = {
  kind: 'json',
  schema: UploadRequest,
  example: { content_type: 'image/jpeg' },
} as const;

export const uploadSuccess = {
  status: 201,
  description: 'A form that takes one picture, once or again, until it expires.',
  schema: UploadForm,
  example: uploadExample,
} as const;

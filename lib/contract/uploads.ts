import * as z from 'zod';
import { uploadExample } from './examples.ts';
import { Keep } from './fields.ts';
import { Reference, Source } from './origin-fields.ts';

/** Parts that the two endpoints share by which clients get permission to send a large picture. */

export const uploadContentTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const;
export type UploadContentType = (typeof uploadContentTypes)[number];

export const UploadRequest = z
  .object({
    content_type: z.enum(uploadContentTypes).default('image/jpeg').describe("The picture's format."),
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

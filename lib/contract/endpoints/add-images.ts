import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { EntryPath, maxImagesPerRequest } from '../fields.ts';
import { idempotencyKeyHeader, replayedHeader } from '../idempotency-key.ts';
import { PossibleDuplicates } from '../possible-duplicates.ts';

export const AddedImages = z
  .object({
    message: z.string(),
    added: z
      .int()
      .nonnegative()
      .optional()
      .describe(
        'Number of pictures that this request added; those that the entry had already are not counted.',
      ),
    errors: z
      .array(z.string())
      .describe('One line for each picture that was left out, used in part, or there already.'),
    possible_duplicates: PossibleDuplicates,
    warnings: z
      .array(z.string())
      .nullable()
      .optional()
      .describe(
        'One line for each added picture that looks like none of the person’s others; null if there is none.',
      ),
  })
  .meta({ id: 'AddedImages' });
export type AddedImages = z.output<typeof AddedImages>;

export const addImagesContract = defineEndpoint({
  operationId: 'addImages',
  method: 'POST',
  path: '/api/v1/blacklist/{id}/images',
  summary: 'Add pictures of a listed person',
  tags: ['Blacklist'],
  role: 'editor',
  params: EntryPath,
  body: {
    kind: 'multipart',
    fields: z.object({}),
    files: { name: 'images', description: 'More pictures of the person.', maxCount: maxImagesPerRequest },
  },
  headers: idempotencyKeyHeader,
  success: {
    headers: replayedHeader,
    status: 200,
    description: 'At least one picture was added, or was there already.',
    schema: AddedImages,
    example: {
      ...{ message: '2 images added.', added: 2, errors: [], possible_duplicates: [] },
      warnings: [
        "two.jpg: It looks like none of the person's other pictures (similarity 12.3). Delete it if it shows somebody else.",
      ],
    },
  },
  errors: [
    'request_invalid',
    'input_unreadable',
    'no_usable_image',
    'entry_not_found',
    'input_too_large',
    'request_in_progress',
    'answer_forgotten',
    'throttled',
    'disk_full',
    'backend_unavailable',
  ],
});

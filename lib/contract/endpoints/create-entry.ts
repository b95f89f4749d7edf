import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { entryDetailTexts } from '../entry-fields.ts';
import { recordExample } from '../examples.ts';
import { EntryName, EntryReasonText, maxImagesPerRequest } from '../fields.ts';
import { idempotencyKeyHeader, replayedHeader } from '../idempotency-key.ts';
import { SeenBefore, seenFacesExample } from '../look-back.ts';
import { PossibleDuplicates } from '../possible-duplicates.ts';
import { BlacklistRecord } from '../shapes.ts';

export const CreatedBlacklistRecord = BlacklistRecord.extend({
  errors: z.array(z.string()).describe('One line for each picture that was left out, or used in part.'),
  possible_duplicates: PossibleDuplicates,
  seen_before: SeenBefore,
}).meta({ id: 'CreatedBlacklistRecord' });
export type CreatedBlacklistRecord = z.output<typeof CreatedBlacklistRecord>;

export const createEntryContract = defineEndpoint({
  operationId: 'createEntry',
  method: 'POST',
  path: '/api/v1/blacklist/',
  summary: 'List a person',
  description:
    'Each picture enrolls its largest face. A file that is not a picture, or shows no usable face, is left out and named ' +
    'in `errors`; when none is left, nothing is kept.',
  tags: ['Blacklist'],
  role: 'editor',
  body: {
    kind: 'multipart',
    fields: z.object({ name: EntryName, reason: EntryReasonText, ...entryDetailTexts }),
    files: { name: 'images', description: 'Pictures of the person.', maxCount: maxImagesPerRequest },
  },
  headers: idempotencyKeyHeader,
  success: {
    headers: replayedHeader,
    status: 201,
    description: 'The new entry.',
    schema: CreatedBlacklistRecord,
    example: {
      ...recordExample,
      warnings: ["Entry 3 has the same name but for case and accents: 'jane roe'."],
      errors: ['two.jpg: The face is too blurred.'],
      possible_duplicates: [{ id: 3, name: 'J. Roe', similarity: 99.1 }],
      seen_before: seenFacesExample,
    },
  },
  errors: [
    'request_invalid',
    'input_unreadable',
    'no_usable_image',
    'name_taken',
    'input_too_large',
    'request_in_progress',
    'answer_forgotten',
    'throttled',
    'disk_full',
    'backend_unavailable',
  ],
});

import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { EntryPath, wholeNumberFrom } from '../fields.ts';

export const exportEntryContract = defineEndpoint({
  operationId: 'exportEntry',
  method: 'GET',
  path: '/api/v1/blacklist/{id}/export',
  summary: 'Export all that is known of a listed person, as a zip file',
  description:
    'For whoever asks what is kept of them: the record, the reference pictures, the history with its pictures and reviews, the lines of the audit trail, and ' +
    'the receivers of events. Names of staff are replaced by numbers. Other people who matched in the same pictures are left out of the records, but not of the pictures. ' +
    'In Lambda, where answers are small, `pictures.json` has links in place of the pictures, and a long history comes in parts.',
  tags: ['Blacklist'],
  role: 'admin',
  strict: true,
  params: EntryPath,
  query: z.object({
    after: wholeNumberFrom(0, Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('Only the history after this `db_id`: the `X-Export-Next` of the part before.'),
  }),
  success: {
    status: 200,
    description:
      'The zip file. On one machine it is streamed; one that breaks off has no end, and no program opens it.',
    contentType: 'application/zip',
    headers: {
      'X-Export-Next': 'The `after` of the next part, only where there is one.',
    },
    schema: z.string().meta({ format: 'binary' }),
    example: '',
  },
  errors: ['request_invalid', 'entry_not_found', 'throttled', 'backend_unavailable'],
});

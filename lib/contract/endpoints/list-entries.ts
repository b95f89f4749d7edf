import * as z from 'zod';
import { normalName } from '../../names/normal-form.ts';
import { defineEndpoint } from '../endpoint.ts';
import { recordExample } from '../examples.ts';
import { text } from '../fields.ts';
import { BlacklistRecord } from '../shapes.ts';

export const listEntriesContract = defineEndpoint({
  operationId: 'listEntries',
  method: 'GET',
  path: '/api/v1/blacklist/',
  summary: 'Show all listed people, or those of a name',
  tags: ['Blacklist'],
  role: 'desk',
  query: z.object({
    q: text(0, 100, normalName)
      .optional()
      .describe('Only entries whose name has this in it; case and accents make no difference.'),
  }),
  success: {
    status: 200,
    description: 'The entries, by id ascending.',
    schema: z.array(BlacklistRecord),
    example: [recordExample],
  },
  errors: ['request_invalid', 'throttled', 'backend_unavailable'],
});

import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { recordExample } from '../examples.ts';
import { text } from '../fields.ts';
import { BlacklistRecord } from '../shapes.ts';

export const listEntries = defineEndpoint({
  operationId: 'listEntries',
  method: 'GET',
  path: '/api/v1/blacklist/',
  summary: 'Show all listed people, or those of a name',
  tags: ['Blacklist'],
  query: z.object({
    q: text(0, 100)
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

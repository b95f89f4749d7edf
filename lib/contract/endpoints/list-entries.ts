import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { entriesQuery } from '../entries-query.ts';
import { recordExample } from '../examples.ts';
import { BlacklistRecord } from '../shapes.ts';

export const listEntriesContract = defineEndpoint({
  operationId: 'listEntries',
  method: 'GET',
  path: '/api/v1/blacklist/',
  summary: 'Show all listed people, a page of them, or those that are looked for',
  tags: ['Blacklist'],
  role: 'desk',
  query: entriesQuery,
  success: {
    status: 200,
    description: 'The entries, by id ascending unless asked otherwise; all of them without a `limit`.',
    headers: { 'X-Total-Count': 'How many entries there are on all pages.' },
    schema: z.array(BlacklistRecord),
    example: [recordExample],
  },
  errors: ['request_invalid', 'throttled', 'backend_unavailable'],
});

import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { recordExample } from './examples.ts';
import { BlacklistRecord } from './shapes.ts';

export const listEntries = defineEndpoint({
  operationId: 'listEntries',
  method: 'GET',
  path: '/api/v1/blacklist/',
  summary: 'Show all listed people',
  tags: ['Blacklist'],
  success: {
    status: 200,
    description: 'All entries, by id ascending.',
    schema: z.array(BlacklistRecord),
    example: [recordExample],
  },
  errors: ['throttled', 'backend_unavailable'],
});

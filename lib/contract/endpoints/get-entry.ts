import { defineEndpoint } from '../endpoint.ts';
import { etagHeader } from '../entry-version.ts';
import { recordExample } from '../examples.ts';
import { EntryPath } from '../fields.ts';
import { BlacklistRecord } from '../shapes.ts';

export const getEntryContract = defineEndpoint({
  operationId: 'getEntry',
  method: 'GET',
  path: '/api/v1/blacklist/{id}/',
  summary: 'Show a listed person',
  tags: ['Blacklist'],
  role: 'desk',
  params: EntryPath,
  success: {
    status: 200,
    description: 'The entry.',
    headers: etagHeader,
    schema: BlacklistRecord,
    example: recordExample,
  },
  errors: ['request_invalid', 'entry_not_found', 'throttled', 'backend_unavailable'],
});

import { defineEndpoint } from '../endpoint.ts';
import { ifMatchHeader } from '../entry-version.ts';
import { recordExample } from '../examples.ts';
import { EntryPath } from '../fields.ts';
import { BlacklistRecord } from '../shapes.ts';

export const deleteEntryContract = defineEndpoint({
  operationId: 'deleteEntry',
  method: 'DELETE',
  path: '/api/v1/blacklist/{id}/',
  summary: 'Take a person off the list',
  description: 'Its pictures and faces are deleted from every store.',
  tags: ['Blacklist'],
  role: 'admin',
  params: EntryPath,
  headers: ifMatchHeader,
  success: {
    status: 200,
    description: 'The entry that was deleted.',
    schema: BlacklistRecord,
    example: recordExample,
  },
  errors: [
    'request_invalid',
    'entry_not_found',
    'version_conflict',
    'throttled',
    'disk_full',
    'backend_unavailable',
  ],
});

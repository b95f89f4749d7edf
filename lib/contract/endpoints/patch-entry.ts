import { defineEndpoint } from '../endpoint.ts';
import { EntryPatch } from '../entry-fields.ts';
import { etagHeader, ifMatchHeader } from '../entry-version.ts';
import { recordExample } from '../examples.ts';
import { EntryPath } from '../fields.ts';
import { BlacklistRecord } from '../shapes.ts';

export const patchEntryContract = defineEndpoint({
  operationId: 'patchEntry',
  method: 'PATCH',
  path: '/api/v1/blacklist/{id}/',
  summary: 'Change some of what is known of a listed person',
  description:
    'What the body names is changed, and null empties it; all else stays. A name that it does not know is a 422.',
  tags: ['Blacklist'],
  role: 'editor',
  strict: true,
  params: EntryPath,
  headers: ifMatchHeader,
  body: {
    kind: 'json',
    schema: EntryPatch,
    example: { severity: 'danger' as const, expires_at: '2027-05-04T00:00:00Z', version: 1 },
  },
  success: {
    status: 200,
    description: 'The entry as it is now.',
    headers: etagHeader,
    schema: BlacklistRecord,
    example: { ...recordExample, severity: 'danger', version: 2 },
  },
  errors: [
    'request_invalid',
    'entry_not_found',
    'name_taken',
    'version_conflict',
    'input_too_large',
    'throttled',
    'disk_full',
    'backend_unavailable',
  ],
});

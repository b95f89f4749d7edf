import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { changedEntry } from '../entry-fields.ts';
import { etagHeader, ifMatchHeader } from '../entry-version.ts';
import { recordExample } from '../examples.ts';
import { EntryName, EntryPath, EntryReason } from '../fields.ts';
import { BlacklistRecord } from '../shapes.ts';

export const UpdateEntryRequest = z
  .object({ name: EntryName, reason: EntryReason, ...changedEntry })
  .meta({ id: 'UpdateEntryRequest' });
export type UpdateEntryRequest = z.output<typeof UpdateEntryRequest>;

export const updateEntryContract = defineEndpoint({
  operationId: 'updateEntry',
  method: 'PUT',
  path: '/api/v1/blacklist/{id}/',
  summary: "Replace a listed person's name and reason",
  description: 'A `reason` left out becomes null. Of the other fields, those that are left out stay.',
  tags: ['Blacklist'],
  role: 'editor',
  params: EntryPath,
  headers: ifMatchHeader,
  body: {
    kind: 'json',
    schema: UpdateEntryRequest,
    example: { name: 'Jane Roe', reason: 'Banned for life.' },
  },
  success: {
    status: 200,
    description: 'The entry as it is now.',
    headers: etagHeader,
    schema: BlacklistRecord,
    example: { ...recordExample, reason: 'Banned for life.', version: 2 },
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

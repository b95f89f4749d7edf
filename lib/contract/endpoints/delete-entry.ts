import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { ifMatchHeader } from '../entry-version.ts';
import { recordExample } from '../examples.ts';
import { anyId, EntryPath } from '../fields.ts';
import { BlacklistRecord } from '../shapes.ts';

export const deleteEntryContract = defineEndpoint({
  operationId: 'deleteEntry',
  method: 'DELETE',
  path: '/api/v1/blacklist/{id}/',
  summary: 'Take a person off the list',
  description:
    'Its pictures and faces are deleted from every store, with all their versions, and what the history has of it. `GET /api/v1/erasures/{id}` tells what was removed, and what remains elsewhere.',
  tags: ['Blacklist'],
  role: 'admin',
  params: EntryPath,
  // A misspelt name would erase for good what was to be kept or merged.
  strict: true,
  query: z.object({
    history: z
      .enum(['redact', 'delete', 'keep'])
      .default('redact')
      .describe(
        'What becomes of the processed pictures in which it matched or nearly matched. `redact`: name, reason, identity and all pictures go, time and counts stay; `delete`: the records go too; `keep`: all stays.',
      ),
    merged_into: anyId
      .optional()
      .describe(
        'Id of the entry that the person is listed under from now on. Its pictures must have been added there. That entry gets what it lacks of reason, category and notes, the graver severity and the later end. The history is kept then, whatever `history` says, and goes with the erasure of that entry.',
      ),
  }),
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

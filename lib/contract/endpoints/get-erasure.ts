import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { anyId } from '../fields.ts';

const count = z.number().int().min(0);

export const Erasure = z
  .object({
    entry_id: z.number().int().describe('The id that the entry had.'),
    history: z.enum(['redact', 'delete', 'keep']),
    merged_into: z
      .number()
      .int()
      .nullable()
      .describe('Id of the entry that it was merged into, with whose erasure the history goes.'),
    started_at: z.string().describe('ISO 8601, UTC.'),
    finished_at: z.string().nullable().describe('ISO 8601, UTC; null while it goes on.'),
    removed: z
      .array(z.object({ place: z.string(), count }))
      .describe('Places of the service, with how many were found there. All are gone once it is finished.'),
    remaining: z
      .array(
        z.object({
          place: z.string(),
          until: z.string().nullable().describe('ISO 8601, UTC; null where the service cannot know.'),
          note: z.string(),
        }),
      )
      .describe('Places where copies may be still that the service cannot empty.'),
  })
  .meta({ id: 'Erasure' });
export type Erasure = z.infer<typeof Erasure>;

export const getErasureContract = defineEndpoint({
  operationId: 'getErasure',
  method: 'GET',
  path: '/api/v1/erasures/{id}',
  summary: 'Tell what was removed of an entry, and what remains until when',
  description: 'Of an entry that was deleted: ids, times and counts, and nothing of the person.',
  role: 'admin',
  strict: true,
  tags: ['Blacklist'],
  params: z.object({ id: anyId.describe("The deleted entry's id.") }),
  success: {
    status: 200,
    description: 'The erasure.',
    schema: Erasure,
    example: {
      entry_id: 7,
      history: 'redact',
      merged_into: null,
      started_at: '2026-05-04T09:30:00.000Z',
      finished_at: '2026-05-04T09:30:00.412Z',
      removed: [{ place: 'reference_pictures', count: 2 }],
      remaining: [{ place: 'backups', until: null, note: 'Copies of DATA_DIR that you made.' }],
    },
  },
  errors: ['request_invalid', 'erasure_not_found', 'throttled', 'backend_unavailable'],
});

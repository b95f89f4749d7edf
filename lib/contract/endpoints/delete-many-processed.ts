import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { truth } from '../form-values.ts';
import { processedFilters } from '../processed-filters.ts';

const count = z.number().int().min(0);

export const DeletedProcessed = z
  .object({
    dry_run: z.boolean().describe('Nothing was deleted.'),
    matched: count.describe('Pictures that the filters meant.'),
    deleted: count,
    remaining: count.describe('Those that there was no time for: send the same request again.'),
  })
  .meta({ id: 'DeletedProcessed' });
export type DeletedProcessed = z.infer<typeof DeletedProcessed>;

const query = z.object({
  ...processedFilters,
  dry_run: truth.optional().describe('Only tell how many there are.'),
});

export const deleteManyProcessedContract = defineEndpoint({
  operationId: 'deleteManyProcessed',
  method: 'DELETE',
  path: '/api/v1/processed-images/',
  aliases: [
    {
      operationId: 'deleteManyProcessedUnderProcess',
      path: '/api/v1/process/processed-images/',
      summary: 'Delete processed pictures (older spelling)',
    },
  ],
  summary: 'Delete the processed pictures that filters mean',
  description:
    'Records, copies and crops go, the oldest first. At least one filter is needed. What takes longer than a request may is left: `remaining` says how many.',
  role: 'admin',
  // A filter that is misspelt would otherwise delete what was to stay.
  strict: true,
  tags: ['Processing'],
  query,
  success: {
    status: 200,
    description: 'Counts of what was deleted, and of what is left.',
    schema: DeletedProcessed,
    example: { dry_run: false, matched: 1200, deleted: 1200, remaining: 0 },
  },
  errors: ['request_invalid', 'throttled', 'backend_unavailable'],
});

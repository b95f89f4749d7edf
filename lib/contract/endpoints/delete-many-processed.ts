import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { truth } from '../form-values.ts';
import { maxNamedPictures, pictureIds, processedFilters } from '../processed-filters.ts';

const count = z.number().int().min(0);

/** Limit on the ids in an answer. */
export const maxFound = 5_000;

export const DeletedProcessed = z
  .object({
    dry_run: z.boolean().describe('Nothing was deleted.'),
    matched: count.describe('Pictures that the filters meant.'),
    deleted: count,
    remaining: count.describe('Those that there was no time for: send the same request again.'),
    ids: z
      .array(count)
      .optional()
      .describe(
        `In a dry run: the \`db_id\`s of what was found, newest first, ${maxFound} at most. With the last of them as \`before_id\`, a further dry run tells the next.`,
      ),
  })
  .meta({ id: 'DeletedProcessed' });
export type DeletedProcessed = z.infer<typeof DeletedProcessed>;

const query = z.object({
  ...processedFilters,
  ids: pictureIds
    .optional()
    .describe(
      `Only these pictures, ${maxNamedPictures} at most: their \`db_id\`s with commas between. Those that the other filters no longer mean stay.`,
    ),
  dry_run: truth.optional().describe('Only tell how many there are, and which.'),
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
    'Records, copies and crops go, the oldest first. At least one filter is needed. What takes longer than a request may is left: `remaining` says how many. Who asks a person first sends the `ids` that the dry run told: nothing else is deleted then.',
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

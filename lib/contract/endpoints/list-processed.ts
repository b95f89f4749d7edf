import { defineEndpoint } from '../endpoint.ts';
import { pageExample } from '../examples.ts';
import { pageQuery } from '../fields.ts';
import { processedFilters } from '../processed-filters.ts';
import { PaginatedProcessedImages } from '../shapes.ts';

export const listProcessedContract = defineEndpoint({
  operationId: 'listProcessed',
  method: 'GET',
  path: '/api/v1/processed-images/',
  aliases: [
    {
      operationId: 'listProcessedUnderProcess',
      path: '/api/v1/process/processed-images/',
      summary: 'List processed pictures (older spelling)',
      query: pageQuery(10).extend(processedFilters),
    },
  ],
  summary: 'List processed pictures',
  tags: ['Processing'],
  role: 'desk',
  query: pageQuery(20).extend(processedFilters),
  success: {
    status: 200,
    description: 'A page, newest first; `total_items` counts what the filters leave.',
    schema: PaginatedProcessedImages,
    example: pageExample,
  },
  errors: ['request_invalid', 'throttled', 'backend_unavailable'],
});

import { defineEndpoint } from '../endpoint.ts';
import { pageExample } from '../examples.ts';
import { pageQuery } from '../fields.ts';
import { processedFilters } from '../processed-filters.ts';
import { PaginatedProcessedImages } from '../shapes.ts';

const shared = {
  method: 'GET',
  tags: ['Processing'],
  success: {
    status: 200,
    description: 'A page, newest first; `total_items` counts what the filters leave.',
    schema: PaginatedProcessedImages,
    example: pageExample,
  },
  errors: ['request_invalid', 'throttled', 'backend_unavailable'],
} as const;

export const listProcessed = defineEndpoint({
  ...shared,
  operationId: 'listProcessed',
  path: '/api/v1/processed-images/',
  summary: 'List processed pictures',
  query: pageQuery(20).extend(processedFilters),
});

/** An older spelling that clients use. */
export const listProcessedUnderProcess = defineEndpoint({
  ...shared,
  operationId: 'listProcessedUnderProcess',
  path: '/api/v1/process/processed-images/',
  summary: 'List processed pictures (older spelling)',
  query: pageQuery(10).extend(processedFilters),
});

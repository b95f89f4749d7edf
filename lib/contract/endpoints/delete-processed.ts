import { defineEndpoint } from '../endpoint.ts';
import { resultExample } from '../examples.ts';
import { ProcessedPath } from '../fields.ts';
import { ImageProcessingResult } from '../shapes.ts';

export const deleteProcessedContract = defineEndpoint({
  operationId: 'deleteProcessed',
  method: 'DELETE',
  path: '/api/v1/processed-images/{db_id}',
  aliases: [
    {
      operationId: 'deleteProcessedUnderProcess',
      path: '/api/v1/process/processed-images/{db_id}',
      summary: 'Delete a processed picture (older spelling)',
    },
  ],
  summary: 'Delete a processed picture',
  description: 'Its record goes, and every copy and crop of it. Its id is never given again.',
  role: 'admin',
  strict: true,
  tags: ['Processing'],
  params: ProcessedPath,
  success: {
    status: 200,
    description: 'The result that was deleted.',
    schema: ImageProcessingResult,
    example: resultExample,
  },
  errors: ['request_invalid', 'processed_not_found', 'throttled', 'backend_unavailable'],
});

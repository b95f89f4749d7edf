import { defineEndpoint } from '../endpoint.ts';
import { resultExample } from '../examples.ts';
import { ProcessedPath } from '../fields.ts';
import { ImageProcessingResult } from '../shapes.ts';

export const getProcessedContract = defineEndpoint({
  operationId: 'getProcessed',
  method: 'GET',
  path: '/api/v1/processed-images/{db_id}',
  summary: 'Show what was found in a processed picture',
  tags: ['Processing'],
  role: 'check',
  params: ProcessedPath,
  success: {
    status: 200,
    description: 'The result, as it was answered.',
    schema: ImageProcessingResult,
    example: resultExample,
  },
  errors: ['request_invalid', 'processed_not_found', 'throttled', 'backend_unavailable'],
});

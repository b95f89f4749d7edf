import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { ProcessedPath } from '../fields.ts';
import { pictureSuccess } from '../picture-answer.ts';
import { pictureSize } from '../picture-size.ts';

export const processedVariants = ['original', 'annotated', 'crop'] as const;
export type ProcessedVariant = (typeof processedVariants)[number];

export const getProcessedImageContract = defineEndpoint({
  operationId: 'getProcessedImage',
  method: 'GET',
  path: '/api/v1/processed-images/{db_id}/image',
  summary: 'Fetch a processed picture',
  tags: ['Processing'],
  role: 'check',
  params: ProcessedPath,
  query: z.object({
    ...pictureSize,
    variant: z
      .enum(processedVariants)
      .default('annotated')
      .describe(
        'The picture as it came, the copy with boxes (where none were drawn, the original), or the crop of the largest face.',
      ),
  }),
  success: pictureSuccess,
  errors: ['request_invalid', 'processed_not_found', 'throttled', 'backend_unavailable'],
});

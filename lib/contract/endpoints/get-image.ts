import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { ImagePath } from '../fields.ts';
import { pictureSuccess } from '../picture-answer.ts';
import { pictureSize } from '../picture-size.ts';

export const getImageContract = defineEndpoint({
  operationId: 'getImage',
  method: 'GET',
  path: '/api/v1/blacklist/{id}/images/{image_id}',
  summary: 'Fetch a picture of a listed person',
  tags: ['Blacklist'],
  role: 'desk',
  params: ImagePath,
  query: z.object(pictureSize),
  success: pictureSuccess,
  errors: ['request_invalid', 'entry_not_found', 'image_not_found', 'throttled', 'backend_unavailable'],
});

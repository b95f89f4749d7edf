import { defineEndpoint } from '../endpoint.ts';
import { referenceImageExample } from '../examples.ts';
import { ImagePath } from '../fields.ts';
import { ReferenceImage } from '../shapes.ts';

export const deleteImageContract = defineEndpoint({
  operationId: 'deleteImage',
  method: 'DELETE',
  path: '/api/v1/blacklist/{id}/images/{image_id}',
  summary: 'Take away one picture of a listed person',
  description:
    'The picture and its face are deleted from every store. The last one of an entry stays: delete the entry instead.',
  tags: ['Blacklist'],
  role: 'admin',
  strict: true,
  params: ImagePath,
  success: {
    status: 200,
    description: 'The reference image that was deleted.',
    schema: ReferenceImage,
    example: referenceImageExample,
  },
  errors: [
    'request_invalid',
    'entry_not_found',
    'image_not_found',
    'last_image',
    'throttled',
    'disk_full',
    'backend_unavailable',
  ],
});

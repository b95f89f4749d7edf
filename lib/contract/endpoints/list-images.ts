import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { referenceImageExample } from '../examples.ts';
import { EntryPath } from '../fields.ts';
import { ReferenceImage } from '../shapes.ts';

export const listImagesContract = defineEndpoint({
  operationId: 'listImages',
  method: 'GET',
  path: '/api/v1/blacklist/{id}/images',
  summary: 'Show which pictures there are of a listed person',
  tags: ['Blacklist'],
  role: 'desk',
  params: EntryPath,
  success: {
    status: 200,
    description: 'The reference images, oldest first.',
    schema: z.array(ReferenceImage),
    example: [referenceImageExample],
  },
  errors: ['request_invalid', 'entry_not_found', 'throttled', 'backend_unavailable'],
});

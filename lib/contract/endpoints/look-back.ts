import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { EntryPath, wholeNumberFrom } from '../fields.ts';
import { SeenFaces, seenFacesExample } from '../look-back.ts';

export const lookBackContract = defineEndpoint({
  operationId: 'lookBack',
  method: 'POST',
  path: '/api/v1/blacklist/{id}/look-back',
  summary: 'Find a listed person in the kept pictures of before',
  description:
    'Compares the reference pictures with the faces that matched nobody in the last LOOK_BACK_DAYS. It changes nothing: no record gets a match by it. ' +
    'A hint, as every match: look at the pictures.',
  tags: ['Blacklist'],
  role: 'editor',
  strict: true,
  params: EntryPath,
  query: z.object({
    limit: wholeNumberFrom(1, 1000).default(100).describe('Faces in the answer, at most.'),
  }),
  success: {
    status: 200,
    description: 'The faces that match.',
    schema: SeenFaces,
    example: seenFacesExample,
  },
  errors: ['request_invalid', 'entry_not_found', 'look_back_off', 'throttled', 'backend_unavailable'],
});

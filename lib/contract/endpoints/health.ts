import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';

export const health = defineEndpoint({
  operationId: 'health',
  method: 'GET',
  path: '/healthz',
  summary: 'Tell whether the service can work',
  tags: ['Service'],
  public: true,
  success: {
    status: 200,
    description: 'The face backend and the stores are usable.',
    schema: z
      .object({ status: z.literal('ok'), backend: z.string(), model: z.string() })
      .meta({ id: 'Health' }),
    example: { status: 'ok', backend: 'human', model: 'Fusion' },
  },
  errors: ['backend_unavailable'],
});

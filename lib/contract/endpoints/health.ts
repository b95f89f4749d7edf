import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';

export const healthContract = defineEndpoint({
  operationId: 'health',
  method: 'GET',
  path: '/healthz',
  summary: 'Tell whether the service can work',
  tags: ['Service'],
  role: 'metrics',
  unaudited: true,
  public: true,
  success: {
    status: 200,
    description: 'The face backend and the stores are usable.',
    schema: z
      .object({
        status: z.literal('ok'),
        backend: z.string(),
        model: z.string(),
        warnings: z.array(z.string()).optional().describe('What will soon keep it from working.'),
      })
      .meta({ id: 'Health' }),
    example: { status: 'ok', backend: 'human', model: 'Fusion' },
  },
  errors: ['disk_full', 'backend_unavailable'],
});

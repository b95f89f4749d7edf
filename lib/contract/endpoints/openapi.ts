import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';

export const openApiContract = defineEndpoint({
  operationId: 'openApi',
  method: 'GET',
  path: '/openapi.json',
  summary: 'Describe this API',
  tags: ['Service'],
  role: 'check',
  unaudited: true,
  success: {
    status: 200,
    description: 'This document, as OpenAPI 3.1.',
    schema: z.looseObject({ openapi: z.string() }),
    example: { openapi: '3.1.0' },
  },
  errors: [],
});

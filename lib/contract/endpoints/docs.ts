import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';

export const docsContract = defineEndpoint({
  operationId: 'docs',
  method: 'GET',
  path: '/docs',
  summary: 'Show this API to a person',
  tags: ['Service'],
  role: 'check',
  unaudited: true,
  success: {
    status: 200,
    description: 'A page for the browser.',
    contentType: 'text/html',
    schema: z.string(),
    example: '<!doctype html>',
  },
  errors: [],
});

export const docsAssetContract = defineEndpoint({
  operationId: 'docsAsset',
  method: 'GET',
  path: '/docs/{asset}',
  summary: "A script or a style sheet of the documentation's page",
  tags: ['Service'],
  role: 'check',
  unaudited: true,
  params: z.object({ asset: z.string() }),
  success: {
    status: 200,
    description: 'The file.',
    contentType: 'text/javascript',
    schema: z.string(),
    example: '',
  },
  errors: ['route_not_found'],
});

import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';

export const welcomeContract = defineEndpoint({
  operationId: 'welcome',
  method: 'GET',
  path: '/',
  aliases: [
    { operationId: 'welcomeToApi', path: '/api/v1/', summary: 'Say welcome, under the prefix of the API' },
  ],
  summary: 'Say welcome',
  description: 'A browser, which asks for HTML, is led to the documentation.',
  tags: ['Service'],
  role: 'check',
  unaudited: true,
  public: true,
  success: {
    status: 200,
    description: 'The service is there.',
    schema: z.object({ message: z.string() }).meta({ id: 'Welcome' }),
    example: { message: 'Welcome to the Face Blacklist API' },
  },
  errors: [],
});

import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';

const shared = {
  method: 'GET',
  tags: ['Service'],
  success: {
    status: 200,
    description: 'The service is there.',
    schema: z.object({ message: z.string() }).meta({ id: 'Welcome' }),
    example: { message: 'Welcome to the Face Blacklist API' },
  },
  errors: [],
} as const;

export const welcome = defineEndpoint({
  ...shared,
  operationId: 'welcome',
  path: '/',
  summary: 'Say welcome',
  description: 'A browser, which asks for HTML, is led to the documentation.',
  public: true,
});

export const welcomeToApi = defineEndpoint({
  ...shared,
  operationId: 'welcomeToApi',
  path: '/api/v1/',
  summary: 'Say welcome, under the prefix of the API',
});

/** What both say. */
export function welcomeMessage(apiTitle: string): { message: string } {
  return { message: `Welcome to the ${apiTitle}` };
}

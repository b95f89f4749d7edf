import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { ForbiddenError } from '../../lib/errors.ts';
import { allowedHeaders, corsHeaders } from '../../lib/http/headers.ts';

const preflightMaxAgeSeconds = 600;

/** Answers OPTIONS with the methods of a path. Some load balancers check a service this way. */
export function optionsAnswer(methods: readonly string[]): APIGatewayProxyResult {
  return { statusCode: 204, headers: { Allow: [...methods, 'OPTIONS'].join(', ') }, body: '' };
}

export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/**
 * Answers a browser's preflight request.
 *
 * @throws ForbiddenError if the page's origin is not allowed.
 */
export function preflight(
  methods: readonly string[],
  { headers: { origin } }: IncomingMessage,
  corsOrigins: readonly string[],
): APIGatewayProxyResult {
  if (origin === undefined || !corsOrigins.includes(origin)) {
    throw new ForbiddenError('Web pages of this origin may not ask here; CORS_ORIGINS names those that may.');
  }
  return {
    statusCode: 204,
    headers: {
      ...corsHeaders(origin, corsOrigins),
      'Access-Control-Allow-Methods': methods.join(', '),
      'Access-Control-Allow-Headers': allowedHeaders.join(', '),
      'Access-Control-Max-Age': preflightMaxAgeSeconds,
    },
    body: '',
  };
}

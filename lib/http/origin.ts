import type { APIGatewayProxyEvent } from 'aws-lambda';
import { requestHeader } from './headers.ts';

/**
 * The origin that the request came by, such as `http://127.0.0.1:8000`; undefined when the request does not tell. A proxy that speaks
 * TLS says so in `X-Forwarded-Proto`. Both are the client's own words: good for an answer to that client, and for nothing else.
 */
export function requestOrigin(event: APIGatewayProxyEvent): string | undefined {
  const scheme =
    requestHeader(event, 'x-forwarded-proto')?.trim().toLowerCase() === 'https' ? 'https' : 'http';
  return URL.parse(`${scheme}://${requestHeader(event, 'host') ?? ''}`)?.origin;
}

import type { APIGatewayProxyEvent } from 'aws-lambda';
import { apiPrefix } from './api-prefix.ts';
import { requestHeader } from './headers.ts';

/** The address of the API as the client knows it, such as `https://faces.example/faces`; undefined when the request does not tell. */
export function requestBase(event: APIGatewayProxyEvent): string | undefined {
  const origin = requestOrigin(event);
  return origin && `${origin}${apiPrefix(event)}`;
}

/**
 * The origin that the request came by, such as `http://127.0.0.1:8000`; undefined when the request does not tell. The gateway, or the
 * server, writes both headers. A host may be the client's own word: good for an answer to that client, and for nothing else.
 */
export function requestOrigin(event: APIGatewayProxyEvent): string | undefined {
  const scheme =
    requestHeader(event, 'x-forwarded-proto')?.trim().toLowerCase() === 'https' ? 'https' : 'http';
  return URL.parse(`${scheme}://${requestHeader(event, 'host') ?? ''}`)?.origin;
}

import type { APIGatewayProxyEvent } from 'aws-lambda';
import { apiPrefix } from './api-prefix.ts';
import { requestHeader } from './headers.ts';

/**
 * Returns the address of the API as the client knows it, such as `https://faces.example/faces`. Returns
 * `undefined` if the request does not contain it.
 */
export function requestBase(event: APIGatewayProxyEvent): string | undefined {
  const origin = requestOrigin(event);
  return origin && `${origin}${apiPrefix(event)}`;
}

/**
 * Returns the origin to which the request was sent, such as `http://127.0.0.1:8000`. Returns `undefined` if
 * the request does not contain it.
 *
 * The gateway, or the local server, writes both headers. The host may be the client's own invention, so use
 * the result only in an answer to that client.
 */
export function requestOrigin(event: APIGatewayProxyEvent): string | undefined {
  const scheme =
    requestHeader(event, 'x-forwarded-proto')?.trim().toLowerCase() === 'https' ? 'https' : 'http';
  return URL.parse(`${scheme}://${requestHeader(event, 'host') ?? ''}`)?.origin;
}

import type { APIGatewayProxyEvent } from 'aws-lambda';
import { requestHeader } from './headers.ts';

/**
 * Returns the address of a page beside the root, for a redirect from the root. Behind a gateway's stage, or a
 * proxy's known prefix, it is absolute, because the root may have been requested without its slash. Elsewhere
 * it is relative, and so fits any prefix.
 */
export function besideRoot({ requestContext }: APIGatewayProxyEvent, path: string): string {
  const prefix = requestContext.path.replace(/\/$/, '');
  return prefix === '' ? path : `${prefix}/${path}`;
}

/** Recognizes a browser that opens the root as a page. */
export function isBrowserAtRoot(event: APIGatewayProxyEvent): boolean {
  return event.resource === '/' && (requestHeader(event, 'accept')?.includes('text/html') ?? false);
}

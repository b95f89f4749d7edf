import type { APIGatewayProxyEvent } from 'aws-lambda';

/**
 * The address of what lies beside the root, for a redirect from the root. Behind a gateway's stage or a proxy's prefix that is known, it is
 * spelled out, for the root may have been asked for without its slash; else it is relative, whatever stands in front of it.
 */
export function besideRoot({ requestContext }: APIGatewayProxyEvent, path: string): string {
  const prefix = requestContext.path.replace(/\/$/, '');
  return prefix === '' ? path : `${prefix}/${path}`;
}

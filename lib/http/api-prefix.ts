import type { APIGatewayProxyEvent } from 'aws-lambda';

/**
 * Returns the part of this API's paths before `/api/v1`: behind a gateway its stage, such as `/prod`;
 * elsewhere nothing.
 */
export function apiPrefix({ requestContext }: APIGatewayProxyEvent): string {
  const { path } = requestContext;
  // A proxy's prefix may have the same words.
  return path.slice(0, Math.max(0, path.lastIndexOf('/api/v1/')));
}

import type { APIGatewayProxyEvent } from 'aws-lambda';

/** What stands before `/api/v1` in the paths of this API: behind a gateway its stage, such as `/prod`; else nothing. */
export function apiPrefix({ requestContext }: APIGatewayProxyEvent): string {
  const { path } = requestContext;
  return path.slice(0, Math.max(0, path.indexOf('/api/v1/')));
}

import type { APIGatewayProxyEvent } from 'aws-lambda';
import { versionsOf } from '../contract/entry-version.ts';
import { requestHeader } from './headers.ts';

/** Reads the versions that a request's `If-Match` allows; `undefined` where any will do. */
export function wantedVersions(event: APIGatewayProxyEvent): number[] | undefined {
  return versionsOf(requestHeader(event, 'if-match'));
}

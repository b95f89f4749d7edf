import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { BlacklistRecord } from '../contract/shapes.ts';
import { apiPrefix } from './api-prefix.ts';

/** Makes the place of an entry's first picture one on the host that the request was sent to. */
export function withCover<Entry extends BlacklistRecord>(entry: Entry, event: APIGatewayProxyEvent): Entry {
  const { cover } = entry;
  return cover === null ? entry : { ...entry, cover: apiPrefix(event) + cover };
}

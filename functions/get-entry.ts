import { getEntry } from '../lib/blacklist/get-entry.ts';
import { getEntryContract } from '../lib/contract/endpoints/get-entry.ts';
import { entityTag } from '../lib/contract/entry-version.ts';
import { withCover } from '../lib/http/cover.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { withHeaders } from '../lib/http/response.ts';
import { entryPorts } from '../lib/wiring/open.ts';

/** GET /api/v1/blacklist/{id}/ */
export const handler = endpoint(getEntryContract, async ({ params }, { event }) => {
  const entry = withCover(await getEntry(await entryPorts(), params.id), event);
  return withHeaders(entry, { ETag: entityTag(entry) });
});

import { getEntry } from '../lib/blacklist/get-entry.ts';
import { getEntryContract } from '../lib/contract/endpoints/get-entry.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { entryPorts } from '../lib/wiring/open.ts';

/** GET /api/v1/blacklist/{id}/ */
export const handler = endpoint(getEntryContract, async ({ params }) =>
  getEntry(await entryPorts(), params.id),
);

import { listEntries } from '../lib/blacklist/list-entries.ts';
import { listEntriesContract } from '../lib/contract/endpoints/list-entries.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { entryPorts } from '../lib/wiring/open.ts';

/** GET /api/v1/blacklist/ */
export const handler = endpoint(listEntriesContract, async ({ query }) =>
  listEntries(await entryPorts(), query.q),
);

import { listEntries as run } from '../lib/blacklist/list-entries.ts';
import { listEntries } from '../lib/contract/endpoints/list-entries.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { entryPorts } from '../lib/wiring/open.ts';

/** GET /api/v1/blacklist/ */
export const handler = endpoint(listEntries, async ({ query }) => run(await entryPorts(), query.q));

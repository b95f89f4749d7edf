import { getEntry as run } from '../lib/blacklist/get-entry.ts';
import { getEntry } from '../lib/contract/endpoints/get-entry.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { entryPorts } from '../lib/wiring/open.ts';

/** GET /api/v1/blacklist/{id}/ */
export const handler = endpoint(getEntry, async ({ params }) => run(await entryPorts(), params.id));

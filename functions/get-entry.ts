import { getEntry as run } from '../lib/blacklist/get-entry.ts';
import { getEntry } from '../lib/contract/get-entry.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { entryPorts } from '../lib/ports.ts';

/** GET /api/v1/blacklist/{id}/ */
export const handler = endpoint(getEntry, async ({ params }) => run(await entryPorts(), params.id));

import { updateEntry as run } from '../lib/blacklist/update-entry.ts';
import { updateEntry } from '../lib/contract/endpoints/update-entry.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { entryPorts } from '../lib/wiring/open.ts';

/** PUT /api/v1/blacklist/{id}/ */
export const handler = endpoint(updateEntry, async ({ params, body }) =>
  run(await entryPorts(), params.id, body),
);

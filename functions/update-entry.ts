import { updateEntry } from '../lib/blacklist/update-entry.ts';
import { updateEntryContract } from '../lib/contract/endpoints/update-entry.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { entryPorts } from '../lib/wiring/open.ts';

/** PUT /api/v1/blacklist/{id}/ */
export const handler = endpoint(updateEntryContract, async ({ params, body }) =>
  updateEntry(await entryPorts(), params.id, body),
);

import { deleteEntry as run } from '../lib/blacklist/delete-entry.ts';
import { deleteEntry } from '../lib/contract/endpoints/delete-entry.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { stores } from '../lib/wiring/open.ts';

/** DELETE /api/v1/blacklist/{id}/ */
export const handler = endpoint(deleteEntry, async ({ params }) => run(await stores(), params.id));

import { listEntries } from '../lib/blacklist/list-entries.ts';
import { listEntriesContract } from '../lib/contract/endpoints/list-entries.ts';
import { withCover } from '../lib/http/cover.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { withHeaders } from '../lib/http/response.ts';
import { entryPorts } from '../lib/wiring/open.ts';

/** GET /api/v1/blacklist/ */
export const handler = endpoint(listEntriesContract, async ({ query }, { event }) => {
  const { entries, total } = await listEntries(await entryPorts(), query);
  const shown = entries.map((entry) => withCover(entry, event));
  return withHeaders(shown, { 'X-Total-Count': String(total) });
});

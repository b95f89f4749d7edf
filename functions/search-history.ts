import { searchHistoryContract } from '../lib/contract/endpoints/search-history.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { searchHistory } from '../lib/processing/search-history.ts';
import { enrollingPorts, inputsFor } from '../lib/wiring/open.ts';

/** POST /api/v1/history/search */
export const handler = endpoint(searchHistoryContract, async ({ body }, { deadline, actor, note }) => {
  const ports = { ...(await enrollingPorts()), inputs: await inputsFor(actor) };
  const found = await searchHistory(ports, body, deadline);
  note({ threshold: found.threshold, matches: found.seen.length });
  return found;
});

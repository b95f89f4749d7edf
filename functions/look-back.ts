import { lookBack } from '../lib/blacklist/look-back.ts';
import { lookBackContract } from '../lib/contract/endpoints/look-back.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { enrollingPorts } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/{id}/look-back */
export const handler = endpoint(lookBackContract, async ({ params, query }, { note }) => {
  const found = await lookBack(await enrollingPorts(), params.id, query.limit);
  note({ threshold: found.threshold, matches: found.total });
  return found;
});

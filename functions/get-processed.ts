import { getProcessedContract } from '../lib/contract/endpoints/get-processed.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { getProcessed } from '../lib/processing/get-processed.ts';
import { matchedOnly } from '../lib/processing/matched-only.ts';
import { maySeeUnmatched, ownResultsOf } from '../lib/service/actor.ts';
import { records } from '../lib/wiring/open.ts';

/** GET /api/v1/processed-images/{db_id} */
export const handler = endpoint(getProcessedContract, async ({ params }, { actor }) => {
  const result = await getProcessed({ records: await records() }, params.db_id, ownResultsOf(actor));
  return maySeeUnmatched(actor) ? result : matchedOnly(result);
});

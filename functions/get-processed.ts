import { getProcessedContract } from '../lib/contract/endpoints/get-processed.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { getProcessed } from '../lib/processing/get-processed.ts';
import { ownResultsOf } from '../lib/service/actor.ts';
import { records } from '../lib/wiring/open.ts';

/** GET /api/v1/processed-images/{db_id} */
export const handler = endpoint(getProcessedContract, async ({ params }, { actor }) =>
  getProcessed({ records: await records() }, params.db_id, ownResultsOf(actor)),
);

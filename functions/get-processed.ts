import { getProcessed } from '../lib/contract/endpoints/get-processed.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { getProcessed as run } from '../lib/processing/get-processed.ts';
import { records } from '../lib/wiring/open.ts';

/** GET /api/v1/processed-images/{db_id} */
export const handler = endpoint(getProcessed, async ({ params }) =>
  run({ records: await records() }, params.db_id),
);

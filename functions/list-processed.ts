import { listProcessedContract } from '../lib/contract/endpoints/list-processed.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { listProcessed } from '../lib/processing/list-processed.ts';
import { records } from '../lib/wiring/open.ts';

/** GET /api/v1/processed-images/ */
export const handler = endpoint(listProcessedContract, async ({ query }) =>
  listProcessed({ records: await records() }, query),
);

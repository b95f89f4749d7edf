import { listProcessed } from '../lib/contract/endpoints/list-processed.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { listProcessed as run } from '../lib/processing/list-processed.ts';
import { records } from '../lib/wiring/open.ts';

/** GET /api/v1/processed-images/ */
export const handler = endpoint(listProcessed, async ({ query }) => run({ records: await records() }, query));

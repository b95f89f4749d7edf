import { listProcessedUnderProcess } from '../lib/contract/endpoints/list-processed.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { listProcessed as run } from '../lib/processing/list-processed.ts';
import { records } from '../lib/wiring/open.ts';

/** GET /api/v1/process/processed-images/: the older spelling. */
export const handler = endpoint(listProcessedUnderProcess, async ({ query }) =>
  run({ records: await records() }, query),
);

import { getErasure } from '../lib/blacklist/get-erasure.ts';
import { getErasureContract } from '../lib/contract/endpoints/get-erasure.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { loadConfig } from '../lib/load-config.ts';
import { records } from '../lib/wiring/open.ts';

/** GET /api/v1/erasures/{id} */
export const handler = endpoint(getErasureContract, async ({ params }) =>
  getErasure({ records: await records() }, loadConfig(), params.id),
);

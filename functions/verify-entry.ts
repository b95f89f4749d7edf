import { verifyEntry } from '../lib/contract/endpoints/verify-entry.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { verifyEntry as run } from '../lib/processing/verify-entry.ts';
import { enrollingPorts, inputs } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/{id}/verify */
export const handler = endpoint(verifyEntry, async ({ params, body }, { remainingMs }) =>
  run({ ...(await enrollingPorts()), inputs: await inputs() }, params.id, body, remainingMs),
);

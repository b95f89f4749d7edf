import { verify } from '../lib/contract/endpoints/verify.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { verify as run } from '../lib/processing/verify.ts';
import { faces, inputs, pictureSlots } from '../lib/wiring/open.ts';

/** POST /api/v1/verify */
export const handler = endpoint(verify, async ({ body }, { remainingMs }) => {
  const ports = { inputs: await inputs(), faces: await faces(), pictureSlots: await pictureSlots() };
  return run(ports, body, remainingMs);
});

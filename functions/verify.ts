import { verifyContract } from '../lib/contract/endpoints/verify.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { verify } from '../lib/processing/verify.ts';
import { faces, inputs, pictureSlots } from '../lib/wiring/open.ts';

/** POST /api/v1/verify */
export const handler = endpoint(verifyContract, async ({ body }, { remainingMs }) => {
  const ports = { inputs: await inputs(), faces: await faces(), pictureSlots: await pictureSlots() };
  return verify(ports, body, remainingMs);
});

import { verifyContract } from '../lib/contract/endpoints/verify.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { loadConfig } from '../lib/load-config.ts';
import { verify } from '../lib/processing/verify.ts';
import { faces, inputsFor, pictureSlots } from '../lib/wiring/open.ts';

/** POST /api/v1/verify */
export const handler = endpoint(verifyContract, async ({ body }, { actor, deadline, note }) => {
  const ports = { inputs: await inputsFor(actor), faces: await faces(), pictureSlots: await pictureSlots() };
  const verification = await verify(ports, body, { deadline, reviewBand: loadConfig().reviewBand });
  note({ threshold: verification.threshold });
  return verification;
});

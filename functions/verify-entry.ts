import { verifyEntryContract } from '../lib/contract/endpoints/verify-entry.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { verifyEntry } from '../lib/processing/verify-entry.ts';
import { enrollingPorts, inputs } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/{id}/verify */
export const handler = endpoint(verifyEntryContract, async ({ params, body }, { deadline, note }) => {
  const ports = { ...(await enrollingPorts()), inputs: await inputs() };
  const verification = await verifyEntry(ports, params.id, body, deadline);
  note({ threshold: verification.threshold });
  return verification;
});

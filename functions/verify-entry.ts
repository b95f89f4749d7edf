import { verifyEntryContract } from '../lib/contract/endpoints/verify-entry.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { loadConfig } from '../lib/load-config.ts';
import { verifyEntry } from '../lib/processing/verify-entry.ts';
import { maySeeUnmatched } from '../lib/service/actor.ts';
import { enrollingPorts, inputsFor } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/{id}/verify */
export const handler = endpoint(verifyEntryContract, async ({ params, body }, { actor, deadline, note }) => {
  const ports = { ...(await enrollingPorts()), inputs: await inputsFor(actor) };
  const { reviewBand } = loadConfig();
  const options = { deadline, reviewBand, showsUnmatched: maySeeUnmatched(actor) };
  const verification = await verifyEntry(ports, params.id, body, options);
  note({ threshold: verification.threshold });
  return verification;
});

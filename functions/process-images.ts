import { loadConfig } from '../lib/config.ts';
import { processImagesContract } from '../lib/contract/endpoints/process-images.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { maxBodyBytes } from '../lib/http/payload.ts';
import { matchedOnly } from '../lib/processing/matched-only.ts';
import { countFaces, processImages } from '../lib/processing/process-images.ts';
import { maySeeUnmatched } from '../lib/service/actor.ts';
import { enrollingPorts, inputsFor } from '../lib/wiring/open.ts';

/** POST /api/v1/process/process-images */
export const handler = endpoint(processImagesContract, async ({ body }, { actor, note, deadline }) => {
  const ports = { ...(await enrollingPorts()), inputs: await inputsFor(actor) };
  const results = await processImages(ports, loadConfig(), body, deadline, maxBodyBytes());
  note(countFaces(results));
  return maySeeUnmatched(actor) ? results : results.map(matchedOnly);
});

import { loadConfig } from '../lib/config.ts';
import { processImages } from '../lib/contract/endpoints/process-images.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { countFaces, processImages as run } from '../lib/processing/process-images.ts';
import { enrollingPorts, inputs } from '../lib/wiring/open.ts';

/** POST /api/v1/process/process-images */
export const handler = endpoint(processImages, async ({ body }, { note, remainingMs }) => {
  const ports = { ...(await enrollingPorts()), inputs: await inputs() };
  const results = await run(ports, loadConfig(), body, remainingMs);
  note(countFaces(results));
  return results;
});

import { detectFaces } from '../lib/contract/endpoints/detect-faces.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { detectFaces as run } from '../lib/processing/detect-faces.ts';
import { faces, inputs, pictureSlots } from '../lib/wiring/open.ts';

/** POST /api/v1/detect/detect-face */
export const handler = endpoint(detectFaces, async ({ body }, { note }) => {
  const ports = { inputs: await inputs(), faces: await faces(), pictureSlots: await pictureSlots() };
  const found = await run(ports, body);
  note({ faces: found.length });
  return found;
});

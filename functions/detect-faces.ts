import { detectFacesContract } from '../lib/contract/endpoints/detect-faces.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { detectFaces } from '../lib/processing/detect-faces.ts';
import { faces, inputsFor, pictureSlots } from '../lib/wiring/open.ts';

/** POST /api/v1/detect/detect-face */
export const handler = endpoint(detectFacesContract, async ({ body }, { actor, deadline, note }) => {
  const ports = { inputs: await inputsFor(actor), faces: await faces(), pictureSlots: await pictureSlots() };
  const found = await detectFaces(ports, body, deadline);
  note({ faces: found.length });
  return found;
});

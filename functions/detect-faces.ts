import { detectFaces } from '../lib/contract/detect-faces.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { ports } from '../lib/ports.ts';
import { detectFaces as run } from '../lib/processing/detect-faces.ts';

/** POST /api/v1/detect/detect-face */
export const handler = endpoint(detectFaces, async ({ body }, { note }) => {
  const faces = await run(await ports(), body);
  note({ faces: faces.length });
  return faces;
});

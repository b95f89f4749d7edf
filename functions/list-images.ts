import { listImages as run } from '../lib/blacklist/list-images.ts';
import { referenceImage } from '../lib/blacklist/reference-image.ts';
import { listImages } from '../lib/contract/endpoints/list-images.ts';
import { apiPrefix } from '../lib/http/api-prefix.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { records } from '../lib/wiring/open.ts';

/** GET /api/v1/blacklist/{id}/images */
export const handler = endpoint(listImages, async ({ params }, { event }) =>
  (await run(await records(), params.id)).map((image) => referenceImage(image, apiPrefix(event))),
);

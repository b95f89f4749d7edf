import { deleteImage as run } from '../lib/blacklist/delete-image.ts';
import { referenceImage } from '../lib/blacklist/reference-image.ts';
import { deleteImage } from '../lib/contract/endpoints/delete-image.ts';
import { apiPrefix } from '../lib/http/api-prefix.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { stores } from '../lib/wiring/open.ts';

/** DELETE /api/v1/blacklist/{id}/images/{image_id} */
export const handler = endpoint(deleteImage, async ({ params }, { event }) =>
  referenceImage(await run(await stores(), params.id, params.image_id), apiPrefix(event)),
);

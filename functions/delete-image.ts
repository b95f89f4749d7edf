import { deleteImage } from '../lib/blacklist/delete-image.ts';
import { referenceImage } from '../lib/blacklist/reference-image.ts';
import { deleteImageContract } from '../lib/contract/endpoints/delete-image.ts';
import { apiPrefix } from '../lib/http/api-prefix.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { faces, images, records } from '../lib/wiring/open.ts';

/** DELETE /api/v1/blacklist/{id}/images/{image_id} */
export const handler = endpoint(deleteImageContract, async ({ params }, { event }) => {
  const ports = { records: await records(), images: await images(), faces: await faces() };
  return referenceImage(await deleteImage(ports, params.id, params.image_id), apiPrefix(event));
});

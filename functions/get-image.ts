import { getImage as run } from '../lib/blacklist/get-image.ts';
import { getImage } from '../lib/contract/endpoints/get-image.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { pictureResponse } from '../lib/http/picture.ts';
import { deliveryPorts } from '../lib/wiring/open.ts';

/** GET /api/v1/blacklist/{id}/images/{image_id} */
export const handler = endpoint(getImage, async ({ params }) => {
  return pictureResponse(await run(await deliveryPorts(), params.id, params.image_id));
});

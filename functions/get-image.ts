import { getImage } from '../lib/blacklist/get-image.ts';
import { getImageContract } from '../lib/contract/endpoints/get-image.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { pictureResponse } from '../lib/http/picture.ts';
import { deliveryPorts } from '../lib/wiring/open.ts';

/** GET /api/v1/blacklist/{id}/images/{image_id} */
export const handler = endpoint(getImageContract, async ({ params, query }) => {
  return pictureResponse(await getImage(await deliveryPorts(), params.id, params.image_id, query));
});

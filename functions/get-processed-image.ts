import { getProcessedImage } from '../lib/contract/endpoints/get-processed-image.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { pictureResponse } from '../lib/http/picture.ts';
import { getProcessedImage as run } from '../lib/processing/get-processed.ts';
import { deliveryPorts } from '../lib/wiring/open.ts';

/** GET /api/v1/processed-images/{db_id}/image */
export const handler = endpoint(getProcessedImage, async ({ params, query }) => {
  return pictureResponse(await run(await deliveryPorts(), params.db_id, query.variant));
});

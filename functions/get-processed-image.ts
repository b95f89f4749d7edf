import { getProcessedImageContract } from '../lib/contract/endpoints/get-processed-image.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { pictureResponse } from '../lib/http/picture.ts';
import { getProcessedImage } from '../lib/processing/get-processed.ts';
import { ownResultsOf } from '../lib/service/actor.ts';
import { deliveryPorts } from '../lib/wiring/open.ts';

/** GET /api/v1/processed-images/{db_id}/image */
export const handler = endpoint(getProcessedImageContract, async ({ params, query }, { actor }) => {
  const { db_id } = params;
  const ports = await deliveryPorts();
  return pictureResponse(await getProcessedImage(ports, db_id, query, ownResultsOf(actor)));
});

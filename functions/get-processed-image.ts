import { getProcessedImage } from '../lib/contract/get-processed-image.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { pictureResponse } from '../lib/http/picture.ts';
import { images, records } from '../lib/ports.ts';
import { getProcessedImage as run } from '../lib/processing/get-processed.ts';

/** GET /api/v1/processed-images/{db_id}/image */
export const handler = endpoint(getProcessedImage, async ({ params, query }) => {
  const ports = { records: await records(), images: await images() };
  return pictureResponse(await run(ports, params.db_id, query.variant));
});

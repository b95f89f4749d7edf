import { addImages as run } from '../lib/blacklist/add-images.ts';
import { addImages } from '../lib/contract/endpoints/add-images.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { readMultipart } from '../lib/http/multipart.ts';
import { enrollingPorts } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/{id}/images */
export const handler = endpoint(
  addImages,
  async ({ params, files }, { remainingMs }) => run(await enrollingPorts(), params.id, files, remainingMs),
  readMultipart,
);

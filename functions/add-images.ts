import { addImages } from '../lib/blacklist/add-images.ts';
import { addImagesContract } from '../lib/contract/endpoints/add-images.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { readMultipart } from '../lib/http/multipart.ts';
import { enrollingPorts } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/{id}/images */
export const handler = endpoint(
  addImagesContract,
  async ({ params, files, fieldWarnings }, { deadline }) => {
    const added = await addImages(await enrollingPorts(), params.id, files, deadline);
    return { ...added, errors: [...added.errors, ...fieldWarnings] };
  },
  readMultipart,
);

import { createProcessUpload } from '../lib/contract/endpoints/create-process-upload.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { requestOrigin } from '../lib/http/origin.ts';
import { createProcessUpload as run } from '../lib/uploads/create-upload.ts';
import { uploads } from '../lib/wiring/open.ts';

/** POST /api/v1/process/uploads */
export const handler = endpoint(createProcessUpload, async ({ body }, { event }) =>
  run({ uploads: await uploads() }, { contentType: body.content_type, origin: requestOrigin(event) }),
);

import { createEntryUpload } from '../lib/contract/endpoints/create-entry-upload.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { requestOrigin } from '../lib/http/origin.ts';
import { createEntryUpload as run } from '../lib/uploads/create-upload.ts';
import { records, uploads } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/{id}/uploads */
export const handler = endpoint(createEntryUpload, async ({ params, body }, { event }) => {
  const ports = { records: await records(), uploads: await uploads() };
  return run(ports, params.id, { contentType: body.content_type, origin: requestOrigin(event) });
});

import { createEntryUploadContract } from '../lib/contract/endpoints/create-entry-upload.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { requestBase } from '../lib/http/origin.ts';
import { createEntryUpload } from '../lib/uploads/create-upload.ts';
import { records, uploads } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/{id}/uploads */
export const handler = endpoint(createEntryUploadContract, async ({ params, body }, { event }) => {
  const ports = { records: await records(), uploads: await uploads() };
  return createEntryUpload(ports, params.id, { contentType: body.content_type, origin: requestBase(event) });
});

import { createProcessUploadContract } from '../lib/contract/endpoints/create-process-upload.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { requestBase } from '../lib/http/origin.ts';
import { ownResultsOf } from '../lib/service/actor.ts';
import { createProcessUpload } from '../lib/uploads/create-upload.ts';
import { shortUploadName } from '../lib/uploads/key.ts';
import { uploads } from '../lib/wiring/open.ts';

/** POST /api/v1/process/uploads */
export const handler = endpoint(createProcessUploadContract, async ({ body }, { event, actor }) => {
  const form = await createProcessUpload(
    { uploads: await uploads() },
    {
      contentType: body.content_type,
      keep: body.keep,
      origin: requestBase(event),
      picture: { source: body.source, reference: body.reference },
    },
  );
  return ownResultsOf(actor) === undefined ? form : { ...form, image: shortUploadName(form.image) };
});

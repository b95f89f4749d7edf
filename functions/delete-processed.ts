import { deleteProcessedContract } from '../lib/contract/endpoints/delete-processed.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { deleteProcessed } from '../lib/processing/remove-processed.ts';
import { images, recordsWithFaces } from '../lib/wiring/open.ts';

/** DELETE /api/v1/processed-images/{db_id} */
export const handler = endpoint(deleteProcessedContract, async ({ params }) =>
  deleteProcessed({ records: await recordsWithFaces(), images: await images() }, params.db_id),
);

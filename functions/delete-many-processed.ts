import { deleteManyProcessedContract } from '../lib/contract/endpoints/delete-many-processed.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { deleteManyProcessed } from '../lib/processing/delete-many-processed.ts';
import { images, recordsWithFaces } from '../lib/wiring/open.ts';

/** DELETE /api/v1/processed-images/ */
export const handler = endpoint(deleteManyProcessedContract, async ({ query }, { deadline }) =>
  deleteManyProcessed({ records: await recordsWithFaces(), images: await images() }, query, deadline),
);

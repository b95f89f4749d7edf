import { reviewProcessedContract } from '../lib/contract/endpoints/review-processed.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { loadConfig } from '../lib/load-config.ts';
import { reviewProcessed } from '../lib/processing/review-processed.ts';
import { records } from '../lib/wiring/open.ts';

/** PUT /api/v1/processed-images/{db_id}/review */
export const handler = endpoint(reviewProcessedContract, async ({ params, body }, { actor }) =>
  reviewProcessed({ records: await records() }, loadConfig(), params.db_id, body, actor.name),
);

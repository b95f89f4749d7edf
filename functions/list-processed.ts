import { listProcessed, listProcessedUnderProcess } from '../lib/contract/list-processed.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { ports } from '../lib/ports.ts';
import { listProcessed as run } from '../lib/processing/list-processed.ts';

/** GET /api/v1/processed-images/ */
export const handler = endpoint(listProcessed, async ({ query }) => run(await ports(), query));

/** GET /api/v1/process/processed-images/: the older spelling. */
export const underProcessHandler = endpoint(listProcessedUnderProcess, async ({ query }) =>
  run(await ports(), query),
);

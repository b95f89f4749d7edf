import { createEntry as run } from '../lib/blacklist/create-entry.ts';
import { createEntry } from '../lib/contract/endpoints/create-entry.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { readMultipart } from '../lib/http/multipart.ts';
import { enrollingPorts } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/ */
export const handler = endpoint(
  createEntry,
  async ({ body, files }, { remainingMs }) => run(await enrollingPorts(), body, files, remainingMs),
  readMultipart,
);

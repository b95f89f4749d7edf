import { createEntry } from '../lib/blacklist/create-entry.ts';
import { createEntryContract } from '../lib/contract/endpoints/create-entry.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { readMultipart } from '../lib/http/multipart.ts';
import { withWarnings } from '../lib/http/unknown-fields.ts';
import { enrollingPorts } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/ */
export const handler = endpoint(
  createEntryContract,
  async ({ body, files, fieldWarnings }, { deadline, actor }) => {
    const entry = await createEntry(await enrollingPorts(), body, files, deadline, actor.name);
    return { ...entry, warnings: withWarnings(entry.warnings, fieldWarnings) };
  },
  readMultipart,
);

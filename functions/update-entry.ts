import { updateEntry } from '../lib/blacklist/update-entry.ts';
import { updateEntryContract } from '../lib/contract/endpoints/update-entry.ts';
import { entityTag } from '../lib/contract/entry-version.ts';
import { withCover } from '../lib/http/cover.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { wantedVersions } from '../lib/http/if-match.ts';
import { withHeaders } from '../lib/http/response.ts';
import { withWarnings } from '../lib/http/unknown-fields.ts';
import { entryPorts } from '../lib/wiring/open.ts';

/** PUT /api/v1/blacklist/{id}/ */
export const handler = endpoint(
  updateEntryContract,
  async ({ params, body, fieldWarnings }, { event, actor }) => {
    const options = { ifVersion: wantedVersions(event), actor: actor.name };
    const entry = await updateEntry(await entryPorts(), params.id, body, options);
    const warnings = withWarnings(entry.warnings, fieldWarnings);
    return withHeaders({ ...withCover(entry, event), warnings }, { ETag: entityTag(entry) });
  },
);

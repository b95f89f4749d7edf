import { updateEntry } from '../lib/blacklist/update-entry.ts';
import { patchEntryContract } from '../lib/contract/endpoints/patch-entry.ts';
import { entityTag } from '../lib/contract/entry-version.ts';
import { withCover } from '../lib/http/cover.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { wantedVersions } from '../lib/http/if-match.ts';
import { withHeaders } from '../lib/http/response.ts';
import { entryPorts } from '../lib/wiring/open.ts';

/** PATCH /api/v1/blacklist/{id}/ */
export const handler = endpoint(patchEntryContract, async ({ params, body }, { event, actor }) => {
  const options = { ifVersion: wantedVersions(event), actor: actor.name };
  const entry = await updateEntry(await entryPorts(), params.id, body, options);
  return withHeaders(withCover(entry, event), { ETag: entityTag(entry) });
});

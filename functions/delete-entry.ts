import { deleteEntry } from '../lib/blacklist/delete-entry.ts';
import { deleteEntryContract } from '../lib/contract/endpoints/delete-entry.ts';
import { withCover } from '../lib/http/cover.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { wantedVersions } from '../lib/http/if-match.ts';
import { stores } from '../lib/wiring/open.ts';

/** DELETE /api/v1/blacklist/{id}/ */
export const handler = endpoint(deleteEntryContract, async ({ params, query }, { event, actor }) =>
  withCover(
    await deleteEntry(await stores(), params.id, {
      ifVersion: wantedVersions(event),
      history: query.history,
      mergedInto: query.merged_into,
      actor: actor.name,
    }),
    event,
  ),
);

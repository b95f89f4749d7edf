import { mergeEntries } from '../lib/blacklist/merge-entries.ts';
import { mergeEntryContract } from '../lib/contract/endpoints/merge-entry.ts';
import { entityTag } from '../lib/contract/entry-version.ts';
import { answeredOnce } from '../lib/http/answer-once.ts';
import { withCover } from '../lib/http/cover.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { wantedVersions } from '../lib/http/if-match.ts';
import { AnswerWithHeaders, withHeaders } from '../lib/http/response.ts';
import { loadConfig } from '../lib/load-config.ts';
import { enrollingPorts, keptAnswers } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/{id}/merge */
export const handler = endpoint(mergeEntryContract, async (input, request) => {
  const { actor, deadline, event } = request;
  const content = { ...input, files: [] };
  const answer = await answeredOnce(keptAnswers, mergeEntryContract.operationId, content, request, {
    async work() {
      const { reviewBand } = loadConfig();
      const options = { ifVersion: wantedVersions(event), actor: actor.name, deadline, reviewBand };
      const merged = await mergeEntries(await enrollingPorts(), input.params.id, input.body, options);
      return { ...merged, entry: withCover(merged.entry, event) };
    },
    madeBy: ({ entry }) => ({ entryId: entry.id }),
    entryIdsOf: ({ entry }) => [entry.id],
  });
  const isReplayed = answer instanceof AnswerWithHeaders;
  const merged = isReplayed ? answer.answer : answer;
  return withHeaders(merged, {
    ETag: entityTag(merged.entry),
    ...(isReplayed && answer.headers),
  });
});

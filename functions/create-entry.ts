import { createEntry } from '../lib/blacklist/create-entry.ts';
import { createEntryContract } from '../lib/contract/endpoints/create-entry.ts';
import { answeredOnce } from '../lib/http/answer-once.ts';
import { withCover } from '../lib/http/cover.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { readMultipart } from '../lib/http/multipart.ts';
import { withWarnings } from '../lib/http/unknown-fields.ts';
import { enrollingPorts, keptAnswers } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/ */
export const handler = endpoint(
  createEntryContract,
  async (input, request) => {
    const { deadline, actor, event } = request;
    return answeredOnce(keptAnswers, createEntryContract.operationId, input, request, {
      async work(ids) {
        const { body, files, fieldWarnings } = input;
        const entry = await createEntry(await enrollingPorts(), body, files, deadline, actor.name, ids);
        return { ...withCover(entry, event), warnings: withWarnings(entry.warnings, fieldWarnings) };
      },
      madeBy: ({ id }) => ({ entryId: id }),
      entryIdsOf: ({ id, possible_duplicates }) => [id, ...(possible_duplicates ?? []).map((one) => one.id)],
    });
  },
  readMultipart,
);

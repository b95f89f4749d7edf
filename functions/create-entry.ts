import { createEntry } from '../lib/blacklist/create-entry.ts';
import { createEntryContract } from '../lib/contract/endpoints/create-entry.ts';
import { answeredOnce } from '../lib/http/answer-once.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { readMultipart } from '../lib/http/multipart.ts';
import { enrollingPorts, keptAnswers } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/ */
export const handler = endpoint(
  createEntryContract,
  async (input, request) => {
    const { deadline, actor } = request;
    return answeredOnce(keptAnswers, createEntryContract.operationId, input, request, {
      work: async (ids) =>
        createEntry(await enrollingPorts(), input.body, input.files, deadline, actor.name, ids),
      entryIdsOf: ({ id, possible_duplicates }) => [id, ...(possible_duplicates ?? []).map((one) => one.id)],
    });
  },
  readMultipart,
);

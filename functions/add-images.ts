import { addImages } from '../lib/blacklist/add-images.ts';
import { addImagesContract } from '../lib/contract/endpoints/add-images.ts';
import { answeredOnce } from '../lib/http/answer-once.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { readMultipart } from '../lib/http/multipart.ts';
import { enrollingPorts, keptAnswers } from '../lib/wiring/open.ts';

/** POST /api/v1/blacklist/{id}/images */
export const handler = endpoint(
  addImagesContract,
  async (input, request) => {
    const { id } = input.params;
    return answeredOnce(keptAnswers, addImagesContract.operationId, input, request, {
      async work(ids) {
        const added = await addImages(await enrollingPorts(), id, input.files, request.deadline, ids);
        return { ...added, errors: [...added.errors, ...input.fieldWarnings] };
      },
      entryIdsOf: ({ possible_duplicates }) => [id, ...(possible_duplicates ?? []).map((one) => one.id)],
    });
  },
  readMultipart,
);

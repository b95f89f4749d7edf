import { processImagesContract } from '../lib/contract/endpoints/process-images.ts';
import type { ImageProcessingResult } from '../lib/contract/shapes.ts';
import { answeredOnce } from '../lib/http/answer-once.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { maxBodyBytes } from '../lib/http/payload.ts';
import { withWarnings } from '../lib/http/unknown-fields.ts';
import { loadConfig } from '../lib/load-config.ts';
import { matchedOnly } from '../lib/processing/matched-only.ts';
import { mayBeRepeated } from '../lib/processing/may-be-repeated.ts';
import { countFaces, entryIdsIn, processImages } from '../lib/processing/process-images.ts';
import { maySeeUnmatched } from '../lib/service/actor.ts';
import { enrollingPorts, inputsFor, keptAnswers, records } from '../lib/wiring/open.ts';

/** POST /api/v1/process/process-images */
export const handler = endpoint(processImagesContract, async (input, request) => {
  const { actor, note, deadline } = request;
  const told = (results: ImageProcessingResult[]) =>
    maySeeUnmatched(actor) ? results : results.map(matchedOnly);
  return answeredOnce(keptAnswers, processImagesContract.operationId, input, request, {
    async work(ids) {
      const ports = { ...(await enrollingPorts()), inputs: await inputsFor(actor) };
      const results = await processImages(ports, loadConfig(), input.body, deadline, maxBodyBytes(), ids);
      note(countFaces(results));
      const { fieldWarnings } = input;
      return told(results).map((result) => ({
        ...result,
        warnings: withWarnings(result.warnings, fieldWarnings),
      }));
    },
    madeBy: (results) => ({ pictureIds: results.flatMap(({ db_id }) => db_id ?? []) }),
    entryIdsOf: (results) => entryIdsIn(results),
    // The caller may have another role by now.
    told,
    mayBeRepeated: async (results, ids) => mayBeRepeated(await records(), results, ids),
  });
});

import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { ImageInput, overrides, wholeNumberFrom } from '../fields.ts';
import { SeenFace, seenFacesExample } from '../look-back.ts';
import { inForceIfKnown } from '../possible-duplicates.ts';
import { Warnings } from '../shapes.ts';
import { similarityMetrics } from '../vocabulary.ts';

const { model_name: _, ...comparing } = overrides;
const count = z.int().min(0);

export const HistorySearch = z
  .object({
    image: ImageInput,
    ...comparing,
    by: z
      .enum(['kept_faces', 'pictures'])
      .nullish()
      .describe(
        'Search among the faces that are kept for a look-back, at once; or compare the crop of each kept picture, some at a time. By default the first where LOOK_BACK_DAYS is not 0, else the second.',
      ),
    after: wholeNumberFrom(0, Number.MAX_SAFE_INTEGER)
      .nullish()
      .transform((after) => after ?? 0)
      .describe('With `pictures`: only those after this `db_id`, the `next` of the answer before.'),
    limit: wholeNumberFrom(1, 1000)
      .nullish()
      .transform((limit) => limit ?? 100)
      .describe('Faces in the answer, at most; 100 by default.'),
  })
  .meta({ id: 'HistorySearch' });
export type HistorySearch = z.output<typeof HistorySearch>;

export const HistoryFinds = z
  .object({
    by: z.enum(['kept_faces', 'pictures']),
    entries: z
      .array(
        z.object({
          id: z.int(),
          name: z.string(),
          similarity: z.number().min(0).max(100),
          in_force: inForceIfKnown,
        }),
      )
      .describe(
        'Listed people whom the face looks like, best first, also in suspended and expired entries: `GET /processed-images/?entry_id=` has their pictures, and `GET /blacklist/{id}/export` all of it.',
      ),
    seen: z
      .array(SeenFace)
      .describe('Faces that match: with `kept_faces` nearest first, with `pictures` oldest first.'),
    compared: count.describe('Faces or pictures that were compared in this answer.'),
    not_compared: count.describe(
      'Faces of another model; or pictures without a usable crop, because it shows no face or is gone.',
    ),
    progress: z
      .object({ done: count, total: count })
      .describe(
        'Pictures that this and the earlier answers have gone through, of all that are kept; with `kept_faces`, of those that have a kept face. Both are the same when `next` is null.',
      ),
    next: z.int().nullable().describe('The `after` to go on with; null when all was searched.'),
    threshold: z.number().describe('The largest distance that is a match.'),
    similarity_metric: z.enum(similarityMetrics),
    model: z.string(),
    warnings: Warnings,
    time: z.number().min(0).describe('Seconds that it took.'),
  })
  .meta({ id: 'HistoryFinds' });
export type HistoryFinds = z.output<typeof HistoryFinds>;

export const searchHistoryContract = defineEndpoint({
  operationId: 'searchHistory',
  method: 'POST',
  path: '/api/v1/history/search',
  summary: 'Find the kept pictures in which somebody is',
  description:
    'For somebody who asks what is kept of them: the largest face of the picture is looked up among listed people and in the history. Nothing of it is kept but its line in the audit trail. ' +
    'With `by: pictures` an answer comes within some seconds, tells how far it got, and is asked again with `after` until `next` is null; it sees the largest face of each picture.',
  tags: ['History'],
  role: 'admin',
  strict: true,
  body: { kind: 'json', schema: HistorySearch, example: { image: 'https://example.com/me.jpg' } },
  success: {
    status: 200,
    description: 'The faces that match.',
    schema: HistoryFinds,
    example: {
      by: 'pictures',
      entries: [{ id: 7, name: 'Jane Roe', similarity: 99.4 }],
      seen: seenFacesExample.seen,
      compared: 180,
      not_compared: 20,
      progress: { done: 200, total: 4200 },
      next: 815,
      threshold: 0.385,
      similarity_metric: 'cosine',
      model: 'Fusion',
      warnings: null,
      time: 8.02,
    },
  },
  errors: [
    'request_invalid',
    'input_unreadable',
    'no_face',
    'input_too_large',
    'unsupported_format',
    'look_back_off',
    'throttled',
    'backend_unavailable',
  ],
});

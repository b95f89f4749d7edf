import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { roles } from '../role.ts';
import { similarityMetrics } from '../vocabulary.ts';

const count = z.number().int().min(0);

const Throughput = z.object({
  pictures_last_minute: count,
  pictures_last_hour: count,
  faces_last_hour: count,
  matches_last_hour: count.describe('Faces that matched somebody.'),
  median_ms: z
    .number()
    .nullable()
    .describe('What a picture of the last hour took once it was its turn; null where there was none.'),
});
export type Throughput = z.infer<typeof Throughput>;

const WebhookStatus = z.object({
  receiver: z.string().describe('Its origin: scheme, host, and port where it is not the usual one.'),
  pending: count.describe('Events that it has not taken yet.'),
  oldest_pending: z.string().nullable().describe('ISO 8601, UTC.'),
  given_up: count.describe('Events that it never took.'),
  last_error: z.string().nullable(),
});
/** State of the deliveries to one receiver of match events. */
export type WebhookStatus = z.infer<typeof WebhookStatus>;

const reviewCounts = {
  confirmed: count,
  rejected: count,
  unsure: count,
  rejected_share: z.number().min(0).max(1).nullable().describe('Null where nothing was judged.'),
};
export type ReviewCounts = z.infer<z.ZodObject<typeof reviewCounts>>;

const Reviews = z
  .object({
    days: count.describe('The matches are of pictures of the last so many days.'),
    ...reviewCounts,
    by_entry: z
      .array(z.object({ entry_id: z.number().int(), ...reviewCounts }))
      .describe('The 100 entries with the most rejected matches.'),
    by_threshold: z
      .array(
        z.object({
          model: z.string(),
          similarity_metric: z.string(),
          threshold: z.number(),
          ...reviewCounts,
        }),
      )
      .describe('The 100 thresholds by which the most were judged.'),
  })
  .describe('Matches that people have judged, by what counts.');

export const Status = z
  .object({
    backend: z.enum(['deepface', 'aws_rekognition']),
    model: z.string().describe('This and the next three count where a request names nothing else.'),
    detector_backend: z.string(),
    similarity_metric: z.enum(similarityMetrics),
    threshold: z.number().describe('The largest distance that is a match.'),
    loosest_threshold: z.number().describe('No request gets a looser one.'),
    default_threshold: z.number().describe('What it is where nobody changes it.'),
    similarity_scale: z
      .array(z.object({ distance: z.number(), similarity: z.number() }))
      .describe(
        'How the model’s distances are told as similarities, by rising distance; straight in between.',
      ),
    version: z.string(),
    started_at: z.string().nullable().describe('ISO 8601, UTC; null in AWS Lambda.'),
    health: z.object({
      status: z.enum(['ok', 'failing']),
      detail: z.string().nullable().describe('What fails.'),
    }),
    counts: z.object({
      entries: count,
      images: count.nullable().describe('Reference pictures; null where to count them would cost too much.'),
      processed: count.describe('Processed pictures that were kept.'),
    }),
    reviews: Reviews,
    throughput: Throughput.nullable().describe('Of this process since it started; null in AWS Lambda.'),
    settings: z.object({
      quality_filter: z.enum(['auto', 'none']),
      detection_confidence_threshold: z
        .number()
        .nullable()
        .describe('Null where the backend has none to set.'),
      max_image_bytes: count,
      max_request_bytes: count,
      workers: count.nullable().describe('Threads that compute; null where another service does.'),
      runtime: z
        .enum(['onnx', 'tfjs-node', 'tfjs-wasm'])
        .nullable()
        .describe('What they run the networks on; null where another service does.'),
      authentication: z
        .enum(['tokens', 'none', 'gateway'])
        .describe('`gateway`: API Gateway asks, before this service is reached.'),
      console_needs_token: z.boolean(),
      retention: z
        .object({
          unmatched_days: count,
          matched_days: count,
          rejected_days: count,
          expired_days: count,
          look_back_days: count.describe('Of faces that matched nobody; 0 where none are kept.'),
          audit_days: count,
          strip_metadata: z.boolean(),
        })
        .describe('Days for which things are kept, as it is set.'),
    }),
    warnings: z.array(z.string()).describe('What somebody should know or mend, in plain words.'),
    webhooks: z.array(WebhookStatus).nullable().describe('Null where there are none.'),
    caller: z
      .object({ name: z.string(), role: z.enum(roles) })
      .describe('Whoever asks, by the name of the token or user, and what that may do.'),
  })
  .meta({ id: 'Status' });
export type Status = z.infer<typeof Status>;

export const statusContract = defineEndpoint({
  operationId: 'status',
  method: 'GET',
  path: '/api/v1/status',
  summary: 'Tell how the service is set up, what it holds and does, and what somebody should know',
  description:
    'For people who look: what fails is told in `health` and `warnings`, with a status of 200, as long as the records can be read.',
  tags: ['Service'],
  role: 'metrics',
  unaudited: true,
  success: {
    status: 200,
    description: 'How things stand.',
    schema: Status,
    example: {
      backend: 'deepface',
      model: 'Fusion',
      detector_backend: 'mediapipe+ssd',
      similarity_metric: 'cosine',
      threshold: 0.385,
      loosest_threshold: 0.4922,
      default_threshold: 0.385,
      similarity_scale: [
        { distance: 0, similarity: 100 },
        { distance: 0.189, similarity: 99 },
        { distance: 0.2217, similarity: 97.8 },
        { distance: 0.3214, similarity: 78.5 },
      ],
      version: '1.0.0',
      started_at: '2026-05-05T07:00:12.345Z',
      health: { status: 'ok', detail: null },
      counts: { entries: 214, images: 530, processed: 48_210 },
      reviews: {
        days: 30,
        confirmed: 9,
        rejected: 1,
        unsure: 0,
        rejected_share: 0.1,
        by_entry: [{ entry_id: 7, confirmed: 9, rejected: 1, unsure: 0, rejected_share: 0.1 }],
        by_threshold: [
          {
            model: 'Fusion',
            similarity_metric: 'cosine',
            threshold: 0.385,
            confirmed: 9,
            rejected: 1,
            unsure: 0,
            rejected_share: 0.1,
          },
        ],
      },
      throughput: {
        pictures_last_minute: 12,
        pictures_last_hour: 640,
        faces_last_hour: 811,
        matches_last_hour: 3,
        median_ms: 46.2,
      },
      settings: {
        quality_filter: 'auto',
        detection_confidence_threshold: 0.15,
        max_image_bytes: 15_728_640,
        max_request_bytes: 26_214_400,
        workers: 4,
        runtime: 'onnx',
        authentication: 'none',
        console_needs_token: false,
        retention: {
          unmatched_days: 30,
          matched_days: 365,
          rejected_days: 30,
          expired_days: 7,
          look_back_days: 0,
          audit_days: 365,
          strip_metadata: true,
        },
      },
      warnings: [
        'Nobody is asked for a token: every program on this computer can see and change the list. Set API_TOKENS to change that.',
      ],
      webhooks: null,
      caller: { name: 'front-desk', role: 'desk' },
    },
  },
  errors: ['throttled', 'backend_unavailable'],
});

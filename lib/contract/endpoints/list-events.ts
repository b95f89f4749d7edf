import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';

const id = z.int().nullable();

export const eventKinds = ['match', 'near_miss', 'picture', 'review', 'entry', 'deletion'] as const;
export type EventKind = (typeof eventKinds)[number];

export const ServiceEvent = z
  .object({
    id: z.string().describe('Tells an event that comes twice.'),
    type: z
      .enum(eventKinds)
      .describe(
        '`match`, `near_miss`, `picture`: a picture was processed, by what came of it. `review`: a person judged a match. `entry`: a listed person or their pictures changed. `deletion`: pictures left the history.',
      ),
    time: z.string().describe('ISO 8601, UTC.'),
    actor: z.string().describe('Whoever did it.'),
    entry_id: id,
    picture_id: id.describe('The `db_id` of the processed picture.'),
  })
  .meta({ id: 'ServiceEvent' });
export type ServiceEvent = z.output<typeof ServiceEvent>;

export const ServiceEvents = z
  .object({
    events: z.array(ServiceEvent).describe('Oldest first.'),
    last: z.string().describe('The `after` of the next request.'),
    is_complete: z.boolean().describe('False where more happened than is told: read again what you show.'),
  })
  .meta({ id: 'ServiceEvents' });
export type ServiceEvents = z.output<typeof ServiceEvents>;

export const listEventsContract = defineEndpoint({
  operationId: 'listEvents',
  method: 'GET',
  path: '/api/v1/events',
  summary: 'Tell what has happened since the last request',
  description:
    'For pages that follow by themselves. Without `after` it tells where to begin. On one machine, `GET /api/v1/events/stream` sends the same as server-sent events.',
  tags: ['Service'],
  role: 'desk',
  strict: true,
  unaudited: true,
  query: z.object({
    after: z.string().max(200).optional().describe('The `last` of the answer before.'),
  }),
  success: {
    status: 200,
    description: 'Ids and kinds of what happened; nobody is named.',
    schema: ServiceEvents,
    example: {
      events: [
        {
          id: '1777999923512_main_1204',
          type: 'match',
          time: '2026-05-05T18:12:03.512Z',
          actor: 'entrance-camera',
          entry_id: null,
          picture_id: 42,
        },
      ],
      last: '1777999923512_main_1204',
      is_complete: true,
    },
  },
  errors: ['request_invalid', 'throttled', 'backend_unavailable'],
});

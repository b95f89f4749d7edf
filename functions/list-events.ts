import { listEventsContract } from '../lib/contract/endpoints/list-events.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { recentEvents } from '../lib/service/recent-events.ts';
import { audit, records } from '../lib/wiring/open.ts';

/** GET /api/v1/events */
export const handler = endpoint(listEventsContract, async ({ query }) =>
  recentEvents({ trail: await audit(), records: await records() }, query.after),
);

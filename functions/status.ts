import { loadConfig } from '../lib/config.ts';
import { status } from '../lib/contract/endpoints/status.ts';
import { webhookStatus } from '../lib/events/webhook-status.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { authenticationOf } from '../lib/service/authentication.ts';
import { statusOf } from '../lib/service/status.ts';
import { stores } from '../lib/wiring/open.ts';

/** GET /api/v1/status */
export const handler = endpoint(status, async (_input, { event }) => {
  const config = loadConfig();
  const webhooks = await webhookStatus(config);
  return statusOf({ ...(await stores()), webhooks }, config, authenticationOf(config, event));
});

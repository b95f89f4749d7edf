import * as adapters from '#adapters';
import type { WebhookStatus } from '../contract/endpoints/status.ts';
import { loadConfig } from '../load-config.ts';

/**
 * Reports the state of each receiver that `WEBHOOK_URL` names, in its order. Returns null where the records
 * are in DynamoDB, because its stream goes to EventBridge and there are no webhooks.
 * @throws BackendUnavailableError
 */
export function webhookStatus(config = loadConfig()): Promise<WebhookStatus[] | null> {
  return adapters.webhookStatus(config);
}

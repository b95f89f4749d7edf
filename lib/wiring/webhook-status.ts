import * as adapters from '#adapters';
import { loadConfig } from '../config.ts';
import type { WebhookStatus } from '../contract/endpoints/status.ts';

/**
 * Tells how the delivery to each receiver goes that `WEBHOOK_URL` names, in its order; null where there are no webhooks, because the records are in DynamoDB and
 * its stream goes to EventBridge.
 * @throws BackendUnavailableError
 */
export function webhookStatus(config = loadConfig()): Promise<WebhookStatus[] | null> {
  return adapters.webhookStatus(config);
}

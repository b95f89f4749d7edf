import * as adapters from '#adapters';
import type { WebhookStatus } from '../contract/endpoints/status.ts';
import { loadConfig } from '../load-config.ts';

/**
 * Reports the state of each receiver that the settings name, in their order. Returns null where the records
 * are in DynamoDB, because its stream goes to EventBridge, and no receiver is used.
 * @throws BackendUnavailableError
 */
export function webhookStatus(config = loadConfig()): Promise<WebhookStatus[] | null> {
  return adapters.webhookStatus(config);
}

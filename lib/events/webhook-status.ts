import * as adapters from '#adapters';
import { loadConfig } from '../config.ts';

/** How the delivery of match events to a receiver goes. */
export interface WebhookStatus {
  /** Its origin alone: the rest of a webhook's URL is often a secret. Two of `WEBHOOK_URL` may have the same. */
  readonly receiver: string;
  /** Events that are still to be delivered. */
  readonly pending: number;
  /** When the oldest of them came about, ISO 8601, UTC. */
  readonly oldest_pending: string | null;
  /** Events that were not delivered in time, since the database was made. */
  readonly given_up: number;
  /** Why the last attempt failed; null once one has succeeded. */
  readonly last_error: string | null;
}

/**
 * Of each receiver that `WEBHOOK_URL` names, in its order; null where there are no webhooks, because the records are in DynamoDB and
 * its stream goes to EventBridge.
 * @throws BackendUnavailableError
 */
export function webhookStatus(config = loadConfig()): Promise<WebhookStatus[] | null> {
  return adapters.webhookStatus(config);
}

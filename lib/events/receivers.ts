import type { Config, MqttConfig, WebhookConfig } from '../config.ts';

/** Settings that name receivers of events. */
export type ReceiverSettings = Pick<Config, 'webhooks' | 'mqtt'>;

/** A receiver of events that the settings name; `url` is its address, which may contain secrets. */
export type NamedReceiver =
  | ({ readonly kind: 'webhook'; readonly url: string } & Pick<WebhookConfig, 'secrets'>)
  | ({ readonly kind: 'mqtt' } & MqttConfig);

/** Settings that name receivers, for messages. */
export const receiverSettings = ['WEBHOOK_URL', 'MQTT_URL'] as const;

/**
 * Lists all receivers that the settings name. Everybody who asks if there are any asks here: the queue, the
 * status, the metrics, and what is told of an erasure. `open-receiver.ts` opens them.
 */
export function receiversOf({ webhooks, mqtt }: ReceiverSettings): readonly NamedReceiver[] {
  const { urls = [], secrets = [] } = webhooks ?? {};
  return [
    ...urls.map((url) => ({ kind: 'webhook', url, secrets }) as const),
    ...(mqtt ? [{ kind: 'mqtt', ...mqtt } as const] : []),
  ];
}

/** Returns true if the settings name anybody who is told of events. */
export function hasReceivers(settings: ReceiverSettings): boolean {
  return receiversOf(settings).length > 0;
}

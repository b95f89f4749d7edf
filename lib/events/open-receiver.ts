import type { Dispatcher } from 'undici';
import { type AnnouncedCamera, openMqtt, requireMqtt } from './mqtt.ts';
import type { EventTarget } from './port.ts';
import type { NamedReceiver } from './receivers.ts';
import { openWebhook } from './webhook.ts';

/** Things of the server that receivers share. */
export interface ReceiverContext {
  readonly dispatcher: Dispatcher;
  /** Lists the cameras of the moment. */
  readonly cameras: () => readonly AnnouncedCamera[];
}

/**
 * Makes sure that a receiver can be opened, before anything waits for its events.
 * @throws ConfigError when a package is not installed
 */
export async function requireReceiver({ kind }: NamedReceiver): Promise<void> {
  if (kind === 'mqtt') await requireMqtt();
}

/**
 * Opens a receiver as a target of events.
 * @throws ConfigError when a package is not installed
 */
export async function openReceiver(
  receiver: NamedReceiver,
  { dispatcher, cameras }: ReceiverContext,
): Promise<EventTarget> {
  switch (receiver.kind) {
    case 'webhook':
      return openWebhook({ ...receiver, dispatcher });
    case 'mqtt':
      return openMqtt(receiver, cameras);
  }
}

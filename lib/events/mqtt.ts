import { randomUUID } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { ConfigError, type MqttConfig } from '../config.ts';
import type { ServiceEvent } from '../contract/match-event.ts';
import { codeOf } from '../files.ts';
import { log } from '../log.ts';
import {
  availabilityTopic,
  discoveryMessages,
  type MqttMessage,
  messagesOf,
  stateMessage,
} from './mqtt-messages.ts';
import type { Attempt, EventTarget } from './port.ts';

/** Camera that the broker is told of when the connection is made. */
export interface AnnouncedCamera {
  readonly name: string;
  readonly isOffline: boolean;
}

/** Milliseconds in which the broker must acknowledge a message. */
const acknowledgeMs = 15_000;
const reconnectMs = 5_000;
const closeMs = 2_000;

/**
 * Makes sure that the package is there, before anything waits for its events.
 * @throws ConfigError
 */
export async function requireMqtt(): Promise<typeof import('mqtt')> {
  try {
    return await import('mqtt');
  } catch (cause) {
    throw new ConfigError('MQTT_URL wants the package mqtt, which is not installed: npm install mqtt', {
      cause,
    });
  }
}

/**
 * Opens a broker as a target of events. The connection is made in the background, and again when it is lost.
 * @param cameras lists the cameras, each time that a connection is made
 * @throws ConfigError when the package is not installed
 */
export async function openMqtt(
  config: MqttConfig,
  cameras: () => readonly AnnouncedCamera[],
): Promise<Required<EventTarget>> {
  const { connect } = await requireMqtt();
  const client = connect(config.url, {
    clientId: `face-blacklist-${randomUUID()}`,
    will: { topic: availabilityTopic, payload: Buffer.from('offline'), qos: 1, retain: true },
    connectTimeout: acknowledgeMs,
    reconnectPeriod: reconnectMs,
    // A broker that has just started may refuse who is right, because what knows the users is not there yet.
    reconnectOnConnackError: true,
  });
  let hasFailed = false;
  client.on('error', (error) => {
    // Its message may contain the address.
    if (!hasFailed) log().warn({ code: reasonOf(error) }, 'mqtt: the broker is not reached, and tried again');
    hasFailed = true;
  });
  client.on('connect', () => {
    hasFailed = false;
    announce(client, cameras()).catch((error: unknown) =>
      log().warn({ code: reasonOf(error) }, 'mqtt: announcing failed'),
    );
  });
  return {
    most: { events: 1, bytes: Number.POSITIVE_INFINITY },
    send: (events) => Promise.all(events.map((event) => send(client, event, config.hasNames))),
    async close() {
      const offline = { topic: availabilityTopic, payload: 'offline', retain: true };
      if (client.connected) await within(closeMs, publish(client, offline)).catch(() => undefined);
      await within(closeMs, client.endAsync(true)).catch(() => undefined);
    },
  };
}

async function announce(client: MqttClient, cameras: readonly AnnouncedCamera[]): Promise<void> {
  const messages = cameras.flatMap(({ name, isOffline }) => [
    ...discoveryMessages(name),
    stateMessage(name, isOffline ? 'offline' : 'online'),
  ]);
  await Promise.all(messages.map((message) => publish(client, message)));
  await publish(client, { topic: availabilityTopic, payload: 'online', retain: true });
}

async function send(client: MqttClient, event: ServiceEvent, hasNames: boolean): Promise<Attempt> {
  const unreachable = (error: string) => ({ outcome: 'unreachable', error, retryAfterMs: 0 }) as const;
  if (!client.connected) return unreachable('The broker is not connected.');
  try {
    const messages = messagesOf(event, hasNames);
    await within(acknowledgeMs, Promise.all(messages.map((message) => publish(client, message))));
    return { outcome: 'delivered' };
  } catch (error) {
    return unreachable(`The broker did not take it (${reasonOf(error)}).`);
  }
}

function publish(client: MqttClient, { topic, payload, retain }: MqttMessage): Promise<unknown> {
  return client.publishAsync(topic, payload, { qos: 1, retain });
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error('It took too long.'), { code: 'ETIMEDOUT' })),
      ms,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function reasonOf(error: unknown): string {
  return codeOf(error) ?? (error as Error).name;
}

import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Config } from '../../lib/config.ts';
import { openReceiver, requireReceiver } from '../../lib/events/open-receiver.ts';
import { originOf } from '../../lib/events/origin.ts';
import type { Attempt, DueDelivery, EventTarget, Outbox, Receiver } from '../../lib/events/port.ts';
import {
  hasReceivers,
  type NamedReceiver,
  receiverSettings,
  receiversOf,
} from '../../lib/events/receivers.ts';
import { attemptMs } from '../../lib/events/webhook.ts';
import { log } from '../../lib/log.ts';
import { isClockSteady } from '../../lib/processing/retention.ts';
import { cameraFigures } from '../../lib/service/cameras.ts';
import { openOutbox } from '../../lib/wiring/adapters.ts';
import { records } from '../../lib/wiring/open.ts';

/**
 * Interval at which the outbox is read. Another process may have added events, so there is nothing to listen
 * to.
 */
const pollEveryMs = 250;
/** Deliveries to one receiver at the same time. */
const maxDeliveries = 4;
const firstPauseMs = 1_000;
const longestPauseMs = 5 * 60_000;
/** Age at which an undelivered event is given up. */
const giveUpMs = 72 * 60 * 60_000;
const giveUpEveryMs = 60_000;
/** Time for deliveries that are under way when the server stops. */
const graceMs = 3_000;

/** Everything that delivering needs: the events and their receivers. */
export interface Delivery {
  readonly outbox: Outbox;
  readonly receivers: readonly NamedReceiver[];
  /** Tells if events may be given up because of their age, see `isClockSteady`. */
  readonly isClockSteady: () => Promise<boolean>;
}

/**
 * Opens the delivery that the settings ask for; `undefined` if events go from the table's stream to
 * EventBridge.
 *
 * @throws BackendUnavailableError
 * @throws ConfigError when a receiver's package is not installed
 */
export async function openDelivery(config: Config): Promise<Delivery | undefined> {
  const outbox = await openOutbox(config);
  if (!outbox) {
    if (hasReceivers(config))
      log().warn(
        `${receiverSettings.join(' and ')} are not used with DYNAMODB_TABLE_NAME: match events go to EventBridge.`,
      );
    return undefined;
  }
  const receivers = receiversOf(config);
  for (const receiver of receivers) await requireReceiver(receiver);
  return {
    outbox,
    receivers,
    isClockSteady: async () => isClockSteady({ records: await records(config) }),
  };
}

function announcedCameras() {
  return cameraFigures().map(({ name, state }) => ({ name, isOffline: state === 'offline' }));
}

/** Draws a random pause (full jitter), so that those who failed together do not try again together. */
function pauseMs(failures: number): number {
  return Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
}

/**
 * Delivers match events until it is told to stop. Then it gives deliveries under way a short time to end. It
 * delivers nothing while another process does.
 *
 * It sets the receivers before it first returns to the event loop, unless another program has locked the
 * database. So the next picture's match goes to them. Only a server that really serves may call it, not one
 * that failed to start.
 */
export async function deliverWebhooks(delivery: Delivery, stop: AbortSignal): Promise<void> {
  const agent = new Agent({ connect: { timeout: attemptMs } });
  const cutOff = new AbortController();
  const { outbox } = delivery;
  const sending = { outbox, stop, cutOff: cutOff.signal };
  const targets: EventTarget[] = [];
  try {
    const receivers = await setReceivers(delivery, stop);
    using _claimed = receivers.length > 0 ? await claimDelivery(delivery, stop) : undefined;
    const senders: Sender[] = [];
    for (const receiver of stop.aborted ? [] : receivers) {
      const named = delivery.receivers.find(({ url }) => url === receiver.url);
      if (!named) continue;
      const target = await openReceiver(named, { dispatcher: agent, cameras: announcedCameras });
      targets.push(target);
      senders.push(new Sender(receiver, target, sending));
    }
    await deliverUntil(stop, senders, delivery);
    const timer = setTimeout(() => cutOff.abort(), graceMs);
    await Promise.all(senders.map((sender) => sender.idle()));
    clearTimeout(timer);
  } finally {
    await Promise.all(targets.map((target) => target.close?.()));
    await agent.destroy();
  }
}

/** Sets the receivers, at once if the database is not locked. */
async function setReceivers(
  { outbox, receivers: named }: Delivery,
  stop: AbortSignal,
): Promise<readonly Receiver[]> {
  const urls = named.map(({ url }) => url);
  while (!stop.aborted) {
    const receivers = await withoutFailing(() => outbox.setReceivers(urls));
    if (receivers) return receivers;
    await pause(firstPauseMs, stop);
  }
  return [];
}

/** Waits until no other process delivers; `undefined` if it is told to stop before that. */
async function claimDelivery({ outbox }: Delivery, stop: AbortSignal): Promise<Disposable | undefined> {
  for (let attempts = 0; !stop.aborted; attempts++) {
    const claimed = await withoutFailing(() => outbox.claim());
    if (claimed) return claimed;
    if (attempts === 0) log().info('webhooks: another process delivers; this one takes over when it ends');
    await pause(pollEveryMs, stop);
  }
  return undefined;
}

async function deliverUntil(
  stop: AbortSignal,
  senders: readonly Sender[],
  delivery: Delivery,
): Promise<void> {
  for (let lastGivenUp = Number.NEGATIVE_INFINITY; !stop.aborted; ) {
    if (performance.now() - lastGivenUp > giveUpEveryMs) {
      const isMoreLeft = (await withoutFailing(() => giveUp(delivery))) === true;
      if (!isMoreLeft) lastGivenUp = performance.now();
    }
    for (const sender of senders) sender.sendDue();
    await pause(senders.length > 0 ? pollEveryMs : giveUpEveryMs, stop);
  }
}

/**
 * Gives up some of the events that are too old. After a jump of the clock, none is by it alone. Returns true
 * if there were any.
 */
async function giveUp({ outbox, isClockSteady }: Delivery): Promise<boolean> {
  if (!(await isClockSteady())) return false;
  const given = await outbox.giveUp(new Date(Date.now() - giveUpMs));
  for (const { receiver, processedIds } of given) {
    const [firstDbId, lastDbId] = [processedIds[0], processedIds.at(-1)];
    log().error({ receiver, events: processedIds.length, firstDbId, lastDbId }, 'webhook: given up');
  }
  return given.length > 0;
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stop, ref: false }).catch(() => undefined);
}

/** Logs an error instead of throwing it: the database may be locked, or its disk full, for a while. */
async function withoutFailing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    log().error({ err: error }, 'webhooks: the outbox is not available');
    return undefined;
  }
}

interface Sending {
  readonly outbox: Outbox;
  /** Signal to start no further delivery. */
  readonly stop: AbortSignal;
  /** Signal that aborts deliveries under way. */
  readonly cutOff: AbortSignal;
}

/**
 * Delivers to one receiver. It sends several events at once while all goes well. While the receiver can't be
 * reached, it sends one at a time, with pauses.
 */
class Sender {
  readonly #receiver: Receiver;
  readonly #target: EventTarget;
  /** Origin of the URL, for the log: the rest of a webhook's URL is often a secret. */
  readonly #origin: string;
  readonly #sending: Sending;
  readonly #underWay = new Map<number, Promise<void>>();
  /** Number of failures in a row to reach it. */
  #failures = 0;
  /** Time of `performance.now()` until which nothing is sent to it. */
  #pausedUntil = 0;

  constructor(receiver: Receiver, target: EventTarget, sending: Sending) {
    this.#receiver = receiver;
    this.#target = target;
    this.#origin = originOf(receiver.url);
    this.#sending = sending;
  }

  /** Sends the events that may be sent now. */
  sendDue(): void {
    if (this.#sending.stop.aborted || performance.now() < this.#pausedUntil) return;
    const free = (this.#failures > 0 ? 1 : maxDeliveries) - this.#underWay.size;
    if (free <= 0) return;
    // Deliveries that are under way are still due.
    const due = this.#due(free + this.#underWay.size);
    const next = due.filter(({ processedId }) => !this.#underWay.has(processedId)).slice(0, free);
    for (const delivery of next) this.#underWay.set(delivery.processedId, this.#deliver(delivery));
  }

  /**
   * Reads the due events synchronously. If another delivery ended meanwhile, its event would be sent again.
   */
  #due(limit: number): DueDelivery[] {
    try {
      return this.#sending.outbox.due(this.#receiver.id, limit);
    } catch (error) {
      log().error({ err: error }, 'webhooks: the outbox is not available');
      return [];
    }
  }

  async idle(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  async #deliver(delivery: DueDelivery): Promise<void> {
    const { outbox, cutOff } = this.#sending;
    try {
      const event = await outbox.event(delivery.processedId);
      if (event) {
        const [sent] = await this.#target.send([event], cutOff);
        // The end of the server aborts it, which says nothing about the receiver.
        if (sent && !cutOff.aborted) await this.#note(delivery, sent);
      } else await outbox.withdrawn(this.#receiver.id, delivery.processedId);
    } catch (error) {
      log().error({ err: error }, 'webhooks: the outbox is not available');
      this.#pausedUntil = performance.now() + firstPauseMs;
    } finally {
      this.#underWay.delete(delivery.processedId);
    }
    this.sendDue();
  }

  async #note({ processedId, refusals }: DueDelivery, sent: Attempt): Promise<void> {
    const { outbox } = this.#sending;
    const receiver = this.#origin;
    if (sent.outcome === 'delivered') {
      await outbox.delivered(this.#receiver.id, processedId);
      if (this.#failures > 0) log().info({ receiver }, 'webhook: it is reached again');
      this.#failures = 0;
      this.#pausedUntil = 0;
    } else if (sent.outcome === 'refused') {
      const due = Date.now() + Math.max(sent.retryAfterMs, pauseMs(refusals));
      await outbox.refused(this.#receiver.id, processedId, sent.error, new Date(due));
      if (refusals === 0) log().warn({ receiver, dbId: processedId, error: sent.error }, 'webhook: refused');
    } else {
      // Pauses before anything else, or another delivery would start meanwhile.
      this.#rest(sent);
      await outbox.unreachable(this.#receiver.id, sent.error);
    }
  }

  #rest({ outcome, error, retryAfterMs }: Exclude<Attempt, { outcome: 'delivered' }>): void {
    const now = performance.now();
    // Deliveries that failed together count as one failure.
    if (now < this.#pausedUntil) return;
    const receiver = this.#origin;
    if (outcome === 'gone') {
      log().error({ receiver, error }, 'webhook: it is not called again before the next start');
      this.#pausedUntil = Number.POSITIVE_INFINITY;
      return;
    }
    if (this.#failures === 0) log().warn({ receiver, error }, 'webhook: it is not reached, and tried again');
    this.#pausedUntil = now + Math.max(retryAfterMs, pauseMs(this.#failures));
    this.#failures++;
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
import type { Config } from '../../lib/config.ts';
import { type Attempt, attemptMs, sendWebhook } from '../../lib/events/webhook.ts';
import { log } from '../../lib/log.ts';
import { recordsFile } from '../../lib/records/sqlite/database.ts';
import { claim, type DueDelivery, type Outbox, type Receiver } from '../../lib/records/sqlite/outbox.ts';
import { openOutbox } from '../../lib/wiring/adapters.ts';

/** Looking, not listening: what is to be sent may have been put there by another process. */
const lookEveryMs = 250;
/** At once, to one receiver. */
const maxDeliveries = 4;
const firstPauseMs = 1_000;
const longestPauseMs = 5 * 60_000;
/** An event that was not delivered by then never is. */
const giveUpMs = 72 * 60 * 60_000;
const giveUpEveryMs = 60_000;
/** What is under way when the server stops may end within this. */
const graceMs = 3_000;

/** What is to be sent to whom, and what it is signed with. */
export interface Delivery {
  readonly outbox: Outbox;
  readonly urls: readonly string[];
  readonly secrets: readonly string[];
  /** The file that says which process delivers, by its lock. */
  readonly claimPath: string;
}

/**
 * Opens what the settings ask for; `undefined` where events go to EventBridge by the table's stream.
 * @throws BackendUnavailableError
 */
export async function openDelivery(config: Config): Promise<Delivery | undefined> {
  const outbox = await openOutbox(config);
  if (!outbox) {
    if (config.webhooks)
      log().warn('WEBHOOK_URL is not used with DYNAMODB_TABLE_NAME: match events go to EventBridge.');
    return undefined;
  }
  const { urls = [], secrets = [] } = config.webhooks ?? {};
  return { outbox, urls, secrets, claimPath: `${recordsFile(config)}-webhooks` };
}

/** Full jitter: those who failed together do not come back together. */
function pauseMs(failures: number): number {
  return Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
}

/**
 * Delivers match events until it is told to stop; then lets those that are under way end, for a short time. It delivers nothing while
 * another process does. When it returns its promise, the receivers are those who hear of the next picture; so it is called by the one who
 * serves, and not by one who only tried to.
 */
export async function deliverWebhooks(delivery: Delivery, stop: AbortSignal): Promise<void> {
  const agent = new Agent({ connect: { timeout: attemptMs } });
  const cutOff = new AbortController();
  const sending = { ...delivery, dispatcher: agent, stop, cutOff: cutOff.signal };
  try {
    const receivers = await setReceivers(delivery, stop);
    const senders = receivers.map((receiver) => new Sender(receiver, sending));
    using _claimed = senders.length > 0 ? await claimDelivery(delivery, stop) : undefined;
    await deliverUntil(stop, senders, delivery.outbox);
    const timer = setTimeout(() => cutOff.abort(), graceMs);
    await Promise.all(senders.map((sender) => sender.idle()));
    clearTimeout(timer);
  } finally {
    await agent.destroy();
    delivery.outbox.close();
  }
}

/** At once, where the database is not locked just then. */
async function setReceivers({ outbox, urls }: Delivery, stop: AbortSignal): Promise<readonly Receiver[]> {
  while (!stop.aborted) {
    const receivers = withoutFailing(() => outbox.setReceivers(urls));
    if (receivers) return receivers;
    await pause(firstPauseMs, stop);
  }
  return [];
}

/** Waits until no other process delivers; `undefined` when it is told to stop before. */
async function claimDelivery({ claimPath }: Delivery, stop: AbortSignal): Promise<Disposable | undefined> {
  for (let attempts = 0; !stop.aborted; attempts++) {
    const claimed = withoutFailing(() => claim(claimPath));
    if (claimed) return claimed;
    if (attempts === 0) log().info('webhooks: another process delivers; this one takes over when it ends');
    await pause(lookEveryMs, stop);
  }
  return undefined;
}

async function deliverUntil(stop: AbortSignal, senders: readonly Sender[], outbox: Outbox): Promise<void> {
  for (let lastGivenUp = Number.NEGATIVE_INFINITY; !stop.aborted; ) {
    if (performance.now() - lastGivenUp > giveUpEveryMs) {
      const isMoreLeft = withoutFailing(() => giveUp(outbox)) === true;
      if (!isMoreLeft) lastGivenUp = performance.now();
    }
    for (const sender of senders) sender.look();
    await pause(senders.length > 0 ? lookEveryMs : giveUpEveryMs, stop);
  }
}

/** Gives up some of what is too old; returns whether there was any. */
function giveUp(outbox: Outbox): boolean {
  const given = outbox.giveUp(new Date(Date.now() - giveUpMs));
  for (const { receiver, processedIds } of given) {
    const [firstDbId, lastDbId] = [processedIds[0], processedIds.at(-1)];
    log().error({ receiver, events: processedIds.length, firstDbId, lastDbId }, 'webhook: given up');
  }
  return given.length > 0;
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stop, ref: false }).catch(() => undefined);
}

/** The database may be locked, or its disk full, for a while. */
function withoutFailing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    log().error({ err: error }, 'webhooks: the outbox is not available');
    return undefined;
  }
}

interface Sending extends Delivery {
  readonly dispatcher: Dispatcher;
  /** Tells it to begin nothing more. */
  readonly stop: AbortSignal;
  /** Cuts off what is under way. */
  readonly cutOff: AbortSignal;
}

/** Delivers to one receiver: some at once while all goes well, one at a time with pauses while it can't be reached. */
class Sender {
  readonly #receiver: Receiver;
  /** As the log calls it: the rest of a webhook's URL is often a secret. */
  readonly #origin: string;
  readonly #sending: Sending;
  readonly #underWay = new Map<number, Promise<void>>();
  /** How often in a row it could not be reached. */
  #failures = 0;
  /** `performance.now()` until which it is left alone. */
  #pausedUntil = 0;

  constructor(receiver: Receiver, sending: Sending) {
    this.#receiver = receiver;
    this.#origin = new URL(receiver.url).origin;
    this.#sending = sending;
  }

  /** Sends what may be sent now. */
  look(): void {
    if (this.#sending.stop.aborted || performance.now() < this.#pausedUntil) return;
    const free = (this.#failures > 0 ? 1 : maxDeliveries) - this.#underWay.size;
    if (free <= 0) return;
    // Those that are under way are due still.
    const due = withoutFailing(() => this.#sending.outbox.due(this.#receiver.id, free + this.#underWay.size));
    const next = (due ?? []).filter(({ processedId }) => !this.#underWay.has(processedId)).slice(0, free);
    for (const delivery of next) this.#underWay.set(delivery.processedId, this.#deliver(delivery));
  }

  async idle(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  async #deliver(delivery: DueDelivery): Promise<void> {
    const { outbox, secrets, dispatcher, cutOff } = this.#sending;
    try {
      const event = outbox.event(delivery.processedId);
      if (event) {
        const sent = await sendWebhook(this.#receiver.url, event, secrets, {
          dispatcher,
          signal: cutOff,
        });
        // Cut off by the end of the server: it says nothing of the receiver.
        if (!cutOff.aborted) this.#note(delivery, sent);
      } else outbox.withdrawn(this.#receiver.id, delivery.processedId);
    } catch (error) {
      log().error({ err: error }, 'webhooks: the outbox is not available');
      this.#pausedUntil = performance.now() + firstPauseMs;
    } finally {
      this.#underWay.delete(delivery.processedId);
    }
    this.look();
  }

  #note({ processedId, refusals }: DueDelivery, sent: Attempt): void {
    const { outbox } = this.#sending;
    const receiver = this.#origin;
    if (sent.outcome === 'delivered') {
      outbox.delivered(this.#receiver.id, processedId);
      if (this.#failures > 0) log().info({ receiver }, 'webhook: it is reached again');
      this.#failures = 0;
      this.#pausedUntil = 0;
    } else if (sent.outcome === 'refused') {
      const due = Date.now() + Math.max(sent.retryAfterMs, pauseMs(refusals));
      outbox.refused(this.#receiver.id, processedId, sent.error, new Date(due));
      if (refusals === 0) log().warn({ receiver, dbId: processedId, error: sent.error }, 'webhook: refused');
    } else this.#rest(sent);
  }

  #rest({ outcome, error, retryAfterMs }: Exclude<Attempt, { outcome: 'delivered' }>): void {
    this.#sending.outbox.unreachable(this.#receiver.id, error);
    const now = performance.now();
    // Those that were under way together are one failure.
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

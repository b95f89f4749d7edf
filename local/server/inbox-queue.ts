import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import { log } from '../../lib/log.ts';

/**
 * A queue in this process's memory between S3's events and the function that indexes uploads. It gives up
 * nothing: the function puts aside what fails again and again.
 */
export interface InboxQueue {
  /** Adds an event from S3, or a dead letter that was brought back. */
  send(event: object): void;
  /** Resolves when no message is waiting or being handled. */
  idle(): Promise<void>;
  /** Stops sending messages, and waits for those that are being handled. */
  close(): Promise<void>;
}

type QueueHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

interface Message {
  readonly id: string;
  readonly body: string;
  /** Number of times that it was sent to the handler. */
  receives: number;
}

/** The same limits as a deployed queue has. */
const maxBatch = 10;
const handlersAtOnce = 2;
const maxPauses = 500;

/**
 * Creates a queue that sends a handler the same events as SQS does.
 *
 * @param pauseMs time that a failed message waits before it is sent again. It doubles, up to 500 times as
 * long.
 */
export function createInboxQueue(handler: QueueHandler, pauseMs = 1_000): InboxQueue {
  return new MemoryQueue(handler, pauseMs);
}

class MemoryQueue implements InboxQueue {
  readonly #handler: QueueHandler;
  readonly #pauseMs: number;
  readonly #waiting: Message[] = [];
  readonly #turns = pLimit(handlersAtOnce);
  readonly #underWay = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  readonly #changes = new EventEmitter();
  /** Number of messages that are not done. */
  #open = 0;

  constructor(handler: QueueHandler, pauseMs: number) {
    this.#handler = handler;
    this.#pauseMs = pauseMs;
  }

  send(event: object): void {
    this.#open++;
    this.#enqueue({ id: randomUUID(), body: JSON.stringify(event), receives: 0 });
  }

  async idle(): Promise<void> {
    if (this.#open > 0) await once(this.#changes, 'idle');
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#underWay);
  }

  #enqueue(message: Message): void {
    this.#waiting.push(message);
    const turn = this.#turns(() => this.#invoke()).finally(() => this.#underWay.delete(turn));
    this.#underWay.add(turn);
  }

  async #invoke(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    // Another turn may have taken all waiting messages.
    const batch = this.#waiting.splice(0, maxBatch);
    if (batch.length === 0) return;
    for (const message of batch) message.receives++;
    const failed = await this.#failedOf(batch);
    for (const message of batch) {
      if (!failed.has(message.id)) this.#end();
      else void this.#sendLater(message);
    }
  }

  /** Sends a batch to the handler and returns the ids of those that failed: all of them if it throws. */
  async #failedOf(batch: readonly Message[]): Promise<Set<string>> {
    try {
      const { batchItemFailures } = await this.#handler({ Records: batch.map(sqsRecord) });
      return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    } catch (error) {
      log().error({ err: error }, 'queue: the handler failed');
      return new Set(batch.map(({ id }) => id));
    }
  }

  async #sendLater(message: Message): Promise<void> {
    const pause = this.#pauseMs * Math.min(2 ** (message.receives - 1), maxPauses);
    const signal = this.#closing.signal;
    await delay(pause, undefined, { signal }).then(
      () => this.#enqueue(message),
      () => undefined,
    );
  }

  #end(): void {
    this.#open--;
    if (this.#open === 0) this.#changes.emit('idle');
  }
}

function sqsRecord({ id, body, receives }: Message): SQSRecord {
  return {
    messageId: id,
    receiptHandle: id,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: '0',
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:local:000000000000:inbox',
    awsRegion: 'local',
  };
}

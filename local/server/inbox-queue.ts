import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import { log } from '../../lib/log.ts';

/** A queue between S3's events and the function that indexes uploads, with dead letters, in this process's memory. */
export interface InboxQueue {
  /** Takes an event of S3's. */
  send(event: object): void;
  /** The bodies of the messages that were given up, and logged. */
  readonly deadLetters: readonly string[];
  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void>;
  /** Waits for what is under way, and sends nothing more. */
  close(): Promise<void>;
}

type QueueHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

interface Message {
  readonly id: string;
  readonly body: string;
  /** How often it was sent to the handler. */
  receives: number;
}

/** As a deployed queue does it. */
const maxReceives = 5;
const maxBatch = 10;
const handlersAtOnce = 2;

/**
 * Makes a queue that brings a handler the very events that it gets from SQS.
 * @param pauseMs how long a message that failed waits before it is sent again; twice as long after each further time.
 */
export function createInboxQueue(handler: QueueHandler, pauseMs = 1_000): InboxQueue {
  return new MemoryQueue(handler, pauseMs);
}

class MemoryQueue implements InboxQueue {
  readonly deadLetters: string[] = [];
  readonly #handler: QueueHandler;
  readonly #pauseMs: number;
  readonly #waiting: Message[] = [];
  readonly #turns = pLimit(handlersAtOnce);
  readonly #underWay = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  readonly #changes = new EventEmitter();
  /** Messages that have neither been done nor given up. */
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
    // Another turn may have taken all that were waiting.
    const batch = this.#waiting.splice(0, maxBatch);
    if (batch.length === 0) return;
    for (const message of batch) message.receives++;
    const failed = await this.#failedOf(batch);
    for (const message of batch) {
      if (!failed.has(message.id)) this.#end();
      else if (message.receives < maxReceives) void this.#sendLater(message);
      else this.#giveUp(message);
    }
  }

  /** The ids of those that the handler could not do: all of them when it throws. */
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
    const pause = this.#pauseMs * 2 ** (message.receives - 1);
    const signal = this.#closing.signal;
    await delay(pause, undefined, { signal }).then(
      () => this.#enqueue(message),
      () => undefined,
    );
  }

  #giveUp({ id, body, receives }: Message): void {
    this.deadLetters.push(body);
    // Not the body: keys have people's names in them.
    log().error({ messageId: id, receives, deadLetters: this.deadLetters.length }, 'queue: given up');
    this.#end();
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

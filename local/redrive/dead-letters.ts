import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

const lettersAtOnce = 10;
/** Seconds for which nobody else receives a letter. */
const invisibleSeconds = 600;

/** A letter, and what takes it out of its queue. */
export interface Letter {
  readonly body: string;
  remove(): Promise<void>;
}

/**
 * A queue of dead letters in SQS. The SDK finds endpoint (`AWS_ENDPOINT_URL_SQS`) and credentials by itself.
 */
export class DeadLetters {
  readonly #url: string;
  readonly #client: SQSClient;

  constructor({ region, url }: { readonly region: string; readonly url: string }) {
    this.#url = url;
    this.#client = new SQSClient({ region });
  }

  /** Counts the letters that can be received; SQS itself calls the number approximate. */
  async count(): Promise<number> {
    const AttributeNames = ['ApproximateNumberOfMessages'] as const;
    const command = new GetQueueAttributesCommand({
      QueueUrl: this.#url,
      AttributeNames: [...AttributeNames],
    });
    return Number((await this.#client.send(command)).Attributes?.ApproximateNumberOfMessages ?? 0);
  }

  /** Receives the letters. Those that are not removed appear again after ten minutes. */
  async *letters(): AsyncGenerator<Letter> {
    for (;;) {
      const { Messages = [] } = await this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#url,
          MaxNumberOfMessages: lettersAtOnce,
          VisibilityTimeout: invisibleSeconds,
          // A short wait asks all of SQS's servers, and so misses none.
          WaitTimeSeconds: 1,
        }),
      );
      if (Messages.length === 0) return;
      for (const { Body: body = '', ReceiptHandle } of Messages) {
        const command = new DeleteMessageCommand({ QueueUrl: this.#url, ReceiptHandle });
        yield { body, remove: async () => void (await this.#client.send(command)) };
      }
    }
  }

  /** Sends a letter to the queue that it came from. */
  async giveBack(body: string, url: string): Promise<void> {
    await this.#client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
  }

  close(): void {
    this.#client.destroy();
  }
}

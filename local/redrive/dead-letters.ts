import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
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
    return Number((await this.#attributes()).ApproximateNumberOfMessages ?? 0);
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

  /** Lets SQS give all letters back to the queue that they came from. Returns the task's place. */
  async giveBack(): Promise<string> {
    const { QueueArn: arn = '' } = await this.#attributes();
    await this.#client.send(new StartMessageMoveTaskCommand({ SourceArn: arn }));
    return arn;
  }

  /** Reads how far the latest task of giving back has got. */
  async progress(arn: string): Promise<{ status: string; moved: number; reason: string | undefined }> {
    const { Results = [] } = await this.#client.send(new ListMessageMoveTasksCommand({ SourceArn: arn }));
    const [{ Status = 'UNKNOWN', ApproximateNumberOfMessagesMoved = 0, FailureReason } = {}] = Results;
    return { status: Status, moved: ApproximateNumberOfMessagesMoved, reason: FailureReason };
  }

  close(): void {
    this.#client.destroy();
  }

  async #attributes(): Promise<Partial<Record<string, string>>> {
    const AttributeNames = ['QueueArn', 'ApproximateNumberOfMessages'] as const;
    const command = new GetQueueAttributesCommand({
      QueueUrl: this.#url,
      AttributeNames: [...AttributeNames],
    });
    return (await this.#client.send(command)).Attributes ?? {};
  }
}

import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { readText } from './request.ts';

/** A queue whose messages wait for somebody, or one that has a consumer. */
export type EmulatedQueue =
  /** Bodies of the messages, the oldest first. What is received and deleted is taken out. */
  | { readonly letters: string[] }
  /** Takes each message at once. */
  | { readonly take: (body: string) => void };

/** The part of SQS that sends messages, and reads and deletes those that wait. */
export interface SqsEmulator extends AsyncDisposable {
  /** URL for `AWS_ENDPOINT_URL_SQS`. */
  readonly url: string;
  /** Path of a queue in its URL; there may be a queue only later. */
  pathOf(name: string): string;
  /** Adds a queue, or replaces it. */
  add(name: string, queue: EmulatedQueue): void;
}

const account = '000000000000';
const arnPrefix = `arn:aws:sqs:us-east-1:${account}:`;
const mostAtOnce = 10;
/** Largest body: a message may have 1 MiB, and escapes. */
const maxBodyBytes = 4 * 1024 * 1024;

const ofQueue = z.object({ QueueUrl: z.string() });
const requests = {
  GetQueueAttributes: ofQueue,
  SendMessage: ofQueue.extend({ MessageBody: z.string().min(1) }),
  ReceiveMessage: ofQueue.extend({ MaxNumberOfMessages: z.number().int().min(1).max(mostAtOnce).default(1) }),
  DeleteMessage: ofQueue.extend({ ReceiptHandle: z.string() }),
};
type Action = keyof typeof requests;

class SqsError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** Work of the emulator, without HTTP. */
class Queues {
  readonly #queues = new Map<string, EmulatedQueue>();
  /** Bodies of received messages, by their receipts. As with SQS, others do not receive them meanwhile. */
  readonly #received = new Map<string, string>();

  add(name: string, queue: EmulatedQueue): void {
    this.#queues.set(name, queue);
  }

  answer(action: Action, body: unknown): object {
    const parsed = requests[action].safeParse(body);
    if (!parsed.success) throw new SqsError('InvalidParameterValue', z.prettifyError(parsed.error));
    switch (action) {
      case 'GetQueueAttributes':
        return this.#attributes(nameOf(ofQueue.parse(body).QueueUrl));
      case 'SendMessage':
        return this.#send(requests.SendMessage.parse(body));
      case 'ReceiveMessage':
        return this.#receive(requests.ReceiveMessage.parse(body));
      case 'DeleteMessage':
        this.#received.delete(requests.DeleteMessage.parse(body).ReceiptHandle);
        return {};
    }
  }

  #queue(name: string): EmulatedQueue {
    const queue = this.#queues.get(name);
    if (!queue) throw new SqsError('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  #waitingIn(name: string): string[] {
    const queue = this.#queue(name);
    return 'letters' in queue ? queue.letters : [];
  }

  #attributes(name: string): object {
    const waiting = this.#waitingIn(name).length;
    return { Attributes: { QueueArn: arnPrefix + name, ApproximateNumberOfMessages: String(waiting) } };
  }

  #send({ QueueUrl, MessageBody }: z.infer<typeof requests.SendMessage>): object {
    const queue = this.#queue(nameOf(QueueUrl));
    if ('take' in queue) queue.take(MessageBody);
    else queue.letters.push(MessageBody);
    return { MessageId: randomUUID(), MD5OfMessageBody: md5(MessageBody) };
  }

  #receive({ QueueUrl, MaxNumberOfMessages }: z.infer<typeof requests.ReceiveMessage>): object {
    const bodies = this.#waitingIn(nameOf(QueueUrl)).splice(0, MaxNumberOfMessages);
    const Messages = bodies.map((Body) => {
      const ReceiptHandle = randomUUID();
      this.#received.set(ReceiptHandle, Body);
      return { MessageId: randomUUID(), ReceiptHandle, Body, MD5OfBody: md5(Body) };
    });
    return Messages.length > 0 ? { Messages } : {};
  }
}

/** Finds the name at the end of a queue's URL or ARN. */
const nameOf = (place: string) => place.split(/[/:]/).at(-1) ?? '';
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

export async function startSqs(): Promise<SqsEmulator> {
  const queues = new Queues();
  const server = createServer((request, response) => {
    void serve(queues, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    pathOf: (name) => `/${account}/${name}`,
    add: (name, queue) => queues.add(name, queue),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function serve(queues: Queues, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = JSON.parse(await readText(request, maxBodyBytes));
  const action = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
  try {
    if (!Object.hasOwn(requests, action)) {
      throw new SqsError('UnsupportedOperation', `${action} is not known here.`);
    }
    answer(response, 200, queues.answer(action as Action, body));
  } catch (error) {
    if (!(error instanceof SqsError)) throw error;
    answer(response, 400, { __type: `com.amazonaws.sqs#${error.type}`, message: error.message });
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}

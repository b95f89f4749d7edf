import { Worker } from 'node:worker_threads';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import { type FieldProblem, InputUnreadableError, RequestInvalidError } from '../../lib/errors.ts';
import { type KeptBody, keepBody } from '../../lib/http/kept-body.ts';
import { keepDecoded } from '../../lib/inputs/decoded-pictures.ts';

/** A smaller body is read in no time, and a message to a thread takes longer. */
const smallBytes = 64 * 1024;

/** A body for the thread. Its bytes are handed over, not copied. */
export interface JsonTask {
  readonly id: number;
  readonly operationId: string;
  readonly chunks: readonly Uint8Array[];
}

/** A text of the value that stands for a picture. */
export interface LongPicture {
  readonly standIn: string;
  /** The bytes, or the message of the error. */
  readonly picture: Uint8Array | string;
}

/** The thread's answer to one body. */
export type JsonAnswer = { readonly id: number } & (
  | { readonly value: unknown; readonly pictures: readonly LongPicture[] }
  | { readonly problems: readonly FieldProblem[] }
  | { readonly unreadable: string }
);

type Waiter = { resolve(answer: JsonAnswer): void; reject(error: unknown): void };

/**
 * Keeps large bodies beside their events, in pieces as they came: one copy of 25 MB takes the event loop
 * longer than other requests should wait. A thread reads JSON, checks it, and decodes its pictures. It
 * starts with the first body.
 */
export class LargeBodies {
  readonly #waiting = new Map<number, Waiter>();
  #worker: Worker | undefined;
  #lastId = 0;

  /** Returns true for a body that is better kept beside its event. */
  isLarge(chunks: readonly Uint8Array[]): boolean {
    return chunks.reduce((sum, chunk) => sum + chunk.length, 0) > smallBytes;
  }

  /** Keeps a body for the handler of its event, until it is disposed of. The chunks of JSON are gone then. */
  async keep(
    { body, operationId }: Endpoint,
    event: APIGatewayProxyEvent,
    chunks: readonly Uint8Array[],
  ): Promise<Disposable> {
    const kept = new DisposableStack();
    const content: KeptBody =
      body?.kind === 'json' ? contentOf(await this.#parse(operationId, chunks), kept) : { chunks };
    keepBody(event, content);
    return kept;
  }

  #parse(operationId: string, chunks: readonly Uint8Array[]): Promise<JsonAnswer> {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<JsonAnswer>();
    this.#waiting.set(id, { resolve, reject });
    this.#worker ??= this.#start();
    this.#worker.ref();
    const own = chunks.map(withOwnMemory);
    const task: JsonTask = { id, operationId, chunks: own };
    this.#worker.postMessage(
      task,
      own.map(({ buffer }) => buffer),
    );
    return promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./large-body-worker.ts', import.meta.url));
    worker.on('message', (answer: JsonAnswer) => {
      const waiter = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) worker.unref();
      waiter?.resolve(answer);
    });
    worker.on('error', (error) => {
      this.#worker = undefined;
      for (const waiter of this.#waiting.values()) waiter.reject(error);
      this.#waiting.clear();
    });
    worker.unref();
    return worker;
  }
}

/** Converts an answer of the thread; its pictures are added to `kept`. */
function contentOf(answer: JsonAnswer, kept: DisposableStack): KeptBody {
  if ('problems' in answer) return { error: new RequestInvalidError(answer.problems) };
  if ('unreadable' in answer) return { error: new InputUnreadableError(answer.unreadable) };
  for (const { standIn, picture } of answer.pictures) {
    kept.use(keepDecoded(standIn, typeof picture === 'string' ? new InputUnreadableError(picture) : picture));
  }
  return { value: answer.value };
}

/**
 * Copies bytes that share their memory with others, such as those of a small read: handing it over would
 * take theirs, too.
 */
export function withOwnMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes);
}

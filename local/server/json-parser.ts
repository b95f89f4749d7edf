import { Worker } from 'node:worker_threads';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import { type FieldProblem, RequestInvalidError } from '../../lib/errors.ts';
import { keepJson } from '../../lib/http/json.ts';

/** Size below which parsing is faster than a message to a thread. */
const smallBytes = 64 * 1024;

/** The thread's answer to one body. */
export type ParsedJson =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly problems: readonly FieldProblem[] };

type Waiter = { resolve(value: unknown): void; reject(error: unknown): void };

/**
 * Parses large JSON bodies in a thread, so that other requests are answered meanwhile. The first body starts
 * the thread.
 */
export class JsonParser {
  readonly #waiting = new Map<number, Waiter>();
  #worker: Worker | undefined;
  #lastId = 0;

  /**
   * Keeps the value of a large JSON body for its handler. The body's bytes can't be used afterwards.
   *
   * @throws RequestInvalidError if it is no JSON.
   */
  async prepare({ body: contract }: Endpoint, event: APIGatewayProxyEvent, body: Buffer): Promise<void> {
    if (contract?.kind !== 'json' || event.isBase64Encoded || body.length <= smallBytes) return;
    keepJson(event, await this.#parse(body));
  }

  #parse(body: Buffer): Promise<unknown> {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    this.#worker ??= this.#start();
    this.#worker.ref();
    // A buffer this large shares its memory with no other.
    const bytes = new Uint8Array(body.buffer as ArrayBuffer, body.byteOffset, body.length);
    this.#worker.postMessage({ id, bytes }, [body.buffer as ArrayBuffer]);
    return promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./json-worker.ts', import.meta.url));
    worker.on('message', (answer: ParsedJson) => {
      const waiter = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) worker.unref();
      if ('problems' in answer) waiter?.reject(new RequestInvalidError(answer.problems));
      else waiter?.resolve(answer.value);
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

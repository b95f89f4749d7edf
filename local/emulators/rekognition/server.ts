import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BodyBudget } from '../../server/body-budget.ts';
import { RequestAbandonedError, readRequestBody } from '../../server/request-body.ts';
import { answerAdmin } from './admin.ts';
import { CallLog } from './calls.ts';
import { keptFaces } from './collection-operations.ts';
import { Consistency } from './consistency.ts';
import { openCollectionDatabase } from './database.ts';
import { Engine } from './engine.ts';
import { internalError, namedError, throttled } from './errors.ts';
import { type FaultInput, Faults } from './faults.ts';
import { type OperationName, operations } from './operations.ts';
import { contentType, readInput, readRegion, readTarget, toRekognitionError } from './protocol.ts';
import { createObjectReader } from './s3.ts';
import { CollectionStore } from './store.ts';
import { UserStore } from './user-store.ts';

/** Two pictures of 5 MB in base64, and what is around them. */
const maxRequestBytes = 15 * 1024 * 1024;
/** Limits of all requests together. */
const heldLimits = { bytes: 256 * 1024 * 1024, requests: 512 };

const maxConnections = 1024;
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 120_000;
const keepAliveTimeoutMs = 60_000;
/** Time in ms that a call may still take to arrive when the emulator stops. */
const closeTimeoutMs = 5_000;

export interface RekognitionOptions {
  /** 0 takes any that is free. */
  readonly port: number;
  /** Address to listen on; 127.0.0.1 by default. Whoever reaches it may use it. */
  readonly host?: string;
  /** Holds the database; one emulator at a time uses it. */
  readonly dataDir: string;
  /** Threads that find and compare faces. */
  readonly workers: number;
  /** Endpoint of an S3 emulator. Without it the SDK's own settings count, such as `AWS_ENDPOINT_URL_S3`. */
  readonly s3Endpoint?: string;
  readonly faults?: readonly FaultInput[];
  /** Milliseconds after which reads tell of a write; 0 by default. */
  readonly consistencyMs?: number;
  /** Called with each good answer, for checks. */
  readonly onAnswer?: (operation: OperationName, answer: object) => void;
}

/** A running emulator. */
export interface Rekognition extends AsyncDisposable {
  /** The endpoint for any AWS SDK. */
  readonly url: string;
  readonly faults: Faults;
  readonly calls: CallLog;
  /** Delay of reads behind writes. */
  readonly consistency: Consistency;
  /** Lets running calls end, then stops. */
  close(): Promise<void>;
}

/**
 * Starts an emulator of Amazon Rekognition's face operations on 127.0.0.1: signatures are not verified, so
 * that whoever reaches it may use it.
 * @throws BackendUnavailableError when the database can't be opened or the engine does not start.
 * @throws Error with a `code` when the port can't be listened on.
 */
export async function startRekognition(options: RekognitionOptions): Promise<Rekognition> {
  await using resources = new AsyncDisposableStack();
  const consistency = new Consistency(options.consistencyMs);
  const database = openCollectionDatabase(options.dataDir);
  const store = resources.adopt(new CollectionStore(database, consistency), (one) => one.close());
  const objects = createObjectReader(options.s3Endpoint);
  const engine = resources.adopt(await Engine.start(options.workers, objects), (one) => one.close());
  const emulator = new Emulator({
    store,
    users: new UserStore(database, store),
    engine,
    faults: new Faults(options.faults),
    consistency,
    onAnswer: options.onAnswer,
  });
  const server = createHttpServer();
  emulator.serve(server);
  server.listen(options.port, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const opened = resources.move();
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= emulator.stop(server).then(() => opened.disposeAsync());
    return closing;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    faults: emulator.faults,
    calls: emulator.calls,
    consistency,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function createHttpServer(): Server {
  const server = createServer({
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    // A client that uses a connection again at the moment when it is closed sees a failure that the service
    // would not give it.
    keepAliveTimeout: keepAliveTimeoutMs,
  });
  server.maxConnections = maxConnections;
  return server;
}

interface EmulatorParts {
  readonly store: CollectionStore;
  readonly users: UserStore;
  readonly engine: Engine;
  readonly faults: Faults;
  readonly consistency: Consistency;
  readonly onAnswer: RekognitionOptions['onAnswer'];
}

class Emulator {
  readonly faults: Faults;
  readonly consistency: Consistency;
  readonly calls = new CallLog();
  readonly #store: CollectionStore;
  readonly #users: UserStore;
  readonly #engine: Engine;
  readonly #onAnswer: RekognitionOptions['onAnswer'];
  readonly #budget = new BodyBudget(heldLimits);
  readonly #running = new Set<Promise<void>>();

  constructor({ store, users, engine, faults, consistency, onAnswer }: EmulatorParts) {
    this.#store = store;
    this.#users = users;
    this.#engine = engine;
    this.faults = faults;
    this.consistency = consistency;
    this.#onAnswer = onAnswer;
  }

  serve(server: Server): void {
    const serve = (request: IncomingMessage, response: ServerResponse) => {
      // A client that goes away is no fault.
      request.on('error', () => {});
      response.on('error', () => {});
      const served = this.#exchange(request, response)
        .catch((error: unknown) => {
          if (!(error instanceof RequestAbandonedError)) console.error(error);
          response.destroy();
        })
        .finally(() => this.#running.delete(served));
      this.#running.add(served);
    };
    server.on('request', serve);
    server.on('checkContinue', serve);
  }

  async stop(server: Server): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // A closing server no longer sends slow clients away by itself.
    const cutOff = setTimeout(() => server.closeAllConnections(), closeTimeoutMs);
    while (this.#running.size > 0) await Promise.all(this.#running);
    clearTimeout(cutOff);
    server.closeAllConnections();
    await closed;
  }

  async #exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    response.setHeader('x-amzn-RequestId', requestId);
    try {
      using share = this.#budget.share();
      const readBody = () => readRequestBody(request, response, { maxBytes: maxRequestBytes, share });
      const admin = await answerAdmin(request, readBody, this);
      if (admin) {
        send(response, admin.status, 'application/json', admin.body);
        return;
      }
      const answer = await this.#answer(request, readBody);
      if (answer === 'drop') response.destroy();
      else if (answer !== 'never') send(response, 200, contentType, answer);
    } catch (cause) {
      if (cause instanceof RequestAbandonedError) throw cause;
      const error = toRekognitionError(cause);
      // One that was asked for has no cause.
      if (error.type === 'InternalServerError' && error.cause !== undefined) console.error(requestId, error);
      send(response, error.status, contentType, error.body(requestId));
    }
  }

  async #answer(
    request: IncomingMessage,
    readBody: () => Promise<Buffer>,
  ): Promise<object | 'never' | 'drop'> {
    const name = readTarget(request);
    const call = this.calls.begin(name);
    try {
      const body = await readBody();
      const fault = this.faults.strike(name);
      if (fault?.kind === 'throttle') throw throttled(fault.error);
      if (fault?.kind === 'error') throw namedError(fault.error, fault.message);
      if (fault?.kind === 'timeout') return 'never';
      const input = readInput(body);
      if (fault?.kind === 'unsuccessful-deletions') return keptFaces(input, fault.reason);
      const context = {
        store: this.#store,
        users: this.#users,
        engine: this.#engine,
        region: readRegion(request.headers),
      };
      const answer = await operations[name](input, context);
      this.#onAnswer?.(name, answer);
      if (fault?.answer === 'error') throw internalError();
      return fault ? 'drop' : answer;
    } catch (error) {
      if (!(error instanceof RequestAbandonedError)) call.error = toRekognitionError(error).type;
      throw error;
    }
  }
}

function send(response: ServerResponse, status: number, type: string, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length });
  response.end(bytes);
}

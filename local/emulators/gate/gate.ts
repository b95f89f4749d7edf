import { once } from 'node:events';
import http, { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { readRegion } from '../rekognition/protocol.ts';
import { addressOf, BodyTooLargeError, readText } from '../request.ts';
import {
  errorAnswer,
  type GateAnswer,
  keptObjects,
  refusal,
  refusalText,
  type ServiceName,
} from './answers.ts';
import type { AwsCall, NeededPermission } from './call.ts';
import { GateFault, GateFaults } from './faults.ts';
import { jsonCall } from './json-call.ts';
import { callerHeader } from './name-caller.ts';
import { isAllowed, type Roles } from './policy.ts';
import { listingNeed, s3Call } from './s3-call.ts';

export interface GateOptions {
  readonly service: ServiceName;
  /** URL of the emulator behind the gate. */
  readonly target: string;
  /** Roles of the functions. Without them, and for callers that are no functions, everything is allowed. */
  readonly roles?: Roles | undefined;
}

/** A call that a role did not allow. */
export interface Refusal {
  readonly function: string;
  readonly action: string;
  readonly resource: string;
}

/** Proxy in front of an emulator: it applies the callers' roles, and fails when it is told to. */
export interface Gate extends AsyncDisposable {
  /** URL for the service's `AWS_ENDPOINT_URL_…`. */
  readonly url: string;
  readonly faults: GateFaults;
  /** Calls that were refused since the start. */
  readonly refusals: readonly Refusal[];
}

/** Limit on the refusals that are kept. */
const maxRefusals = 1_000;
const keepAliveTimeoutMs = 60_000;
/** Largest body that is read: more than DynamoDB's 16 MB, and than two pictures in base64. */
const maxBodyBytes = 20 * 1024 * 1024;

/** Starts a gate on a free port of 127.0.0.1. */
export async function startGate(options: GateOptions): Promise<Gate> {
  const gate = new RunningGate(options);
  const server = createServer({ keepAliveTimeout: keepAliveTimeoutMs }, (request, response) => {
    request.on('error', () => {});
    response.on('error', () => {});
    gate.answer(request, response).catch((error: unknown) => {
      if (gate.refuseUnreadable(request, response, error)) return;
      // A caller that goes away, or an emulator that cuts a connection, is no fault of the gate.
      if (!(error instanceof Error && 'code' in error)) console.error(error);
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    faults: gate.faults,
    refusals: gate.refusals,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      gate.close();
      await closed;
    },
  };
}

class RunningGate {
  readonly faults = new GateFaults();
  readonly refusals: Refusal[] = [];
  readonly #options: GateOptions;
  readonly #agent = new http.Agent({ keepAlive: true });

  constructor(options: GateOptions) {
    this.#options = options;
  }

  close(): void {
    this.#agent.destroy();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await this.#answerAdmin(request, response)) return;
    const { body, call } = await this.#read(request);
    const fault = call && this.faults.strike(call.operation);
    if (fault?.kind === 'timeout') return;
    if (fault?.kind === 'error') {
      const message = fault.message ?? 'The emulator was told to answer so.';
      return this.#send(request, response, errorAnswer(this.#options.service, fault.error, message));
    }
    const refused = call && this.#refused(request, call);
    if (refused) return this.#send(request, response, refused);
    const answer = await this.#forward(request, body);
    if (fault?.answer === 'drop') {
      answer.resume();
      request.socket.destroy();
    } else if (fault) {
      answer.resume();
      const code = this.#options.service === 'dynamodb' ? 'InternalServerError' : 'InternalError';
      this.#send(request, response, errorAnswer(this.#options.service, code, 'Internal error'));
    } else if (this.#hidesAbsence(request, call, answer)) {
      answer.resume();
      this.#send(
        request,
        response,
        refusal('s3', callerOf(request) ?? '', listingNeed(this.#addressOf(request))),
      );
    } else {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      await pipeline(answer, response);
    }
  }

  /** Answers a call that could not be read; false for any other failure. */
  refuseUnreadable(request: IncomingMessage, response: ServerResponse, error: unknown): boolean {
    const { service } = this.#options;
    if (error instanceof URIError) {
      const message = "Couldn't parse the specified URI.";
      this.#send(request, response, errorAnswer(service, 'InvalidURI', message));
    } else if (error instanceof BodyTooLargeError) {
      response.setHeader('connection', 'close');
      this.#send(request, response, errorAnswer(service, 'RequestEntityTooLarge', 'The body is too large.'));
    } else return false;
    return true;
  }

  /**
   * Returns the address of a call at the emulator.
   * @throws URIError
   */
  #addressOf(request: IncomingMessage): URL {
    const address = addressOf(request, this.#options.target);
    if (address === null) throw new URIError('The target is no path.');
    return address;
  }

  /** Reads what a call is. Only bodies that tell it are read; others are passed on as they come. */
  async #read(request: IncomingMessage): Promise<{ body: string | undefined; call: AwsCall | undefined }> {
    if (this.#options.service === 's3') {
      const body =
        request.method === 'POST' && this.#addressOf(request).searchParams.has('delete')
          ? await readText(request, maxBodyBytes)
          : undefined;
      return { body, call: s3Call(request, this.#addressOf(request), body ?? '') };
    }
    const body = await readText(request, maxBodyBytes);
    const target = String(request.headers['x-amz-target'] ?? '');
    return { body, call: jsonCall(target, parsed(body), readRegion(request.headers)) };
  }

  #refused(request: IncomingMessage, call: AwsCall): GateAnswer | undefined {
    const name = callerOf(request);
    const statements = name === undefined ? undefined : this.#statementsOf(name);
    if (name === undefined || !statements) return undefined;
    const refused = call.needs.filter((needed) => !isAllowed(statements, needed));
    const [first] = refused;
    if (!first) return undefined;
    for (const needed of refused) this.#note(name, needed);
    if (call.deletedKeys) return keptObjects(call.deletedKeys, 'AccessDenied', refusalText(name, first));
    return refusal(this.#options.service, name, first);
  }

  /** Returns true for an absent object whose caller may not list the bucket: S3 does not tell it. */
  #hidesAbsence(
    request: IncomingMessage,
    call: AwsCall | undefined,
    { statusCode }: IncomingMessage,
  ): boolean {
    const isRead = call?.operation === 'GetObject' || call?.operation === 'HeadObject';
    const name = callerOf(request);
    if (!isRead || statusCode !== 404 || name === undefined) return false;
    const statements = this.#statementsOf(name);
    return statements !== undefined && !isAllowed(statements, listingNeed(this.#addressOf(request)));
  }

  #statementsOf(name: string) {
    const { roles } = this.#options;
    // A function without a role may do nothing.
    return roles && (roles[name] ?? []);
  }

  #note(name: string, { action, resource }: NeededPermission): void {
    this.refusals.push({ function: name, action, resource });
    if (this.refusals.length > maxRefusals) this.refusals.shift();
  }

  async #forward(request: IncomingMessage, body: string | undefined): Promise<IncomingMessage> {
    const { expect: _, [callerHeader]: __, ...headers } = request.headers;
    const passed = http.request(this.#addressOf(request), {
      method: request.method ?? 'GET',
      headers,
      agent: this.#agent,
    });
    const answered = once(passed, 'response') as Promise<[IncomingMessage]>;
    if (body === undefined) request.pipe(passed);
    else passed.end(body);
    const [answer] = await answered;
    return answer;
  }

  #send(request: IncomingMessage, response: ServerResponse, { status, type, body }: GateAnswer): void {
    // The rest of the body would be taken for the connection's next request.
    request.resume();
    response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  /** Answers the paths for tests: `GET` and `POST /faults`, and `GET /refusals`. */
  async #answerAdmin(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const json = (status: number, body: object) => {
      this.#send(request, response, { status, type: 'application/json', body: JSON.stringify(body) });
      return true;
    };
    if (request.method === 'GET' && request.url === '/refusals') return json(200, this.refusals);
    // The Rekognition emulator has faults of its own, and is sent them through its gate.
    if (request.url !== '/faults' || this.#options.service === 'rekognition') return false;
    if (request.method === 'GET') return json(200, this.faults.list());
    // A web page can't send this type to another origin without asking first.
    if (request.headers['content-type'] !== 'application/json') {
      return json(415, { message: 'Send application/json.' });
    }
    const given = z.array(GateFault).safeParse(parsed(await readText(request, maxBodyBytes)));
    if (!given.success) return json(400, { message: z.prettifyError(given.error) });
    this.faults.replace(given.data);
    return json(200, this.faults.list());
  }
}

function callerOf({ headers }: IncomingMessage): string | undefined {
  const name = headers[callerHeader];
  return typeof name === 'string' ? name : undefined;
}

function parsed(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

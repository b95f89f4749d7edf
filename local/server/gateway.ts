import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import { pictureSuccess } from '../../lib/contract/picture-answer.ts';
import { ForbiddenError, RouteNotFoundError } from '../../lib/errors.ts';
import type { EndpointHandler } from '../../lib/http/endpoint.ts';
import { allowedHeaders, commonHeaders, corsHeaders } from '../../lib/http/headers.ts';
import { problem } from '../../lib/http/problem.ts';
import { logFailure, logRequest } from '../../lib/log.ts';
import type { PublicUrl } from '../../lib/network-settings.ts';
import { refuseWebPages, tokenCheck } from './access.ts';
import { BodyBudget } from './body-budget.ts';
import { callerOf } from './caller.ts';
import { toEvent } from './event.ts';
import { deliverable, gatewayRequestBytes, refuseLargeEvent } from './gateway-limits.ts';
import { JsonParser } from './json-parser.ts';
import { RequestAbandonedError, readRequestBody } from './request-body.ts';
import { placeReader, type RequestPlace } from './request-place.ts';
import { type RouteMatch, Router } from './router.ts';
import { turns } from './turns.ts';

/** An endpoint whose body is too large for an event, and what takes the request as it comes. */
export interface StreamRoute {
  readonly contract: Endpoint;
  /**
   * Throws errors of ours, and RequestAbandonedError when the client goes away.
   * @param caller whose share of the receiver's own budgets it takes.
   */
  receive(request: IncomingMessage, response: ServerResponse, caller: string): Promise<APIGatewayProxyResult>;
}

/** An answer to requests: of a handler, or of a receiver of what is too large for one. */
export type Route = EndpointHandler | StreamRoute;

export interface GatewayOptions {
  readonly routes: readonly Route[];
  /** When there are any, all endpoints but the public ones want one of them as a bearer token. */
  readonly apiTokens: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly maxRequestBytes: number;
  /** Refuse what API Gateway and Lambda would refuse for its size. */
  readonly emulateGatewayLimits: boolean;
  /** Without tokens, web pages are kept away: here from all hosts but the loopback's, else from all names. */
  readonly listensOnLoopback: boolean;
  /** Host names by which web pages may come all the same. */
  readonly allowedHosts?: readonly string[];
  /** Addresses and networks of proxies whose `X-Forwarded-` headers count. */
  readonly trustedProxies?: readonly string[];
  /** The address that clients know the service by. */
  readonly publicUrl?: PublicUrl | undefined;
}

/** A body is held about three times at once: as it came, as the event's base64, and as the files that were in it. */
const maxBodiesInMemory = 8;
const maxRequestsWithBody = 256;
/** One caller's part of both. */
const callerShare = 0.75;
/** A picture is held as a whole until it is sent. */
const maxPicturesOnTheirWay = 32;
const preflightMaxAgeSeconds = 600;
/** What nginx calls a request whose client went away. */
const clientGoneStatus = 499;

/** What is known of a request while it is answered. */
interface Progress {
  readonly requestId: string;
  readonly started: number;
  /** Once it is known. */
  contract: Endpoint | null;
  /** Whether a handler has it, which then writes its line in the log. */
  handled: boolean;
}

/** What a gateway does in front of a handler: routing, tokens, limits, preflights. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #router: Router<Route>;
  readonly #readPlace: (request: IncomingMessage) => RequestPlace;
  readonly #checkToken: (request: IncomingMessage) => number;
  readonly #budget: BodyBudget;
  readonly #json = new JsonParser();
  readonly #pictureTurn = turns(maxPicturesOnTheirWay);
  /** Of a request's body. */
  readonly #maxBytes: number;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#router = new Router(options.routes);
    this.#readPlace = placeReader(options);
    this.#checkToken = tokenCheck(options.apiTokens);
    this.#budget = new BodyBudget({
      bytes: maxBodiesInMemory * options.maxRequestBytes,
      requests: maxRequestsWithBody,
      callerShare,
    });
    this.#maxBytes = Math.min(
      options.maxRequestBytes,
      options.emulateGatewayLimits ? gatewayRequestBytes : Number.POSITIVE_INFINITY,
    );
  }

  /**
   * Answers a request, or refuses it, and sees to its line in the log. Undefined when the client went away. Never rejects.
   * @param response only to tell a waiting client that it may send its body.
   */
  async answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<APIGatewayProxyResult | undefined> {
    const progress: Progress = {
      requestId: randomUUID(),
      started: performance.now(),
      contract: null,
      handled: false,
    };
    let result: APIGatewayProxyResult | undefined;
    try {
      result = await this.#pass(request, response, progress);
    } catch (error) {
      if (!(error instanceof RequestAbandonedError))
        result = this.#refuse(error, request, progress.requestId);
      progress.handled = false;
    }
    if (!progress.handled) {
      const { requestId: id, contract, started } = progress;
      const status = result?.statusCode ?? clientGoneStatus;
      logRequest({ id, contract, method: request.method ?? '', status, started });
    }
    return result;
  }

  async #pass(
    request: IncomingMessage,
    response: ServerResponse,
    progress: Progress,
  ): Promise<APIGatewayProxyResult> {
    const { apiTokens, corsOrigins } = this.#options;
    const place = this.#readPlace(request);
    if (apiTokens.length === 0) refuseWebPages(request, place, this.#options);
    if (request.method === 'OPTIONS') {
      const methods = this.#methodsOf(place);
      if (isPreflight(request)) return preflight(methods, request, corsOrigins);
      return this.#withHeaders(optionsAnswer(methods), request, progress);
    }
    const { route, contract, pathParameters, path } = this.#match(request.method ?? '', place);
    progress.contract = contract;
    const token = apiTokens.length > 0 && contract.public !== true ? this.#checkToken(request) : undefined;
    const caller = callerOf(token, place.clientAddress);
    if ('receive' in route) {
      return this.#withHeaders(await route.receive(request, response, caller), request, progress);
    }
    const facts = { contract, pathParameters, requestId: progress.requestId, place: { ...place, path } };
    using share = contract.body && this.#budget.share(caller);
    const body = share && (await readRequestBody(request, response, { maxBytes: this.#maxBytes, share }));
    // A large body takes some milliseconds for each of these steps: others are answered in between.
    if (body !== undefined) await setImmediate();
    const event = toEvent(request, body ?? Buffer.alloc(0), facts);
    if (body !== undefined) await setImmediate();
    if (body !== undefined) await this.#json.prepare(contract, event, body);
    return await this.#handle(route, event, response, progress);
  }

  async #handle(
    handler: EndpointHandler,
    event: APIGatewayProxyEvent,
    response: ServerResponse,
    progress: Progress,
  ): Promise<APIGatewayProxyResult> {
    const { emulateGatewayLimits } = this.#options;
    if (emulateGatewayLimits) refuseLargeEvent(event);
    if (handler.contract.success.contentType === pictureSuccess.contentType)
      await this.#pictureTurn(response);
    progress.handled = true;
    const result = await handler(event);
    return emulateGatewayLimits ? deliverable(result) : result;
  }

  /**
   * Finds the route of a path as it came, and else, behind a proxy that passes its prefix on, of the path without it.
   * @throws RouteNotFoundError, MethodNotAllowedError
   */
  #match(method: string, { path, prefix }: RequestPlace): RouteMatch<Route> & { path: string } {
    return withoutPrefix(path, prefix, (bare) => ({ ...this.#router.match(method, bare), path: bare }));
  }

  #methodsOf({ path, prefix }: RequestPlace): readonly string[] {
    if (path === '*') return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
    return withoutPrefix(path, prefix, (bare) => this.#router.methodsOf(bare));
  }

  #refuse(error: unknown, request: IncomingMessage, requestId: string): APIGatewayProxyResult {
    const { status, headers, body } = problem(error, requestId);
    if (status >= 500) logFailure(requestId, error);
    const result = {
      statusCode: status,
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    };
    return this.#withHeaders(result, request, { requestId });
  }

  #withHeaders(
    result: APIGatewayProxyResult,
    request: IncomingMessage,
    { requestId }: Pick<Progress, 'requestId'>,
  ): APIGatewayProxyResult {
    const { corsOrigins } = this.#options;
    return {
      ...result,
      headers: {
        ...commonHeaders(requestId),
        ...corsHeaders(request.headers.origin, corsOrigins),
        ...result.headers,
      },
    };
  }
}

function withoutPrefix<T>(path: string, prefix: string, find: (path: string) => T): T {
  try {
    return find(path);
  } catch (error) {
    const isBelow = prefix !== '' && (path === prefix || path.startsWith(`${prefix}/`));
    if (!(error instanceof RouteNotFoundError) || !isBelow) throw error;
    return find(path.slice(prefix.length) || '/');
  }
}

/** Tells load balancers that check so, and whoever asks, which methods a path has. */
function optionsAnswer(methods: readonly string[]): APIGatewayProxyResult {
  return { statusCode: 204, headers: { Allow: [...methods, 'OPTIONS'].join(', ') }, body: '' };
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** @throws ForbiddenError when the page's origin is not allowed. */
function preflight(
  methods: readonly string[],
  { headers: { origin } }: IncomingMessage,
  corsOrigins: readonly string[],
): APIGatewayProxyResult {
  if (origin === undefined || !corsOrigins.includes(origin)) {
    throw new ForbiddenError('Web pages of this origin may not ask here; CORS_ORIGINS names those that may.');
  }
  return {
    statusCode: 204,
    headers: {
      ...corsHeaders(origin, corsOrigins),
      'Access-Control-Allow-Methods': methods.join(', '),
      'Access-Control-Allow-Headers': allowedHeaders.join(', '),
      'Access-Control-Max-Age': preflightMaxAgeSeconds,
    },
    body: '',
  };
}

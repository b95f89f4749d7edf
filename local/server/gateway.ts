import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import { pictureSuccess } from '../../lib/contract/picture-answer.ts';
import { ForbiddenError } from '../../lib/errors.ts';
import type { Handler } from '../../lib/http/endpoint.ts';
import { commonHeaders, corsHeaders } from '../../lib/http/headers.ts';
import { problem } from '../../lib/http/problem.ts';
import { logFailure, logRequest } from '../../lib/log.ts';
import { refuseWebPages, tokenCheck } from './access.ts';
import { splitTarget, toEvent } from './event.ts';
import { deliverable, gatewayRequestBytes, refuseLargeEvent } from './gateway-limits.ts';
import { BodyBudget, RequestAbandonedError, readRequestBody } from './request-body.ts';
import { Router } from './router.ts';
import { turns } from './turns.ts';

/** An endpoint's contract and what answers for it. */
export interface Route {
  readonly contract: Endpoint;
  readonly handler: Handler;
}

/** An endpoint whose body is too large for an event, and what takes the request as it comes. */
export interface StreamRoute {
  readonly contract: Endpoint;
  /** Throws errors of ours, and RequestAbandonedError when the client goes away. */
  receive(request: IncomingMessage, response: ServerResponse): Promise<APIGatewayProxyResult>;
}

export interface GatewayOptions {
  readonly routes: readonly (Route | StreamRoute)[];
  /** When there are any, all endpoints but the public ones want one of them as a bearer token. */
  readonly apiTokens: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly maxRequestBytes: number;
  /** Refuse what API Gateway and Lambda would refuse for its size. */
  readonly emulateGatewayLimits: boolean;
  /** Then, and without tokens, web pages are kept away. */
  readonly listensOnLoopback: boolean;
}

/** A body is held about three times at once: as it came, as the event's base64, and as the files that were in it. */
const maxBodiesInMemory = 8;
const maxRequestsWithBody = 256;
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
  readonly #router: Router<Route | StreamRoute>;
  readonly #checkToken: (request: IncomingMessage) => void;
  readonly #budget: BodyBudget;
  readonly #pictureTurn = turns(maxPicturesOnTheirWay);
  /** Of a request's body. */
  readonly #maxBytes: number;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#router = new Router(options.routes);
    this.#checkToken = tokenCheck(options.apiTokens);
    this.#budget = new BodyBudget({
      bytes: maxBodiesInMemory * options.maxRequestBytes,
      requests: maxRequestsWithBody,
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
    const { apiTokens, corsOrigins, emulateGatewayLimits, listensOnLoopback } = this.#options;
    const { path } = splitTarget(request);
    if (listensOnLoopback && apiTokens.length === 0) refuseWebPages(request, corsOrigins);
    if (isPreflight(request)) return preflight(this.#router.methodsOf(path), request, corsOrigins);
    const { route, pathParameters } = this.#router.match(request.method ?? '', path);
    const { contract } = route;
    progress.contract = contract;
    if (apiTokens.length > 0 && contract.public !== true) this.#checkToken(request);
    using share = contract.body && this.#budget.share();
    if ('receive' in route) {
      return this.#withHeaders(await route.receive(request, response), request, progress);
    }
    const body = share && (await readRequestBody(request, response, { maxBytes: this.#maxBytes, share }));
    const { requestId } = progress;
    const event = toEvent(request, body ?? Buffer.alloc(0), { contract, pathParameters, requestId });
    if (emulateGatewayLimits) refuseLargeEvent(event);
    if (contract.success.contentType === pictureSuccess.contentType) await this.#pictureTurn(response);
    progress.handled = true;
    const result = await route.handler(event);
    return emulateGatewayLimits ? deliverable(result) : result;
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
      'Access-Control-Allow-Headers': 'Authorization, Content-Type',
      'Access-Control-Max-Age': preflightMaxAgeSeconds,
    },
    body: '',
  };
}

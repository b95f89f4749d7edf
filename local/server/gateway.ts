import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import { pictureSuccess } from '../../lib/contract/picture-answer.ts';
import { abandonWith } from '../../lib/deadline.ts';
import {
  ClientGoneError,
  NotAuthenticatedError,
  RouteNotFoundError,
  type ServiceError,
} from '../../lib/errors.ts';
import type { EndpointHandler } from '../../lib/http/endpoint.ts';
import { commonHeaders, corsHeaders } from '../../lib/http/headers.ts';
import { problem } from '../../lib/http/problem.ts';
import { allowStream } from '../../lib/http/streamed-answer.ts';
import { logFailure, logRequest } from '../../lib/log.ts';
import type { PublicUrl } from '../../lib/network-settings.ts';
import { type Actor, localActor, mayDo, requireRole } from '../../lib/service/actor.ts';
import { type KnownToken, plainTokens } from '../../lib/service/tokens.ts';
import { runAsFunction } from '../function-runs.ts';
import { bearerOf, refuseWebPages } from './access.ts';
import type { Authorizer } from './authorizer.ts';
import { BodyBudget } from './body-budget.ts';
import { callerOf } from './caller.ts';
import { toEvent } from './event.ts';
import { FailedTokens } from './failed-tokens.ts';
import { deliverable, gatewayRequestBytes, refuseLargeEvent } from './gateway-limits.ts';
import { LargeBodies } from './large-bodies.ts';
import { isPreflight, optionsAnswer, preflight } from './preflight.ts';
import { RefusedTokens } from './refused-tokens.ts';
import { hasBody, RequestAbandonedError, readBodyChunks } from './request-body.ts';
import { placeReader, type RequestPlace } from './request-place.ts';
import { type RouteMatch, Router } from './router.ts';
import type { NamedTokens } from './token-file.ts';
import { turns } from './turns.ts';

/** An endpoint whose body is too large for an event. It takes the request as it arrives. */
export interface StreamRoute {
  readonly contract: Endpoint;
  /**
   * Answers a request, or sends the answer itself and returns nothing. It throws this service's errors, and
   * RequestAbandonedError if the client goes away.
   *
   * @param caller name that the receiver's own budgets are counted by.
   * @param pathParameters the path's parameters, still percent-encoded.
   * @param requireStill throws once the token was withdrawn or has a lesser role, for what takes long.
   */
  receive(
    request: IncomingMessage,
    response: ServerResponse,
    caller: string,
    pathParameters: Readonly<Record<string, string>>,
    requireStill: () => void,
  ): Promise<APIGatewayProxyResult | undefined>;
}

/** A route, answered by a handler or by a receiver of bodies that are too large for one. */
export type Route = EndpointHandler | StreamRoute;

export interface GatewayOptions {
  readonly routes: readonly Route[];
  /**
   * Tokens, one of which every endpoint except the public ones requires as a bearer token. If there are none,
   * all are open.
   */
  readonly apiTokens: readonly string[];
  /** Named tokens beside those; where it is set, it counts as one even while it has none. */
  readonly namedTokens?: NamedTokens | undefined;
  /** Finds a request's sender in place of these tokens. Then all but the console's files wants one. */
  readonly authorizer?: Authorizer | undefined;
  readonly corsOrigins: readonly string[];
  readonly maxRequestBytes: number;
  /** True to refuse what API Gateway and Lambda would refuse because of its size. */
  readonly emulateGatewayLimits: boolean;
  /**
   * True if only this machine reaches the service. Without tokens, web pages may then use only the loopback's
   * hosts; otherwise they may use any address, but no name.
   */
  readonly listensOnLoopback: boolean;
  /** Host names by which web pages may come nevertheless. */
  readonly allowedHosts?: readonly string[];
  /** Addresses and networks of proxies whose `X-Forwarded-` headers count. */
  readonly trustedProxies?: readonly string[];
  /** Address by which clients know the service. */
  readonly publicUrl?: PublicUrl | undefined;
}

/** A body is held about three times at once: as it came, as its text, and as the pictures that were in it. */
const maxBodiesInMemory = 8;
const maxRequestsWithBody = 256;
/** Share of both that one caller may take. */
const callerShare = 0.75;
/** Pictures that are sent at once: each is in memory as a whole until it is sent. */
const maxPicturesInTransit = 32;
/** Actor of a public request to a service that otherwise requires tokens. */
const strangerActor: Actor = { name: 'anonymous', role: 'metrics' };
/** nginx's status for a request whose client went away. */
const clientGoneStatus = 499;

/** State of a request that is being answered. */
interface Progress {
  readonly requestId: string;
  readonly started: number;
  /** Contract of the endpoint; null until the route is found. */
  contract: Endpoint | null;
  /** True once a handler has the request; the handler then logs it. */
  handled: boolean;
  /** Address of a client whose token was refused. */
  refusedAddress?: string;
}

/** Does what a gateway does in front of a handler: routing, tokens, limits and preflights. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #router: Router<Route>;
  readonly #readPlace: (request: IncomingMessage) => RequestPlace;
  readonly #plainTokens: readonly KnownToken[];
  readonly #failedTokens = new FailedTokens();
  readonly #refusedTokens = new RefusedTokens();
  readonly #budget: BodyBudget;
  readonly #large = new LargeBodies();
  /** Ends of the requests that a handler works on. */
  readonly #work = new Set<AbortController>();
  readonly #pictureTurn = turns(maxPicturesInTransit);
  /** Limit for a request's body. */
  readonly #maxBytes: number;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#router = new Router(options.routes);
    this.#readPlace = placeReader(options);
    this.#plainTokens = plainTokens(options.apiTokens);
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

  /** Lets the handlers begin no further picture; they fail with this error. */
  abandonAll(error: ServiceError): void {
    for (const work of this.#work) work.abort(error);
  }

  /**
   * Answers or refuses a request, and makes sure that it is logged. Never rejects. Resolves to undefined if
   * the client went away.
   *
   * @param response only used to tell a waiting client that it may send its body.
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
      const { requestId: id, contract, started, refusedAddress: address } = progress;
      const status = result?.statusCode ?? (response.headersSent ? response.statusCode : clientGoneStatus);
      logRequest({
        id,
        contract,
        method: request.method ?? '',
        status,
        started,
        ...(address && { address }),
      });
    }
    return result;
  }

  async #pass(
    request: IncomingMessage,
    response: ServerResponse,
    progress: Progress,
  ): Promise<APIGatewayProxyResult | undefined> {
    const { corsOrigins } = this.#options;
    const place = this.#readPlace(request);
    if (!this.#wantsTokens) refuseWebPages(request, place, this.#options);
    if (request.method === 'OPTIONS') {
      const methods = this.#methodsOf(place);
      if (isPreflight(request)) return preflight(methods, request, corsOrigins);
      return this.#withHeaders(optionsAnswer(methods), request, progress);
    }
    const { route, contract, pathParameters, path } = this.#match(request.method ?? '', place);
    progress.contract = contract;
    const actor = await this.#actorOf(request, contract, place, progress);
    const isNamed = this.#wantsTokens && !contract.public;
    const caller = callerOf(isNamed ? actor.name : undefined, place.clientAddress);
    if ('receive' in route) {
      requireRole(actor, contract);
      setHeaders(response, this.#sharedHeaders(request, progress));
      const requireStill = () => this.#requireStill(request, contract);
      const result = await route.receive(request, response, caller, pathParameters, requireStill);
      return result && this.#withHeaders(result, request, progress);
    }
    const facts = {
      contract,
      pathParameters,
      requestId: progress.requestId,
      actor,
      place: { ...place, path },
    };
    // Whoever may not do it is refused by the handler, and nobody reads the body.
    const isBodyRead = contract.body !== undefined || (contract.strict === true && hasBody(request));
    using share = isBodyRead && mayDo(actor, contract) ? this.#budget.share(caller) : undefined;
    const chunks = share ? await readBodyChunks(request, response, { maxBytes: this.#maxBytes, share }) : [];
    // A body may take its time.
    if (share) this.#requireStill(request, contract);
    // Whoever wants to see a gateway's limits gets its event, whole.
    if (this.#options.emulateGatewayLimits || !this.#large.isLarge(chunks)) {
      return await this.#handle(route, toEvent(request, Buffer.concat(chunks), facts), response, progress);
    }
    const event = toEvent(request, Buffer.alloc(0), facts);
    using _kept = await this.#large.keep(contract, event, chunks);
    return await this.#handle(route, event, response, progress);
  }

  get #wantsTokens(): boolean {
    const { namedTokens, authorizer } = this.#options;
    return this.#plainTokens.length > 0 || namedTokens !== undefined || authorizer !== undefined;
  }

  /** @throws NotAuthenticatedError, ThrottledError */
  async #actorOf(
    request: IncomingMessage,
    contract: Endpoint,
    { clientAddress }: RequestPlace,
    progress: Progress,
  ): Promise<Actor> {
    const { authorizer } = this.#options;
    if (!this.#wantsTokens) return localActor;
    if (authorizer && !isConsoles(contract)) return authorizer(request);
    if (contract.public) return strangerActor;
    try {
      return this.#namedActor(request, clientAddress);
    } catch (error) {
      progress.refusedAddress = clientAddress;
      const { status } = problem(error, progress.requestId);
      // Those of one household are one sender here too.
      const address = callerOf(undefined, clientAddress);
      await this.#refusedTokens.record({ address, requestId: progress.requestId, status });
      throw error;
    }
  }

  /** @throws NotAuthenticatedError, ThrottledError */
  #namedActor(request: IncomingMessage, clientAddress: string): Actor {
    const actor = bearerOf(request, this.#tokens);
    this.#failedTokens.check(callerOf(undefined, clientAddress), actor?.name);
    if (!actor) throw new NotAuthenticatedError();
    return actor;
  }

  /**
   * Makes sure that the token that a request was let in with has the role for an endpoint still.
   * @throws NotAuthenticatedError, ForbiddenError
   */
  #requireStill(request: IncomingMessage, contract: Endpoint): void {
    if (!this.#wantsTokens || this.#options.authorizer || contract.public) return;
    const actor = bearerOf(request, this.#tokens);
    if (!actor) throw new NotAuthenticatedError();
    requireRole(actor, contract);
  }

  get #tokens(): readonly KnownToken[] {
    return [...this.#plainTokens, ...(this.#options.namedTokens?.current ?? [])];
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
    if (!emulateGatewayLimits) allowStream(event);
    const work = new AbortController();
    const leave = () => work.abort(new ClientGoneError());
    if (response.destroyed) leave();
    response.once('close', leave);
    this.#work.add(work);
    abandonWith(event, work.signal);
    try {
      const result = await runAsFunction(handler.contract.operationId, () => handler(event));
      return emulateGatewayLimits ? deliverable(result) : result;
    } finally {
      this.#work.delete(work);
      response.off('close', leave);
    }
  }

  /**
   * Finds the route of a path as it came. If there is none, a proxy may have left its prefix in the path, so
   * it tries again without the prefix.
   *
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
    return { ...result, headers: { ...this.#sharedHeaders(request, { requestId }), ...result.headers } };
  }

  #sharedHeaders(
    request: IncomingMessage,
    { requestId }: Pick<Progress, 'requestId'>,
  ): Record<string, string> {
    const { corsOrigins } = this.#options;
    return { ...commonHeaders(requestId), ...corsHeaders(request.headers.origin, corsOrigins) };
  }
}

/** Returns true for the console's files, the one thing that the stack serves to everybody. */
function isConsoles({ path }: Endpoint): boolean {
  return path.startsWith('/console/');
}

/** Sets the headers of an answer that a receiver may send by itself. */
function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
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

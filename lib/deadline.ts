import type { APIGatewayProxyEvent, Context } from 'aws-lambda';

/** Time in milliseconds that API Gateway waits for an answer, from its receipt of the request. */
const gatewayMs = 29_000;
/** Limit of Node's timers, in milliseconds. */
const maxTimerMs = 2 ** 31 - 1;

/** Time by which the work on a request must be done. */
export class Deadline {
  readonly #remainingMs: () => number;
  readonly #abandoned: AbortSignal | undefined;
  #signal: AbortSignal | undefined;

  /**
   * @param remainingMs returns the milliseconds that are left, negative when it is too late
   * @param abandoned aborts, with the error as its reason, when nobody waits for the work any more
   */
  constructor(remainingMs: () => number, abandoned?: AbortSignal) {
    this.#remainingMs = remainingMs;
    this.#abandoned = abandoned;
  }

  /** Returns the milliseconds that are left: negative when it is too late, infinite without a limit. */
  remainingMs(): number {
    return this.#remainingMs();
  }

  /** Returns true if at least this many milliseconds are left. */
  leaves(milliseconds: number): boolean {
    return this.#remainingMs() >= milliseconds;
  }

  /** Returns a deadline that is this many milliseconds earlier. */
  before(milliseconds: number): Deadline {
    return new Deadline(() => this.#remainingMs() - milliseconds, this.#abandoned);
  }

  /**
   * Checks that somebody still waits for the work. It is called before each further picture, so that what
   * nobody wants keeps no others waiting.
   * @throws ClientGoneError, BackendUnavailableError the latter when the service stops
   */
  refuseIfAbandoned(): void {
    this.#abandoned?.throwIfAborted();
  }

  /** Signal that aborts when the time is up. Its timer does not keep the process alive. */
  get signal(): AbortSignal {
    this.#signal ??= signalAfter(this.#remainingMs());
    return this.#signal;
  }
}

function signalAfter(milliseconds: number): AbortSignal {
  if (milliseconds === Number.POSITIVE_INFINITY) return new AbortController().signal;
  return AbortSignal.timeout(Math.min(maxTimerMs, Math.max(0, Math.floor(milliseconds))));
}

/** A deadline that never comes, for hosts without a limit. */
export const noDeadline: Deadline = new Deadline(() => Number.POSITIVE_INFINITY);

const abandonments = new WeakMap<APIGatewayProxyEvent, AbortSignal>();

/**
 * Tells when nobody waits for a request's answer any more. Only a host that sees its clients can.
 * @param signal aborts with one of this service's errors as its reason
 */
export function abandonWith(event: APIGatewayProxyEvent, signal: AbortSignal): void {
  abandonments.set(event, signal);
}

type LambdaContext = Pick<Context, 'getRemainingTimeInMillis'>;

/** Returns the deadline of a function's run, at which Lambda kills it. Outside Lambda there is none. */
export function functionDeadline(context: LambdaContext | undefined): Deadline {
  return context ? new Deadline(() => context.getRemainingTimeInMillis()) : noDeadline;
}

/**
 * Returns the deadline of a request to a function: the end of its run, or of the gateway's wait, whichever is
 * earlier. The gateway counts from its receipt of the request, so a function's cold start takes part of the
 * time. Outside Lambda there is none.
 */
export function requestDeadline(
  event: Pick<APIGatewayProxyEvent, 'requestContext'>,
  context: LambdaContext | undefined,
): Deadline {
  const { requestContext } = event;
  if (!context) {
    const signal = abandonments.get(event as APIGatewayProxyEvent);
    return signal ? new Deadline(() => Number.POSITIVE_INFINITY, signal) : noDeadline;
  }
  const { requestTimeEpoch } = requestContext;
  // A hand-made event, as from the test console of Lambda, may have no time.
  if (!Number.isFinite(requestTimeEpoch)) return functionDeadline(context);
  return new Deadline(() =>
    Math.min(context.getRemainingTimeInMillis(), requestTimeEpoch + gatewayMs - Date.now()),
  );
}

/** Milliseconds for the stores, after the faces were matched. */
export const storingMs = 2_000;

/**
 * Milliseconds that must be left for a picture to be begun. With less it might not be done in time, and the
 * results of the other pictures would be lost with the request. A call to Rekognition takes at most 12 s, see
 * `lib/faces/rekognition/caller.ts`.
 */
export const neededMs = 12_000 + storingMs;

export const noTimeLeft = 'There was no time left for this picture: send it again, with fewer others.';

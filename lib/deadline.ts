import type { APIGatewayProxyEvent, Context } from 'aws-lambda';

/** API Gateway waits this long for an answer, in milliseconds from its receipt of the request. */
const gatewayMs = 29_000;
/** Node's timers take no more. */
const maxTimerMs = 2 ** 31 - 1;

/** The time by which a request's work has to be done. */
export class Deadline {
  readonly #remainingMs: () => number;
  #signal: AbortSignal | undefined;

  /** @param remainingMs a clock that says how many milliseconds are left, negative when it is too late. */
  constructor(remainingMs: () => number) {
    this.#remainingMs = remainingMs;
  }

  /** Says how many milliseconds are left: negative when it is too late, infinite without a limit. */
  remainingMs(): number {
    return this.#remainingMs();
  }

  /** Says if at least so many milliseconds are left. */
  leaves(milliseconds: number): boolean {
    return this.#remainingMs() >= milliseconds;
  }

  /** Returns a deadline that comes so many milliseconds before this one. */
  before(milliseconds: number): Deadline {
    return new Deadline(() => this.#remainingMs() - milliseconds);
  }

  /** A signal that aborts when the time is up; its timer keeps no process alive. */
  get signal(): AbortSignal {
    this.#signal ??= signalAfter(this.#remainingMs());
    return this.#signal;
  }
}

function signalAfter(milliseconds: number): AbortSignal {
  if (milliseconds === Number.POSITIVE_INFINITY) return new AbortController().signal;
  return AbortSignal.timeout(Math.min(maxTimerMs, Math.max(0, Math.floor(milliseconds))));
}

/** A deadline that never comes, for hosts that cut no request off. */
export const noDeadline: Deadline = new Deadline(() => Number.POSITIVE_INFINITY);

type LambdaContext = Pick<Context, 'getRemainingTimeInMillis'>;

/** Returns the deadline of a function's run: it is cut off in the middle then. There is none outside Lambda. */
export function functionDeadline(context: LambdaContext | undefined): Deadline {
  return context ? new Deadline(() => context.getRemainingTimeInMillis()) : noDeadline;
}

/**
 * Returns the deadline of a request to a function: the end of its run, or of the gateway's patience, if that comes first. The gateway
 * counts from its own receipt of the request, so that a function's cold start is part of it. There is none outside Lambda.
 */
export function requestDeadline(
  { requestContext }: Pick<APIGatewayProxyEvent, 'requestContext'>,
  context: LambdaContext | undefined,
): Deadline {
  if (!context) return noDeadline;
  const { requestTimeEpoch } = requestContext;
  // An event made by hand, as in the console's tests, may have no time.
  if (!Number.isFinite(requestTimeEpoch)) return functionDeadline(context);
  return new Deadline(() =>
    Math.min(context.getRemainingTimeInMillis(), requestTimeEpoch + gatewayMs - Date.now()),
  );
}

/** Milliseconds for the stores, after the faces. */
export const storingMs = 2_000;

/**
 * Milliseconds without which no picture is begun: it might not be done in time, and the others' work would be lost with the request.
 * A call to Rekognition takes 12 s at most, see `lib/faces/rekognition/caller.ts`.
 */
export const neededMs = 12_000 + storingMs;

export const noTimeLeft = 'There was no time left for this picture: send it again, with fewer others.';

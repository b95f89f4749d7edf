import { setTimeout as sleep } from 'node:timers/promises';
import {
  type $Command,
  RekognitionClient,
  type RekognitionClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-rekognition';
import { meter } from '#metrics';
import { BackendUnavailableError } from '../../errors.ts';
import type { CallOutcome } from '../../metrics/port.ts';
import { withoutLog } from '../../sdk-client.ts';
import { isRetryable, isThrottling, toServiceError } from './failures.ts';
import { RateLimit } from './rate-limit.ts';

/**
 * Limit on one call in milliseconds, with its wait and its repeated attempts. API Gateway gives up after 29
 * s; a picture is begun only if this much is left, see `neededMs` in `lib/deadline.ts`.
 */
const maxTotalMs = 12_000;
const maxQueueMs = 10_000;
const connectionTimeoutMs = 2_000;
const requestTimeoutMs = 10_000;
/** Shortest time-out of an attempt, for one that begins shortly before the end; 0 would mean no limit. */
const minRequestTimeoutMs = 1_000;

const maxAttempts = 7;
const firstBackoffMs = 200;
const maxBackoffMs = 3_000;

type RekognitionCommand<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = $Command<
  Input,
  Output,
  RekognitionClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>;

/**
 * Makes this process's calls to Rekognition, below one common rate that includes repeated attempts. The SDK
 * finds endpoint (`AWS_ENDPOINT_URL_REKOGNITION`) and credentials at the first call.
 */
export class RekognitionCaller {
  readonly #client: RekognitionClient;
  readonly #limit: RateLimit;
  readonly #closing = new AbortController();

  constructor({ region, callsPerSecond }: { region: string; callsPerSecond: number }) {
    this.#limit = new RateLimit(callsPerSecond);
    const client = new RekognitionClient({
      region,
      // Only this class repeats calls.
      maxAttempts: 1,
      retryMode: 'standard',
      requestHandler: {
        connectionTimeout: connectionTimeoutMs,
        socketTimeout: requestTimeoutMs,
        throwOnRequestTimeout: true,
      },
    });
    this.#client = withoutLog(client);
  }

  /**
   * Makes a call. After a failure that may pass, it tries again. The pause is a random part of a limit that
   * doubles each time ("full jitter",
   * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
   * @param limitMs limit on the whole call, if it is shorter than usual
   * @throws InputUnreadableError, InputTooLargeError when the service refuses the picture
   * @throws BackendUnavailableError for any other failure; `meaningOf` tells what it means
   */
  async send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    command: RekognitionCommand<Input, Output>,
    limitMs = maxTotalMs,
  ): Promise<Output> {
    const deadline = performance.now() + Math.min(limitMs, maxTotalMs);
    for (let attempt = 1; ; attempt++) {
      await this.#turn(deadline);
      try {
        const left = Math.max(minRequestTimeoutMs, deadline - performance.now());
        const requestTimeout = Math.min(requestTimeoutMs, left);
        const output = await this.#client.send(command, { requestTimeout });
        meter.called(operationOf(command), 'ok');
        return output;
      } catch (error) {
        meter.called(operationOf(command), outcomeOf(error));
        if (this.#closing.signal.aborted) throw closedError();
        const pause = Math.random() * Math.min(maxBackoffMs, firstBackoffMs * 2 ** (attempt - 1));
        const isLast = attempt === maxAttempts || performance.now() + pause >= deadline;
        if (isLast || !isRetryable(error)) throw toServiceError(error);
        await this.#wait(pause);
      }
    }
  }

  /** Aborts the calls in progress, and refuses all later ones. */
  close(): void {
    this.#closing.abort();
    this.#client.destroy();
  }

  /**
   * Waits for this call's turn. A call whose turn would come too late is refused at once, so that the queue
   * stays short.
   */
  async #turn(deadline: number): Promise<void> {
    const now = performance.now();
    const wait = this.#limit.waitMs(now);
    if (wait > Math.min(maxQueueMs, deadline - now)) {
      throw new BackendUnavailableError('Too many calls to Rekognition are waiting.', Math.ceil(wait / 1000));
    }
    await this.#wait(this.#limit.book(now));
  }

  async #wait(milliseconds: number): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) throw closedError();
    if (milliseconds === 0) return;
    await sleep(milliseconds, undefined, { signal }).catch(() => {
      throw closedError();
    });
  }
}

function outcomeOf(error: unknown): CallOutcome {
  if (isThrottling(error)) return 'throttled';
  return isRetryable(error) ? 'failed' : 'refused';
}

/**
 * Returns the operation's name, such as `DetectFaces`. A Lambda function's bundle shortens names, so there it
 * says nothing.
 */
function operationOf(command: object): string {
  return command.constructor.name.replace(/Command$/, '');
}

function closedError(): BackendUnavailableError {
  return new BackendUnavailableError('The connection to Rekognition is closed.', 10);
}

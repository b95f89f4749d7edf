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
import { isRetryable, isThrottling, toServiceError } from './failures.ts';
import { RateLimit } from './rate-limit.ts';

/**
 * What a call may take in all, waiting for its turn and further attempts included: of the 29 s after which API Gateway gives up, a picture
 * has that many left, see `neededMs` in `lib/deadline.ts`.
 */
const maxTotalMs = 12_000;
const maxQueueMs = 10_000;
const connectionTimeoutMs = 2_000;
const requestTimeoutMs = 10_000;
/** Of an attempt that begins shortly before the end; 0 would mean that there is no limit. */
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
 * Makes this process' calls to Rekognition, attempts that follow a failure included, at no more than one rate. Where they go and who makes
 * them is for the SDK to find (`AWS_ENDPOINT_URL_REKOGNITION`, its chain of credentials), at the first call.
 */
export class RekognitionCaller {
  readonly #client: RekognitionClient;
  readonly #limit: RateLimit;
  readonly #closing = new AbortController();

  constructor({ region, callsPerSecond }: { region: string; callsPerSecond: number }) {
    this.#limit = new RateLimit(callsPerSecond);
    this.#client = new RekognitionClient({
      region,
      // What is tried again is decided here, and nowhere else.
      maxAttempts: 1,
      retryMode: 'standard',
      requestHandler: {
        connectionTimeout: connectionTimeoutMs,
        socketTimeout: requestTimeoutMs,
        throwOnRequestTimeout: true,
      },
    });
  }

  /**
   * Makes a call. A failure that may pass is met by further attempts, each after a random part of a pause that doubles ("full jitter",
   * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
   * @param limitMs what it may take in all, if that is less than usual.
   * @throws InputUnreadableError, InputTooLargeError when the service refuses the picture; BackendUnavailableError for all else. See
   * `meaningOf`.
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

  /** Breaks off the calls that are under way; they and all later ones are refused. */
  close(): void {
    this.#closing.abort();
    this.#client.destroy();
  }

  /** Waits for this call's turn. One that would come too late is refused at once, so that no queue grows without bound. */
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

/** `DetectFaces`; in a Lambda function's bundle, where names are shortened, it means nothing. */
function operationOf(command: object): string {
  return command.constructor.name.replace(/Command$/, '');
}

function closedError(): BackendUnavailableError {
  return new BackendUnavailableError('The connection to Rekognition is closed.', 10);
}

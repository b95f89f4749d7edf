import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import * as z from 'zod';
import { log } from '../log.ts';
import type { QueuedShot, ShotQueue } from './shot-queue.ts';

/** Service elsewhere that compares faces. */
export interface RemoteService {
  /** Address before `/api/v1`. */
  readonly url: URL;
  readonly token: string;
}

/** Entries that the service found in a shot. */
export interface ShotAnswer {
  readonly shot: QueuedShot;
  readonly dbId: number | null;
  readonly entries: readonly { readonly id: number; readonly name: string }[];
}

export interface SenderOptions {
  readonly onAnswer: (answer: ShotAnswer) => void;
  /** Milliseconds of the first pause after a failure. */
  readonly firstPauseMs?: number;
}

const answerMs = 60_000;
const usualPauseMs = 1_000;
const longestPauseMs = 60_000;
/** Answers that say that this shot never will be taken. */
const neverTaken = [400, 413, 415, 422];
/** Answer that says that it was taken long ago. */
const takenBefore = 410;

const Answer = z.array(
  z.object({
    db_id: z.number().nullish(),
    faces: z.array(
      z.object({
        blacklist_matches: z.array(z.object({ entry: z.object({ id: z.number(), name: z.string() }) })),
      }),
    ),
  }),
);

type Outcome = 'taken' | 'never' | { readonly pauseMs: number; readonly reason: string };

/** Sends shots to a service elsewhere, the newest first. Those that it can't take now wait on disk. */
export class ShotSender {
  readonly #service: RemoteService;
  readonly #queue: ShotQueue;
  readonly #options: SenderOptions;
  readonly #agent = new Agent({ headersTimeout: answerMs, bodyTimeout: answerMs });
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #failures = 0;
  /** Number of shots that the service has taken. */
  sent = 0;
  /** Number of shots that it refused for good. */
  refused = 0;

  constructor(service: RemoteService, queue: ShotQueue, options: SenderOptions) {
    this.#service = service;
    this.#queue = queue;
    this.#options = options;
  }

  /** Sends a shot soon. It does not wait for the service. */
  async send(shot: QueuedShot): Promise<void> {
    await this.#queue.put(shot);
    this.start();
  }

  /** Begins to send what waits. */
  start(): void {
    if (this.#stop.signal.aborted) return;
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
    });
  }

  /** Tries for some time to send what waits, and stops. What is left stays on disk. */
  async close(graceMs = 5_000): Promise<void> {
    this.start();
    const timer = setTimeout(() => this.#stop.abort(), graceMs);
    await this.#running;
    clearTimeout(timer);
    this.#stop.abort();
    await this.#agent.destroy();
  }

  async #work(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const shot = await this.#queue.newest();
      if (!shot) return;
      const outcome = await this.#post(shot);
      if (typeof outcome !== 'string') {
        await this.#rest(outcome);
        continue;
      }
      this.#failures = 0;
      this[outcome === 'taken' ? 'sent' : 'refused']++;
      await this.#queue.remove(shot);
    }
  }

  async #rest({ pauseMs, reason }: { readonly pauseMs: number; readonly reason: string }): Promise<void> {
    if (this.#stop.signal.aborted) return;
    if (this.#failures === 0)
      log().warn({ reason }, 'watch: the service takes nothing now; shots wait on disk');
    const first = this.#options.firstPauseMs ?? usualPauseMs;
    const own = Math.min(longestPauseMs, first * 2 ** this.#failures++) * (0.75 + Math.random() / 4);
    await delay(Math.max(pauseMs, own), undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  async #post(shot: QueuedShot): Promise<Outcome> {
    const { url, token } = this.#service;
    const { id, camera, track, picture } = shot;
    const body = { images: [picture], source: camera, references: [track], keep: 'matches' };
    try {
      const answer = await request(`${url.href.replace(/\/$/, '')}/api/v1/process/process-images`, {
        method: 'POST',
        dispatcher: this.#agent,
        signal: this.#stop.signal,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          // A shot that was taken although the answer was lost is not taken twice.
          'idempotency-key': id,
        },
        body: JSON.stringify(body),
      });
      const { statusCode, headers } = answer;
      if (statusCode === 200) {
        this.#report(shot, await answer.body.json());
        return 'taken';
      }
      await answer.body.dump();
      if (statusCode === takenBefore) return 'taken';
      if (neverTaken.includes(statusCode)) {
        log().error({ camera, track, status: statusCode }, 'watch: the service refuses a shot');
        return 'never';
      }
      return { pauseMs: pauseOf(statusCode, headers['retry-after']), reason: `status ${statusCode}` };
    } catch (error) {
      // Messages of the network's errors may contain addresses.
      const { code, name } = error as { code?: string; name?: string };
      return { pauseMs: 0, reason: code ?? name ?? 'unknown' };
    }
  }

  #report(shot: QueuedShot, json: unknown): void {
    const parsed = Answer.safeParse(json);
    const [result] = parsed.data ?? [];
    const found = result?.faces.flatMap((face) => face.blacklist_matches.map(({ entry }) => entry)) ?? [];
    const entries = [...new Map(found.map((entry) => [entry.id, entry])).values()];
    this.#options.onAnswer({ shot, dbId: result?.db_id ?? null, entries });
  }
}

/** Returns the milliseconds that a service wants to be left alone; a refused token is not tried often. */
function pauseOf(status: number, retryAfter: string | string[] | undefined): number {
  if (status === 401 || status === 403) return longestPauseMs;
  return 1000 * Math.min(600, Number(retryAfter) || 0);
}

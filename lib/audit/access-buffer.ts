import pLimit from 'p-limit';
import { BackendUnavailableError } from '../errors.ts';
import { log } from '../log.ts';
import type { AccessRecorder, AuditFacts, AuditTrail } from './port.ts';

/** A look's line is written within this time. */
const flushMs = 200;
const retryMs = 1_000;
const linesAtOnce = 90;
/** With so many lines that can't be written, nobody looks any more. */
const maxWaiting = 5_000;
const retryAfterSeconds = 5;

/** Writes the lines of looks in batches: a look costs no transaction of its own. */
export class AccessBuffer implements AccessRecorder {
  readonly #trail: Pick<AuditTrail, 'append'>;
  readonly #waiting: AuditFacts[] = [];
  readonly #oneByOne = pLimit(1);
  #timer: NodeJS.Timeout | undefined;

  constructor(trail: Pick<AuditTrail, 'append'>) {
    this.#trail = trail;
  }

  /** @throws BackendUnavailableError while the trail can't be written. */
  async record(facts: AuditFacts): Promise<void> {
    if (this.#waiting.length >= maxWaiting) {
      throw new BackendUnavailableError('The audit trail can not be written.', retryAfterSeconds);
    }
    this.#waiting.push(facts);
    this.#flushIn(flushMs);
  }

  /** Writes what waits; at an orderly stop nothing is lost. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#flush();
  }

  #flushIn(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#flush().catch((error: unknown) => {
        log().error({ err: error, lines: this.#waiting.length }, 'audit: lines wait to be written');
        this.#flushIn(retryMs);
      });
    }, ms).unref();
  }

  /** One after the other: the lines of a flush that is under way are still in the list. */
  #flush(): Promise<void> {
    return this.#oneByOne(async () => {
      while (this.#waiting.length > 0) {
        const lines = this.#waiting.slice(0, linesAtOnce);
        await this.#trail.append(lines);
        this.#waiting.splice(0, lines.length);
      }
    });
  }
}

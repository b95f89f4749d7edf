import { randomUUID } from 'node:crypto';
import type { Action } from './action.ts';
import { isNew } from './action.ts';
import type { TableClient } from './client.ts';
import { numberingTurnKey } from './items.ts';
import type { Item, Key } from './keys.ts';

/**
 * Milliseconds after which a turn that goes on is taken from its holder, who may have crashed. A turn takes
 * some tens of them, and a crash stops all others for so long.
 */
const turnMs = 2_000;

/**
 * The turn to number what has arrived. It keeps others from doing the same work at the same moment, which
 * costs as much and is refused. It protects nothing: the counter's condition does that.
 */
export class NumberingTurn {
  readonly key: Key = numberingTurnKey;
  /** Action that ends it, together with the work. */
  readonly end: Action = { remove: numberingTurnKey };
  readonly #table: TableClient;
  readonly #token = randomUUID();
  #isTaken = false;
  /** Turn of another that was seen last, and since when, on this process's own clock. */
  #seen: { readonly token: string; readonly since: number } | undefined;

  constructor(table: TableClient) {
    this.#table = table;
  }

  /**
   * Tells if nobody else has the turn, or its holder has had it for too long.
   * @param present the turn's item, as it was just read
   */
  isFree(present: Item | undefined): boolean {
    if (!present || present.token === this.#token) return true;
    const now = performance.now();
    const token = String(present.token);
    if (this.#seen?.token !== token) this.#seen = { token, since: now };
    return now - this.#seen.since > turnMs;
  }

  /** Takes the turn, unless somebody else has done so since it was read. */
  async take(present: Item | undefined): Promise<boolean> {
    if (present?.token === this.#token) return true;
    const put = { ...this.key, token: this.#token };
    const condition = present
      ? { condition: '#token = :seen', values: { seen: String(present.token) } }
      : isNew;
    this.#isTaken = true;
    return (await this.#table.transact([{ put, ...condition }])).done;
  }

  /** Gives the turn back, for one who ends otherwise than by `end`. */
  async release(): Promise<void> {
    if (!this.#isTaken) return;
    const isOurs = { condition: '#token = :token', values: { token: this.#token } };
    await this.#table.transact([{ remove: this.key, ...isOurs }]);
  }
}

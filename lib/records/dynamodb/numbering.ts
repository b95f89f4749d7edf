import { setTimeout as wait } from 'node:timers/promises';
import pLimit from 'p-limit';
import { type Action, isThere } from './action.ts';
import { type Arrival, arrivalsWith, putArrival, removeArrivals } from './arrivals.ts';
import { again, type TableClient } from './client.ts';
import { arrivalKey, counterKey, numberingTurnKey, pictureKey } from './items.ts';
import type { Item } from './keys.ts';
import { type Count, numberingActions } from './numbering-actions.ts';
import { NumberingTurn } from './numbering-turn.ts';

/** Number of a picture, and the time when it got the number, in milliseconds since 1970. */
export interface Numbered {
  readonly number: number;
  readonly at: number;
}

const longestPauseMs = 100;
/** Batches that are numbered in a turn after its own. More would keep its own answer for too long. */
const batchesMore = 3;
/** Milliseconds since the last number in which others are likely to number too. */
const busyMs = 50;
/** Milliseconds for which a process goes on storing arrivals after it met others. */
const crowdMs = 10_000;

/**
 * Numbers processed pictures 1, 2, … without a gap, and ranks them in their scopes in the same way. A page is
 * then a range of numbers. One transaction changes the counter, the picture's number, and its index items.
 *
 * If others number at the same moment, a picture is stored as an arrival. Whoever has the turn numbers all
 * arrivals, so many simultaneous writers need few transactions.
 */
export class PictureNumbering {
  readonly #table: TableClient;
  /** Writers of one process take turns, so that they do not collide. */
  readonly #oneByOne = pLimit(1);
  #count: Count | undefined;
  #crowdedUntil = 0;
  #failure: { readonly at: number; readonly error: unknown } | undefined;

  constructor(table: TableClient) {
    this.#table = table;
  }

  /** Numbers a picture, under the time `carried` if it is of an earlier service. */
  number(arrival: Arrival, carried?: Date): Promise<Numbered> {
    const since = performance.now();
    return this.#oneByOne(async () => {
      // Calls that waited for a failed one would fail too, each after as long a time, so they fail at once.
      const failure = this.#failure;
      if (failure && failure.at > since) throw failure.error;
      try {
        if (carried) return await this.#numberCarried(arrival, carried);
        const isCrowded = performance.now() < this.#crowdedUntil;
        const alone = isCrowded ? undefined : await this.#numberAlone(arrival);
        return alone ?? (await this.#numberTogether(arrival));
      } catch (error) {
        this.#failure = { at: performance.now(), error };
        throw error;
      }
    });
  }

  /** Numbers a picture with one transaction. Returns `undefined` if others number at this moment. */
  async #numberAlone(arrival: Arrival): Promise<Numbered | undefined> {
    const before = this.#count;
    this.#count = undefined;
    if (!before) {
      const present = await presentCount(this.#table);
      return present && this.#numberAfter(present, arrival);
    }
    const { numbered, present } = await this.#tryNumber(before, arrival);
    // Others have numbered since. Whoever refuses tells the count, so that it need not be read.
    return numbered ?? (present && !isBusy(present) ? this.#numberAfter(present, arrival) : undefined);
  }

  async #numberAfter(before: Count, arrival: Arrival, now = Date.now()): Promise<Numbered | undefined> {
    return (await this.#tryNumber(before, arrival, now)).numbered;
  }

  /** Tries to number a picture after that count; returns the present one if it is another. */
  async #tryNumber(
    before: Count,
    arrival: Arrival,
    now = Date.now(),
  ): Promise<{ readonly numbered?: Numbered | undefined; readonly present?: Count }> {
    const { actions, facts, after } = await numberingActions(this.#table, before, [arrival], now);
    const { done, refused } = await this.#table.transact(actions, facts);
    if (!done) {
      const counter = refused.get(0);
      return { numbered: numberedAs(refused.get(1)), ...(counter && { present: countOf(counter) }) };
    }
    this.#count = after;
    return { numbered: { number: after.last, at: after.at } };
  }

  /** Numbers a picture of an earlier time. It never becomes an arrival, because those share one time. */
  #numberCarried(arrival: Arrival, time: Date): Promise<Numbered> {
    return this.#table.settle(async () => {
      const before = this.#count ?? countOf(await this.#table.get(counterKey('processed')));
      this.#count = undefined;
      return (await this.#numberAfter(before, arrival, time.getTime())) ?? again;
    });
  }

  async #numberTogether(arrival: Arrival): Promise<Numbered> {
    this.#count = undefined;
    this.#crowdedUntil = performance.now() + crowdMs;
    await putArrival(this.#table, arrival);
    // The writer whose pause ends first numbers all arrivals, and the others have nothing left to do.
    await wait(Math.random() * longestPauseMs);
    const turn = new NumberingTurn(this.#table);
    try {
      return await this.#numberArrivals(arrival, turn);
    } catch (error) {
      // Otherwise a later writer would number a picture that was never acknowledged.
      const [numbered] = await Promise.all([
        withdraw(this.#table, arrival).catch(() => undefined),
        turn.release().catch(() => undefined),
      ]);
      if (!numbered) throw error;
      return numbered;
    }
  }

  #numberArrivals(arrival: Arrival, turn: NumberingTurn): Promise<Numbered> {
    const counter = counterKey('processed');
    const picture = pictureKey(arrival.pictureId);
    return this.#table.settle(async () => {
      const items = await this.#table.getAll([counter, picture, turn.key]);
      const known = numberedAs(items.find(({ pk }) => pk === picture.pk));
      if (known) {
        // A transaction of ours that seemed to fail may have been done.
        await turn.release();
        return known;
      }
      const present = items.find(({ pk }) => pk === turn.key.pk);
      if (!turn.isFree(present)) return again;
      const [isOurs, waiting] = await Promise.all([turn.take(present), arrivalsWith(this.#table, arrival)]);
      if (!isOurs) return again;
      const { arrivals, isAll } = waiting;
      const before = countOf(items.find(({ pk }) => pk === counter.pk));
      if (arrivals.length === 1) this.#crowdedUntil = 0;
      const { actions, facts, after } = await numberingActions(this.#table, before, arrivals);
      const ends = isAll ? [turn.end] : [];
      const { done, refused } = await this.#table.transact(
        [...actions, ...removalsOf(arrivals), ...ends],
        facts,
      );
      if (done) {
        if (!isAll) await this.#numberOthers(turn, after);
        return { number: before.last + 1, at: after.at };
      }
      await removeArrivals(
        this.#table,
        arrivals.filter((_, index) => refused.has(1 + index)),
      );
      return again;
    });
  }

  /**
   * Numbers more arrivals in the same turn, since others would first have to find out that they may. It never
   * throws, because the turn's own picture has its number.
   */
  async #numberOthers(turn: NumberingTurn, count: Count): Promise<void> {
    let before = count;
    try {
      for (let left = batchesMore; left > 0; left -= 1) {
        const { arrivals, isAll } = await arrivalsWith(this.#table);
        if (arrivals.length === 0) break;
        const { actions, facts, after } = await numberingActions(this.#table, before, arrivals);
        const isLast = isAll || left === 1;
        const ends = isLast ? [turn.end] : [];
        const { done } = await this.#table.transact([...actions, ...removalsOf(arrivals), ...ends], facts);
        if (!done) break;
        if (isLast) return;
        before = after;
      }
    } catch {
      // Whoever has the next turn meets the same failure, and tells it.
    }
    await turn.release().catch(() => undefined);
  }
}

/** Removes arrivals. A writer that gave up has taken its own back, and told its client so. */
function removalsOf(arrivals: readonly Arrival[]): Action[] {
  return arrivals.map(({ pictureId }) => ({ remove: arrivalKey(pictureId), ...isThere }));
}

/** Reads the count; returns `undefined` if others number at this moment. */
async function presentCount(table: TableClient): Promise<Count | undefined> {
  const counter = counterKey('processed');
  const items = await table.getAll([counter, numberingTurnKey]);
  const present = countOf(items.find(({ pk }) => pk === counter.pk));
  const hasTurn = items.some(({ pk }) => pk === numberingTurnKey.pk);
  return hasTurn || isBusy(present) ? undefined : present;
}

/** Returns true if the last number was given just now: a transaction would meet others, and stop theirs. */
function isBusy({ at }: Count): boolean {
  return Math.abs(Date.now() - at) < busyMs;
}

/** Takes an arrival back. Returns its number if somebody has numbered it before. */
async function withdraw(table: TableClient, arrival: Arrival): Promise<Numbered | undefined> {
  await removeArrivals(table, [arrival]);
  return numberedAs(await table.get(pictureKey(arrival.pictureId)));
}

function countOf(counter: Item | undefined): Count {
  // An earlier version counted only the numbers.
  const { last = 0, at = 0, match = 0, noMatch = 0 } = (counter ?? {}) as Partial<Count>;
  return { last, at, match, noMatch };
}

function numberedAs(picture: Item | undefined): Numbered | undefined {
  return picture && { number: Number(picture.number), at: Number(picture.at ?? 0) };
}

import { setTimeout as wait } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { AuditFacts } from '../../audit/port.ts';
import type { PictureOfFaces } from '../../faces/rekognition/kept-faces.ts';
import { timeAfter } from '../shared/clock.ts';
import { row } from '../shared/row.ts';
import { type Action, isNew, isThere } from './action.ts';
import { again, type TableClient } from './client.ts';
import {
  arrivalKey,
  arrivalsPartition,
  counterKey,
  numberingTurnKey,
  padded,
  pictureKey,
  processedPartition,
  runsPartition,
  scopePartition,
} from './items.ts';
import type { Item, Key } from './keys.ts';
import { NumberingTurn } from './numbering-turn.ts';
import { lastRank } from './ranks.ts';

/** Bytes of an answer: in the item itself, or in parts beside it. */
export interface Kept {
  readonly bytes?: Uint8Array;
  readonly parts?: readonly Key[];
  /** Id of the picture, if somebody was found in it: the filter of the table's stream needs it. */
  readonly matched?: string;
  /** Faces of the picture that a collection keeps. */
  readonly keptFaces?: PictureOfFaces['faces'];
}

interface Arrival extends Kept {
  /** The same, which stays with the answer. */
  readonly picture?: string;
  readonly pictureId: string;
  /** Scopes of the picture, see `scopesOf`. */
  readonly scopes: readonly string[];
  /** Its line of the audit trail, but for its number; an earlier version told none. */
  readonly facts?: AuditFacts;
}

/** Number of a picture, and the time when it got the number, in milliseconds since 1970. */
export interface Numbered {
  readonly number: number;
  readonly at: number;
}

/** State of the counter: the last number, its time, and the number of pictures in these two scopes. */
interface Count {
  readonly last: number;
  readonly at: number;
  readonly match: number;
  readonly noMatch: number;
}

/** Limit on the actions of a transaction. */
const maxActions = 100;
/** Number of arrivals that are read at once: a list has at most 1 MB, and a transaction takes 4 MB. */
const arrivalsAtOnce = 25;
/** Limit on the scopes read at the same time, because a crowd is in many. */
const scopesAtOnce = 10;
const longestPauseMs = 100;
/** Milliseconds since the last number in which others are likely to number too. */
const busyMs = 50;
/** Milliseconds for which a process goes on storing arrivals after it met others. */
const crowdMs = 10_000;
/**
 * Milliseconds after which an arrival is abandoned. Its writer waits only for seconds, so an older one was
 * left by a crash, and never acknowledged.
 */
const arrivalMs = 60_000;

/**
 * Numbers processed pictures 1, 2, … without a gap, and ranks them in their scopes in the same way. A page is
 * then a range of numbers. One transaction changes the counter, the picture's number, and its index items.
 *
 * If others number at the same moment, a picture is stored as an arrival. Whoever has the turn numbers all
 * arrivals, so many simultaneous writers need few transactions.
 */
export function pictureNumbering(
  table: TableClient,
): (arrival: Arrival, carried?: Date) => Promise<Numbered> {
  // Writers of one process take turns, so that they do not collide.
  const oneByOne = pLimit(1);
  let count: Count | undefined;
  let crowdedUntil = 0;
  let failure: { readonly at: number; readonly error: unknown } | undefined;

  /** Numbers a picture with one transaction. Returns `undefined` if others number at this moment. */
  async function numberAlone(arrival: Arrival): Promise<Numbered | undefined> {
    const before = count;
    count = undefined;
    if (!before) {
      const present = await presentCount(table);
      return present && numberAfter(present, arrival);
    }
    const { numbered, present } = await tryNumber(before, arrival);
    // Others have numbered since. Whoever refuses tells the count, so that it need not be read.
    return numbered ?? (present && !isBusy(present) ? numberAfter(present, arrival) : undefined);
  }

  async function numberAfter(
    before: Count,
    arrival: Arrival,
    now = Date.now(),
  ): Promise<Numbered | undefined> {
    return (await tryNumber(before, arrival, now)).numbered;
  }

  /** Tries to number a picture after that count; returns the present one if it is another. */
  async function tryNumber(
    before: Count,
    arrival: Arrival,
    now = Date.now(),
  ): Promise<{ readonly numbered?: Numbered | undefined; readonly present?: Count }> {
    const { actions, facts, after } = await numbering(table, before, [arrival], now);
    const { done, refused } = await table.transact(actions, facts);
    if (!done) {
      const counter = refused.get(0);
      return { numbered: numberedAs(refused.get(1)), ...(counter && { present: countOf(counter) }) };
    }
    count = after;
    return { numbered: { number: after.last, at: after.at } };
  }

  /** Numbers a picture of an earlier time. It never becomes an arrival, because those share one time. */
  function numberCarried(arrival: Arrival, time: Date): Promise<Numbered> {
    return table.settle(async () => {
      const before = count ?? countOf(await table.get(counterKey('processed')));
      count = undefined;
      return (await numberAfter(before, arrival, time.getTime())) ?? again;
    });
  }

  async function numberTogether(arrival: Arrival): Promise<Numbered> {
    count = undefined;
    crowdedUntil = performance.now() + crowdMs;
    await table.settle(async () => {
      const put = { ...arrivalKey(arrival.pictureId), ...arrival, arrived: Date.now() };
      return (await table.transact([{ put }])).done || again;
    });
    // The writer whose pause ends first numbers all arrivals, and the others have nothing left to do.
    await wait(Math.random() * longestPauseMs);
    const turn = new NumberingTurn(table);
    try {
      return await numberArrivals(arrival, turn);
    } catch (error) {
      // Otherwise a later writer would number a picture that was never acknowledged.
      const [numbered] = await Promise.all([
        withdrawn(table, arrival).catch(() => undefined),
        turn.release().catch(() => undefined),
      ]);
      if (!numbered) throw error;
      return numbered;
    }
  }

  function numberArrivals(arrival: Arrival, turn: NumberingTurn): Promise<Numbered> {
    const counter = counterKey('processed');
    const picture = pictureKey(arrival.pictureId);
    return table.settle(async () => {
      const items = await table.getAll([counter, picture, turn.key]);
      const known = numberedAs(items.find(({ pk }) => pk === picture.pk));
      if (known) {
        // A transaction of ours that seemed to fail may have been done.
        await turn.release();
        return known;
      }
      const present = items.find(({ pk }) => pk === turn.key.pk);
      if (!turn.isFree(present)) return again;
      const [isOurs, arrivals] = await Promise.all([turn.take(present), arrivalsWith(table, arrival)]);
      if (!isOurs) return again;
      const before = countOf(items.find(({ pk }) => pk === counter.pk));
      if (arrivals.length === 1) crowdedUntil = 0;
      const { actions, facts, after } = await numbering(table, before, arrivals);
      // A writer that gave up has taken its arrival back, and told its client so.
      const removals = arrivals.map(({ pictureId }) => ({ remove: arrivalKey(pictureId), ...isThere }));
      const { done, refused } = await table.transact([...actions, ...removals, turn.end], facts);
      if (done) return { number: before.last + 1, at: after.at };
      await forget(
        table,
        arrivals.filter((_, index) => refused.has(1 + index)),
      );
      return again;
    });
  }

  return (arrival, carried) => {
    const since = performance.now();
    return oneByOne(async () => {
      // Calls that waited for a failed one would fail too, each after as long a time, so they fail at once.
      if (failure && failure.at > since) throw failure.error;
      try {
        if (carried) return await numberCarried(arrival, carried);
        const isCrowded = performance.now() < crowdedUntil;
        const alone = isCrowded ? undefined : await numberAlone(arrival);
        return alone ?? (await numberTogether(arrival));
      } catch (error) {
        failure = { at: performance.now(), error };
        throw error;
      }
    });
  };
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
async function withdrawn(table: TableClient, arrival: Arrival): Promise<Numbered | undefined> {
  await forget(table, [arrival]);
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

/**
 * Makes the actions that give arrivals the numbers and ranks after those of `before`. Their conditions are
 * that its number is still the last, and that no picture has a number yet. The counter's action comes first,
 * then one for each arrival's number.
 */
async function numbering(
  table: TableClient,
  before: Count,
  arrivals: readonly Arrival[],
  now = Date.now(),
): Promise<{ actions: Action[]; facts: AuditFacts[]; after: Count }> {
  const { at, isNewRun } = timeAfter(before.at, now);
  const ranks = await lastRanks(table, before, arrivals);
  const numbered = arrivals.map((arrival, index) => ({ ...arrival, number: before.last + 1 + index }));
  const pictures = numbered.map(
    ({ pictureId, number }): Action => ({ put: { ...pictureKey(pictureId), number, at }, ...isNew }),
  );
  const answers = numbered.map(({ pictureId: _, scopes: _scopes, facts, number, ...kept }): Action => {
    const actor = facts && { actor: facts.actor };
    return { put: { pk: processedPartition, sk: padded(number), at, ...kept, ...actor } };
  });
  const places = numbered.flatMap(({ number, scopes }) =>
    scopes.map((scope): Action => {
      const rank = (ranks.get(scope) ?? 0) + 1;
      ranks.set(scope, rank);
      // The condition guards against a stale rank: the scope may have been read before a transaction that the
      // counter already contains.
      return { put: { pk: scopePartition(scope), sk: padded(rank), number, at }, ...isNew };
    }),
  );
  const after: Count = {
    last: before.last + arrivals.length,
    at,
    match: ranks.get('match') ?? 0,
    noMatch: ranks.get('no-match') ?? 0,
  };
  const run: Action[] = isNewRun
    ? [{ put: { pk: runsPartition, sk: padded(before.last + 1), at, before: before.at } }]
    : [];
  const lines = numbered.flatMap(({ facts, number }) => (facts ? [{ ...facts, pictureId: number }] : []));
  const actions = [changeOfCounter(before, after), ...pictures, ...answers, ...places, ...run];
  return { actions, facts: lines, after };
}

async function lastRanks(
  table: TableClient,
  before: Count,
  arrivals: readonly Arrival[],
): Promise<Map<string, number>> {
  const counted = new Map([
    ['match', before.match],
    ['no-match', before.noMatch],
  ]);
  const others = new Set(arrivals.flatMap(({ scopes }) => scopes).filter((scope) => !counted.has(scope)));
  const limit = pLimit(scopesAtOnce);
  const found = [...others].map((scope) => limit(async () => [scope, await lastRank(table, scope)] as const));
  return new Map([...counted, ...(await Promise.all(found))]);
}

function changeOfCounter({ last }: Count, { last: next, at, match, noMatch }: Count): Action {
  return {
    update: counterKey('processed'),
    change: 'SET #last = :next, #at = :at, #match = :match, #noMatch = :noMatch',
    ...(last === 0 ? isNew : { condition: '#last = :last' }),
    values: { next, at, match, noMatch, ...(last > 0 && { last }) },
  };
}

/** Returns this arrival and some of the others. It also removes arrivals that crashed writers left. */
async function arrivalsWith(table: TableClient, own: Arrival): Promise<Arrival[]> {
  const listed = await table.query(arrivalsPartition, { atOnce: arrivalsAtOnce }).next();
  const items: Item[] = listed.value ?? [];
  const isLeft = ({ arrived }: Item) => Date.now() - arrived > arrivalMs;
  await forget(table, items.filter(isLeft).map(arrivalOf));
  const others = items.filter((item) => !isLeft(item)).map(arrivalOf);
  return fitting([own, ...others.filter(({ pictureId }) => pictureId !== own.pictureId)]);
}

/** Returns as many of the first arrivals as one transaction has room for, at least one. */
function fitting(arrivals: readonly Arrival[]): Arrival[] {
  // Four actions are for the counter, a new run of times, the turn, and the head of the audit trail.
  let actions = 4;
  const tooMany = arrivals.findIndex(({ scopes }) => {
    // An arrival needs actions for its number, answer, removal, line of the audit trail, and each scope.
    actions += 4 + scopes.length;
    return actions > maxActions;
  });
  return arrivals.slice(0, tooMany === -1 ? undefined : tooMany);
}

async function forget(table: TableClient, arrivals: readonly Arrival[]): Promise<void> {
  if (arrivals.length > 0) {
    await table.transact(arrivals.map(({ pictureId }) => ({ remove: arrivalKey(pictureId) })));
  }
}

function arrivalOf({ pk: _pk, sk: _sk, arrived: _arrived, ...arrival }: Item): Arrival {
  // Arrivals of an earlier version had no scopes.
  return row<Arrival>({ scopes: [], ...arrival });
}

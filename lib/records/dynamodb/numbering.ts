import { setTimeout as wait } from 'node:timers/promises';
import pLimit from 'p-limit';
import { timeAfter } from '../shared/clock.ts';
import { row } from '../shared/row.ts';
import { type Action, isNew } from './action.ts';
import { again, type TableClient } from './client.ts';
import {
  arrivalKey,
  arrivalsPartition,
  counterKey,
  padded,
  pictureKey,
  processedPartition,
  runsPartition,
  scopePartition,
} from './items.ts';
import type { Item, Key } from './keys.ts';
import { lastRank } from './ranks.ts';

/** Where an answer's bytes are: in the item itself, or in parts beside it. */
export interface Kept {
  readonly bytes?: Uint8Array;
  readonly parts?: readonly Key[];
  /** The picture's id, where somebody was found in it: the table's stream is filtered by it. */
  readonly matched?: string;
}

interface Arrival extends Kept {
  /** The same, which stays with the answer. */
  readonly picture?: string;
  readonly pictureId: string;
  /** Where it is listed, see `scopesOf`. */
  readonly scopes: readonly string[];
}

/** A picture's number, and since when it has it, in milliseconds since 1970. */
export interface Numbered {
  readonly number: number;
  readonly at: number;
}

/** What the counter tells: the number that was given last, when, and how many pictures there are in these two scopes. */
interface Count {
  readonly last: number;
  readonly at: number;
  readonly match: number;
  readonly noMatch: number;
}

/** What a transaction takes. */
const maxActions = 100;
/** All of a list that was read have 1 MB at most, and a transaction takes 4. */
const arrivalsAtOnce = 25;
/** A crowd is in many scopes. */
const looksAtOnce = 10;
const longestPauseMs = 100;
/** So often one looks whether the first has done its work, before it does that itself: the first may be gone. */
const patientLooks = 4;
/** Whoever put an arrival there waits for it for seconds. What is older was left by a crash, and never acknowledged. */
const arrivalMs = 60_000;

/**
 * Numbers processed pictures 1, 2, … without a gap, so that a page is a range of numbers, and ranks them in their scopes in the same way.
 * The last number given, the new one, which picture has it, and its places change in one transaction. Where others are numbering at the
 * same moment, a picture is put down as an arrival, and whoever comes next numbers all that have arrived: many who write together need few
 * transactions.
 */
export function pictureNumbering(table: TableClient): (arrival: Arrival) => Promise<Numbered> {
  // Those of one process need not be in each other's way.
  const oneByOne = pLimit(1);
  let count: Count | undefined;
  let failure: { readonly at: number; readonly error: unknown } | undefined;

  async function numberAlone(arrival: Arrival): Promise<Numbered | undefined> {
    const before = count ?? countOf(await table.get(counterKey('processed')));
    count = undefined;
    const { actions, after } = await numbering(table, before, [arrival]);
    const { done, refused } = await table.transact(actions);
    if (!done) return numberedAs(refused.get(1));
    count = after;
    return { number: after.last, at: after.at };
  }

  async function numberTogether(arrival: Arrival): Promise<Numbered> {
    await table.settle(async () => {
      const put = { ...arrivalKey(arrival.pictureId), ...arrival, arrived: Date.now() };
      return (await table.transact([{ put }])).done || again;
    });
    // Whoever ends its pause first numbers the others too, and they have nothing left to do.
    await wait(Math.random() * longestPauseMs);
    try {
      return await numberArrivals(arrival);
    } catch (error) {
      // Or the next one would number what was not acknowledged.
      await forget(table, [arrival]).catch(() => undefined);
      throw error;
    }
  }

  function numberArrivals(arrival: Arrival): Promise<Numbered> {
    let awaited: string | undefined;
    let looks = 0;
    return table.settle(async () => {
      // The first of those who have arrived does the work of all, or they would all do it, and all but one in vain.
      const first = await firstArrived(table);
      looks = first === awaited ? looks + 1 : 1;
      awaited = first;
      if (first !== undefined && first < arrival.pictureId && looks <= patientLooks) return again;
      const counter = counterKey('processed');
      const items = await table.getAll([counter, pictureKey(arrival.pictureId)]);
      const known = numberedAs(items.find(({ pk }) => pk !== counter.pk));
      if (known) return known;
      const before = countOf(items.find(({ pk }) => pk === counter.pk));
      const arrivals = await arrivalsWith(table, arrival);
      const { actions, after } = await numbering(table, before, arrivals);
      const { done, refused } = await table.transact([
        ...actions,
        ...arrivals.map(({ pictureId }) => ({ remove: arrivalKey(pictureId) })),
      ]);
      if (done) return { number: before.last + 1, at: after.at };
      await forget(
        table,
        arrivals.filter((_, index) => refused.has(1 + index)),
      );
      return again;
    });
  }

  return (arrival) => {
    const since = performance.now();
    return oneByOne(async () => {
      // Those who waited for one that failed would fail in turn, each after as long a time.
      if (failure && failure.at > since) throw failure.error;
      try {
        return (await numberAlone(arrival)) ?? (await numberTogether(arrival));
      } catch (error) {
        failure = { at: performance.now(), error };
        throw error;
      }
    });
  };
}

function countOf(counter: Item | undefined): Count {
  // An earlier version counted the numbers alone.
  const { last = 0, at = 0, match = 0, noMatch = 0 } = (counter ?? {}) as Partial<Count>;
  return { last, at, match, noMatch };
}

function numberedAs(picture: Item | undefined): Numbered | undefined {
  return picture && { number: Number(picture.number), at: Number(picture.at ?? 0) };
}

/**
 * Gives the arrivals the numbers and ranks after those of `before`, if its number is the last one still, and none of the pictures has a
 * number. First comes the counter's action, and then one for each arrival that says which number it has.
 */
async function numbering(
  table: TableClient,
  before: Count,
  arrivals: readonly Arrival[],
): Promise<{ actions: Action[]; after: Count }> {
  const { at, isNewRun } = timeAfter(before.at);
  const ranks = await lastRanks(table, before, arrivals);
  const numbered = arrivals.map((arrival, index) => ({ ...arrival, number: before.last + 1 + index }));
  const pictures = numbered.map(
    ({ pictureId, number }): Action => ({ put: { ...pictureKey(pictureId), number, at }, ...isNew }),
  );
  const answers = numbered.map(({ pictureId: _, scopes: _scopes, number, ...kept }): Action => {
    return { put: { pk: processedPartition, sk: padded(number), at, ...kept } };
  });
  const places = numbered.flatMap(({ number, scopes }) =>
    scopes.map((scope): Action => {
      const rank = (ranks.get(scope) ?? 0) + 1;
      ranks.set(scope, rank);
      // A look into a scope may show it as it was before the transaction whose number the counter had already.
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
  return { actions: [changeOfCounter(before, after), ...pictures, ...answers, ...places, ...run], after };
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
  const limit = pLimit(looksAtOnce);
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

/** The id of the first of the pictures that have arrived, as long as there is one. */
async function firstArrived(table: TableClient): Promise<string | undefined> {
  const [first] = await arrivedItems(table, 1);
  return first?.sk;
}

async function arrivedItems(table: TableClient, atOnce: number): Promise<Item[]> {
  const { value = [] } = await table.query(arrivalsPartition, { atOnce }).next();
  return value;
}

/** This one, and some of the others that have arrived. What crashed writers left is cleared away. */
async function arrivalsWith(table: TableClient, own: Arrival): Promise<Arrival[]> {
  const items = await arrivedItems(table, arrivalsAtOnce);
  const isLeft = ({ arrived }: Item) => Date.now() - arrived > arrivalMs;
  await forget(table, items.filter(isLeft).map(arrivalOf));
  const others = items.filter((item) => !isLeft(item)).map(arrivalOf);
  return fitting([own, ...others.filter(({ pictureId }) => pictureId !== own.pictureId)]);
}

/** As many of them, the first ones, as one transaction has room for: at least one. */
function fitting(arrivals: readonly Arrival[]): Arrival[] {
  // The counter's, and that of a new run of times.
  let actions = 2;
  const tooMany = arrivals.findIndex(({ scopes }) => {
    // Its number, its answer, its removal, and its places.
    actions += 3 + scopes.length;
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
  // An earlier version told no scopes.
  return row<Arrival>({ scopes: [], ...arrival });
}

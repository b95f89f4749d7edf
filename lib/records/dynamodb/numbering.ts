import { setTimeout as wait } from 'node:timers/promises';
import pLimit from 'p-limit';
import { type Action, isNew } from './action.ts';
import { again, type Item, type Key, type TableClient } from './client.ts';
import {
  arrivalKey,
  arrivalsPartition,
  counterKey,
  padded,
  pictureKey,
  processedPartition,
} from './items.ts';

/** Where an answer's bytes are: in the item itself, or in parts beside it. */
export interface Kept {
  readonly bytes?: Uint8Array;
  readonly parts?: readonly Key[];
  /** The picture's id, where somebody was found in it: the table's stream is filtered by it. */
  readonly matched?: string;
}

interface Arrival extends Kept {
  readonly pictureId: string;
}

/** A transaction takes 100 actions, and an arrival three. All of a list that was read have 1 MB at most, and a transaction takes 4. */
const arrivalsAtOnce = 25;
const longestPauseMs = 100;
/** Whoever put an arrival there waits for it for seconds. What is older was left by a crash, and never acknowledged. */
const arrivalMs = 60_000;

/**
 * Numbers processed pictures 1, 2, … without a gap, so that a page is a range of numbers. The last number given, the new one, and
 * which picture has it change in one transaction. Where others are numbering at the same moment, a picture is put down as an arrival,
 * and whoever comes next numbers all that have arrived: many who write together need few transactions.
 */
export function pictureNumbering(table: TableClient): (pictureId: string, kept: Kept) => Promise<number> {
  // Those of one process need not be in each other's way.
  const oneByOne = pLimit(1);
  let last: number | undefined;
  let failure: { readonly at: number; readonly error: unknown } | undefined;

  async function numberAlone(arrival: Arrival): Promise<number | undefined> {
    last ??= lastNumber(await table.get(counterKey('processed')));
    const { done, refused } = await table.transact(numbering(last, [arrival]));
    last = done ? last + 1 : undefined;
    return done ? last : numberAt(refused.get(1));
  }

  async function numberTogether(arrival: Arrival): Promise<number> {
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

  function numberArrivals(arrival: Arrival): Promise<number> {
    return table.settle(async () => {
      const counter = counterKey('processed');
      const items = await table.getAll([counter, pictureKey(arrival.pictureId)]);
      const known = numberAt(items.find(({ pk }) => pk !== counter.pk));
      if (known !== undefined) return known;
      const before = lastNumber(items.find(({ pk }) => pk === counter.pk));
      const arrivals = await arrivalsWith(table, arrival);
      const { done, refused } = await table.transact([
        ...numbering(before, arrivals),
        ...arrivals.map(({ pictureId }) => ({ remove: arrivalKey(pictureId) })),
      ]);
      if (done) return before + 1;
      await forget(
        table,
        arrivals.filter((_, index) => refused.has(1 + 2 * index)),
      );
      return again;
    });
  }

  return (pictureId, kept) => {
    const since = performance.now();
    return oneByOne(async () => {
      // Those who waited for one that failed would fail in turn, each after as long a time.
      if (failure && failure.at > since) throw failure.error;
      try {
        const arrival = { pictureId, ...kept };
        return (await numberAlone(arrival)) ?? (await numberTogether(arrival));
      } catch (error) {
        failure = { at: performance.now(), error };
        throw error;
      }
    });
  };
}

const lastNumber = (counter: Item | undefined) => Number(counter?.last ?? 0);
const numberAt = (picture: Item | undefined) => picture && Number(picture.number);

/** Gives the arrivals the numbers after `last`, if that is the last one still, and none of the pictures has a number. */
function numbering(last: number, arrivals: readonly Arrival[]): Action[] {
  const next = last + arrivals.length;
  const counter: Action = {
    update: counterKey('processed'),
    change: 'SET #last = :next',
    ...(last === 0 ? isNew : { condition: '#last = :last' }),
    values: last === 0 ? { next } : { next, last },
  };
  const pictures = arrivals.flatMap(({ pictureId, ...kept }, index): Action[] => {
    const number = last + 1 + index;
    return [
      { put: { ...pictureKey(pictureId), number }, ...isNew },
      { put: { pk: processedPartition, sk: padded(number), ...kept } },
    ];
  });
  return [counter, ...pictures];
}

/** This one, and some of the others that have arrived. What crashed writers left is cleared away. */
async function arrivalsWith(table: TableClient, own: Arrival): Promise<Arrival[]> {
  const { value: items = [] }: { value?: Item[] | undefined } = await table
    .query(arrivalsPartition, { atOnce: arrivalsAtOnce })
    .next();
  const isLeft = ({ arrived }: Item) => Date.now() - arrived > arrivalMs;
  await forget(table, items.filter(isLeft).map(arrivalOf));
  const others = items.filter((item: Item) => !isLeft(item)).map(arrivalOf);
  return [own, ...others.filter(({ pictureId }) => pictureId !== own.pictureId)];
}

async function forget(table: TableClient, arrivals: readonly Arrival[]): Promise<void> {
  if (arrivals.length > 0) {
    await table.transact(arrivals.map(({ pictureId }) => ({ remove: arrivalKey(pictureId) })));
  }
}

function arrivalOf({ pk: _pk, sk: _sk, arrived: _arrived, ...arrival }: Item): Arrival {
  return arrival as unknown as Arrival;
}

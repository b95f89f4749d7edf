import type { AuditFacts } from '../../audit/port.ts';
import { row } from '../shared/row.ts';
import { again, type TableClient } from './client.ts';
import { arrivalKey, arrivalsPartition } from './items.ts';
import type { Kept } from './kept.ts';
import type { Item } from './keys.ts';

/** A picture that waits for its number. */
export interface Arrival extends Kept {
  /** The same, which stays with the answer. */
  readonly picture?: string;
  readonly pictureId: string;
  /** Scopes of the picture, see `scopesOf`. */
  readonly scopes: readonly string[];
  /** Its line of the audit trail, but for its number; an earlier version told none. */
  readonly facts?: AuditFacts;
}

/** Limit on the actions of a transaction. */
const maxActions = 100;
/** Number of arrivals that are read at once: a list has at most 1 MB, and a transaction takes 4 MB. */
const arrivalsAtOnce = 25;
/**
 * Milliseconds after which an arrival is abandoned. Its writer waits only for seconds, so an older one was
 * left by a crash, and never acknowledged.
 */
const arrivalMs = 60_000;

/** Stores an arrival, for whoever has the turn. */
export async function putArrival(table: TableClient, arrival: Arrival): Promise<void> {
  await table.settle(async () => {
    const put = { ...arrivalKey(arrival.pictureId), ...arrival, arrived: Date.now() };
    return (await table.transact([{ put }])).done || again;
  });
}

/** Arrivals that one transaction numbers, and whether others wait besides. */
export interface Waiting {
  readonly arrivals: readonly Arrival[];
  readonly isAll: boolean;
}

/**
 * Returns this arrival, if given, and some of the others. It also removes those that crashed writers left.
 */
export async function arrivalsWith(table: TableClient, own?: Arrival): Promise<Waiting> {
  const listed = await table.query(arrivalsPartition, { atOnce: arrivalsAtOnce }).next();
  const items: Item[] = listed.value ?? [];
  const isLeft = ({ arrived }: Item) => Date.now() - arrived > arrivalMs;
  await removeArrivals(table, items.filter(isLeft).map(arrivalOf));
  const others = items.filter((item) => !isLeft(item)).map(arrivalOf);
  const all = own ? [own, ...others.filter(({ pictureId }) => pictureId !== own.pictureId)] : others;
  const arrivals = fitting(all);
  return { arrivals, isAll: arrivals.length === all.length };
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

/** Removes arrivals, whether they are still there or not. */
export async function removeArrivals(table: TableClient, arrivals: readonly Arrival[]): Promise<void> {
  if (arrivals.length > 0) {
    await table.transact(arrivals.map(({ pictureId }) => ({ remove: arrivalKey(pictureId) })));
  }
}

function arrivalOf({ pk: _pk, sk: _sk, arrived: _arrived, ...arrival }: Item): Arrival {
  // Arrivals of an earlier version had no scopes.
  return row<Arrival>({ scopes: [], ...arrival });
}

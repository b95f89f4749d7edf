import pLimit from 'p-limit';
import type { AuditFacts } from '../../audit/port.ts';
import { timeAfter } from '../shared/clock.ts';
import { type Action, isNew } from './action.ts';
import type { Arrival } from './arrivals.ts';
import type { TableClient } from './client.ts';
import { counterKey, padded, pictureKey, processedKey, runsPartition, scopePartition } from './items.ts';
import { lastRank } from './ranks.ts';

/** State of the counter: the last number, its time, and the number of pictures in these two scopes. */
export interface Count {
  readonly last: number;
  readonly at: number;
  readonly match: number;
  readonly noMatch: number;
}

/** Limit on the scopes read at the same time, because a crowd is in many. */
const scopesAtOnce = 10;

/**
 * Makes the actions that give arrivals the numbers and ranks after those of `before`. Their conditions are
 * that its number is still the last, and that no picture has a number yet. The counter's action comes first,
 * then one for each arrival's number.
 */
export async function numberingActions(
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
    return { put: { ...processedKey(number), at, ...kept, ...actor } };
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

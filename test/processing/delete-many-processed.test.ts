import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { serviceFacts } from '../../lib/audit/chain.ts';
import { rangesOf } from '../../lib/audit/ranges.ts';
import { type AuditScope, inAuditScope } from '../../lib/audit/scope.ts';
import { deleteManyProcessed } from '../../lib/processing/delete-many-processed.ts';
import { SqliteAudit } from '../../lib/records/sqlite/audit.ts';
import { down, failing, interrupted, stepAfter, stepBefore } from '../blacklist/steps.ts';
import { useStores } from '../blacklist/stores.ts';
import { processedResult, resultShowing } from '../suites/records/fixtures.ts';

const stores = useStores();

test('each step of a deletion leaves its line with it, and a dry run tells that it was none', async () => {
  const { ports, database } = stores;
  const trail = new SqliteAudit(database);
  const add = async () => (await ports.records.addProcessed(randomUUID(), processedResult())).id;
  const ids: number[] = [];
  for (let count = 0; count < 25; count += 1) ids.push(await add());
  const [first = 0, last = 0] = [ids[0], ids.at(-1)];
  const told = async (work: () => Promise<unknown>) => {
    const scope: AuditScope = { ...serviceFacts('ada', 'deleteManyProcessed'), requestId: 'r', written: 0 };
    await inAuditScope(scope, work);
    const { items } = await trail.list({ actor: 'ada', limit: Math.max(1, scope.written) });
    return scope.written > 0 ? items.map(({ detail }) => detail) : scope.detail;
  };
  const until = new Date(Date.now() + 1_000).toISOString();
  expect(await told(() => deleteManyProcessed(ports, { until, dry_run: true }))).toBe('dry run: 25 found');
  // The first step is done, and has its line, though the request fails.
  const broken = failing(ports, stepBefore('records.removeProcessed 2'));
  const failed = () => expect(deleteManyProcessed(broken, { until })).rejects.toBe(down);
  expect(await told(failed)).toEqual([`deleted: ${first}-${first + 19}`]);
  expect(await told(() => deleteManyProcessed(ports, { until }))).toEqual([`deleted: ${last - 4}-${last}`]);
  expect(await told(() => deleteManyProcessed(ports, { until }))).toBe('0 found, 0 deleted');
});

/** Keeps pictures, and returns their ids. */
async function keep(count: number, ...shown: number[]): Promise<number[]> {
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1)
    ids.push((await stores.ports.records.addProcessed(randomUUID(), resultShowing(...shown))).id);
  return ids;
}

async function left(): Promise<(number | null)[]> {
  const { items } = await stores.ports.records.listProcessed({ limit: 100, offset: 0 });
  return items.map(({ db_id }) => db_id).reverse();
}

test('what people judge otherwise while others go stays, and nothing goes that was not named', async () => {
  const { ports } = stores;
  const ids = await keep(26, 1);
  const judge = (id: number | undefined, verdict: 'confirmed' | 'rejected') => {
    const review = { faceIndex: 0, entryId: 1, verdict, note: null, actor: 'bob' } as const;
    return ports.records.reviewProcessed(id ?? 0, review, 1);
  };
  for (const id of ids.slice(0, 25)) await judge(id, 'rejected');
  const found = await deleteManyProcessed(ports, { review: 'rejected', dry_run: true });
  expect(found).toMatchObject({ matched: 25, ids: ids.slice(0, 25).reverse() });
  const meanwhile = interrupted(ports, stepAfter('records.removeProcessed'), async () => {
    await judge(ids[22], 'confirmed');
    await judge(ids[25], 'rejected');
  });
  const done = await deleteManyProcessed(meanwhile, { review: 'rejected', ids: found.ids?.join() });
  expect(done).toEqual({ dry_run: false, matched: 24, deleted: 24, remaining: 0 });
  expect(await left()).toEqual([ids[22], ids[25]]);
});

test('a picture that somebody else deletes at the same moment is not counted', async () => {
  const { ports } = stores;
  const ids = await keep(3);
  const meanwhile = interrupted(ports, stepBefore('records.removeProcessed'), async () => {
    await ports.records.removeProcessed([ids[1] ?? 0]);
  });
  expect(await deleteManyProcessed(meanwhile, { ids: ids.join() })).toMatchObject({ deleted: 2 });
});

test('pictures that come while others go by a filter stay', async () => {
  const { ports } = stores;
  const before = await left();
  await keep(45);
  const came: number[] = [];
  const meanwhile = interrupted(ports, stepAfter('records.removeProcessed'), async () => {
    came.push(...(await keep(5)));
  });
  const done = await deleteManyProcessed(meanwhile, { has_match: false });
  expect(done).toEqual({ dry_run: false, matched: 45, deleted: 45, remaining: 0 });
  expect(await left()).toEqual([...before, ...came]);
});

test('ids are written as ranges, and very many are cut off', () => {
  expect(rangesOf([])).toBe('');
  expect(rangesOf([7, 3, 1, 2, 9, 8])).toBe('1-3, 7-9');
  const odd = Array.from({ length: 100_000 }, (_, index) => 2 * index + 1);
  expect(rangesOf(odd).length).toBeLessThan(4_100);
  expect(rangesOf(odd)).toMatch(/^1, 3, 5, .*, … 199999$/);
});

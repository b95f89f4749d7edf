import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { serviceFacts } from '../../lib/audit/chain.ts';
import { rangesOf } from '../../lib/audit/ranges.ts';
import { type AuditScope, inAuditScope } from '../../lib/audit/scope.ts';
import { deleteManyProcessed } from '../../lib/processing/delete-many-processed.ts';
import { SqliteAudit } from '../../lib/records/sqlite/audit.ts';
import { down, failing, stepBefore } from '../blacklist/steps.ts';
import { useStores } from '../blacklist/stores.ts';
import { processedResult } from '../suites/records/fixtures.ts';

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

test('ids are written as ranges, and very many are cut off', () => {
  expect(rangesOf([])).toBe('');
  expect(rangesOf([7, 3, 1, 2, 9, 8])).toBe('1-3, 7-9');
  const odd = Array.from({ length: 100_000 }, (_, index) => 2 * index + 1);
  expect(rangesOf(odd).length).toBeLessThan(4_100);
  expect(rangesOf(odd)).toMatch(/^1, 3, 5, .*, … 199999$/);
});

import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { serviceFacts } from '../../lib/audit/chain.ts';
import { type AuditScope, inAuditScope } from '../../lib/audit/scope.ts';
import { deleteManyProcessed, rangesOf } from '../../lib/processing/delete-many-processed.ts';
import { down, failing, stepBefore } from '../blacklist/steps.ts';
import { useStores } from '../blacklist/stores.ts';
import { processedResult } from '../suites/records/fixtures.ts';

const stores = useStores();

test('the audit trail is told how many went, which, and of a dry run that none did', async () => {
  const { ports } = stores;
  const add = async () => (await ports.records.addProcessed(randomUUID(), processedResult())).id;
  const ids: number[] = [];
  for (let count = 0; count < 25; count += 1) ids.push(await add());
  const [first = 0, last = 0] = [ids[0], ids.at(-1)];
  const told = async (work: () => Promise<unknown>) => {
    const scope: AuditScope = { ...serviceFacts('ada', 'deleteManyProcessed'), requestId: 'r', written: 0 };
    await inAuditScope(scope, work);
    return scope.detail;
  };
  const until = new Date(Date.now() + 1_000).toISOString();
  expect(await told(() => deleteManyProcessed(ports, { until, dry_run: true }))).toBe('dry run: 25 found');
  const broken = failing(ports, stepBefore('records.removeProcessed 2'));
  expect(await told(() => expect(deleteManyProcessed(broken, { until })).rejects.toBe(down))).toBe(
    `25 of 25 deleted: ${first}-${last}`,
  );
  expect(await told(() => deleteManyProcessed(ports, { until }))).toBe(`5 of 5 deleted: ${last - 4}-${last}`);
  expect(await told(() => deleteManyProcessed(ports, { until }))).toBe('0 found');
});

test('ids are written as ranges, and very many are cut off', () => {
  expect(rangesOf([])).toBe('');
  expect(rangesOf([7, 3, 1, 2, 9, 8])).toBe('1-3, 7-9');
  const odd = Array.from({ length: 100_000 }, (_, index) => 2 * index + 1);
  expect(rangesOf(odd).length).toBeLessThan(4_100);
  expect(rangesOf(odd)).toMatch(/^1, 3, 5, .*, … 199999$/);
});

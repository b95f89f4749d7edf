import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { serviceFacts } from '../../lib/audit/chain.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { parseConfig } from '../../lib/config.ts';
import { dayMs } from '../../lib/days.ts';
import { openFolderLeftovers } from '../../lib/inbox/folder-leftovers.ts';
import { log } from '../../lib/log.ts';
import { SqliteAudit } from '../../lib/records/sqlite/audit.ts';
import { SqliteKeptAnswers } from '../../lib/records/sqlite/kept-answers.ts';
import { type HousekeepingPorts, keepHouse } from '../../lib/service/housekeeping.ts';
import { removeStaleUploads } from '../../lib/uploads/files.ts';
import { complete, contents, useStores } from '../blacklist/stores.ts';

const used = useStores();
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const start = Date.parse('2026-05-04T09:30:00.000Z');
const goTo = (days: number) => vi.useFakeTimers({ toFake: ['Date'], now: start + days * dayMs });
const config = parseConfig({ EXPIRED_DAYS: '0', AUDIT_DAYS: '1' });

function portsOf(): HousekeepingPorts {
  const stores = async () => ({ ...used.ports, leftovers: openFolderLeftovers(used.folder) });
  return {
    stores,
    claimedStores: stores,
    keptAnswers: async () => new SqliteKeptAnswers(used.database),
    audit: async () => new SqliteAudit(used.database),
    uploads: async () => ({ removeStale: (age: Date) => removeStaleUploads(used.folder, age) }) as never,
  };
}

const linesOf = async () => {
  const trail = new SqliteAudit(used.database);
  const lines = [];
  for (const chain of await trail.chains()) lines.push(...(await Array.fromAsync(trail.read(chain))));
  return lines.length;
};

const round = () => keepHouse(portsOf(), config, { task: 'compare' });

describe('the housekeeping', () => {
  test('deletes nobody because of age while the clock has jumped, and all once it is trusted', async () => {
    vi.spyOn(log(), 'warn').mockImplementation(() => undefined);
    goTo(0);
    await round();
    await createEntry(
      used.ports,
      { name: 'Jane Roe', reason: null, expires_at: new Date(start + 10 * dayMs).toISOString() },
      [{ fileName: 'a.jpg', bytes: used.pictures.listed }],
    );
    await new SqliteAudit(used.database).append([serviceFacts('a test', 'sweep')]);
    const lines = await linesOf();
    goTo(60);
    for (let count = 0; count < 3; count += 1) {
      expect(await round()).toMatchObject({ isSteady: false, errors: [], sweep: { expiredErased: 0 } });
    }
    expect(await contents(used.ports)).toEqual(complete({ 'Jane Roe': 1 }));
    expect(await linesOf()).toBeGreaterThanOrEqual(lines);
    for (let days = 61; days < 67; days += 1) {
      goTo(days);
      expect(await round()).toMatchObject({ isSteady: false, sweep: { expiredErased: 0 } });
    }
    goTo(67);
    await round();
    goTo(68);
    expect(await round()).toMatchObject({ isSteady: true, errors: [], sweep: { expiredErased: 1 } });
  });

  test('finishes what broke off before it deletes by age, which may take all of the time', async () => {
    const done: string[] = [];
    const noted = vi.spyOn(used.ports.records, 'noteRetention').mockImplementation(async () => {
      done.push('retention');
    });
    const { stores, ...ports } = portsOf();
    const claimedStores = async () => {
      done.push('sweep');
      return stores();
    };
    goTo(0);
    await keepHouse({ ...ports, stores, claimedStores }, config, { task: 'compare' });
    noted.mockRestore();
    expect([...new Set(done)]).toEqual(['sweep', 'retention']);
  });

  test('does the other parts where one fails, and deletes nothing by age where the stores are away', async () => {
    vi.spyOn(log(), 'error').mockImplementation(() => undefined);
    const away = new Error('The table is away.');
    const removeExpired = vi.fn(async () => 0);
    const ports = { ...portsOf(), keptAnswers: async () => ({ removeExpired }) as never };
    const claimless = { ...ports, claimedStores: () => Promise.reject(away) };
    goTo(70);
    await keepHouse(ports, config, { task: 'finish' });
    removeExpired.mockClear();
    expect(await keepHouse(claimless, config, { task: 'compare' })).toEqual({
      sweep: undefined,
      isSteady: true,
      errors: [away],
    });
    expect(removeExpired).toHaveBeenCalledOnce();
    const storeless = { ...ports, stores: () => Promise.reject(away) };
    expect(await keepHouse(storeless, config, { task: 'finish' })).toMatchObject({ isSteady: false });
    expect(removeExpired).toHaveBeenCalledOnce();
  });
});

test('nobody else deletes by age: a copy would go without the check of the clock', () => {
  const byAge = /\b(retain|forgetFaces|expiredBefore|auditedSince|removeStale|removeExpired|removeBefore)\(/;
  const root = join(import.meta.dirname, '../..');
  const callers = globSync('{functions,local,lib/{service,wiring,inbox}}/**/*.ts', {
    cwd: root,
  })
    .filter((file) => !file.includes('/emulators/') && !file.includes('/console/'))
    .filter((file) => byAge.test(readFileSync(join(root, file), 'utf8').replaceAll(/function \w+\(/g, '')));
  expect(callers.sort()).toEqual(['lib/service/housekeeping.ts']);
});

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '../../../lib/config.ts';
import { daysBefore } from '../../../lib/days.ts';
import { records } from '../../../lib/wiring/open.ts';
import { temporaryFolder } from '../../api/server-process.ts';
import { runCommandProcess } from './run-command.ts';

const shift = join(import.meta.dirname, 'shifted-clock.mjs');

test('npm run sweep deletes nobody who only seems to have expired, for the clock has jumped', async () => {
  await using folder = await temporaryFolder();
  const settings = { DATA_DIR: folder.path, LOG_LEVEL: 'warn' };
  const store = await records(parseConfig(settings));
  const expiresAt = daysBefore(-10).toISOString();
  const { id } = await store.createEntry({ name: 'Jane Roe', reason: null, expiresAt });
  await store.activateEntry(id);
  const sweep = async (days: number) => {
    const shifted = { ...settings, NODE_OPTIONS: `--import ${shift}`, SHIFT_DAYS: String(days) };
    const { code, output, errors } = await runCommandProcess('sweep', [], shifted);
    return { code, errors, ...JSON.parse(output) };
  };
  expect(await sweep(0)).toMatchObject({ code: 0, errors: '', expiredErased: 0 });
  for (const days of [60, 60.1]) {
    const { code, errors, expiredErased } = await sweep(days);
    expect([code, expiredErased]).toEqual([0, 0]);
    expect(errors).toContain('nothing was deleted because of its age');
    if (days === 60) expect(errors).toContain('In case that the clock is wrong, nothing is deleted');
  }
  expect(await store.getEntry(id)).toMatchObject({ name: 'Jane Roe', status: 'ACTIVE' });
  await store.close();
});

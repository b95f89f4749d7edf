import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseConfig, settings } from '../../lib/config.ts';

const page = await readFile('docs/privacy.md', 'utf8');

test('docs/privacy.md has the limits that count by default', () => {
  const { keepDays, recoveryDays } = parseConfig({});
  for (const [name, days] of Object.entries({
    KEEP_UNMATCHED_DAYS: keepDays.unmatched,
    KEEP_MATCHED_DAYS: keepDays.matched,
    KEEP_REJECTED_DAYS: keepDays.rejected,
    RECOVERY_DAYS: recoveryDays,
  })) {
    expect(page).toContain(`\`${name}\`, ${days} days |`);
  }
});

test('docs/privacy.md tells the role of each setting that keeps or deletes, and names none that there is not', () => {
  const named = new Set([...page.matchAll(/`([A-Z][A-Z_]{4,})(?:=\w+)?`/g)].map(([, name = '']) => name));
  const known = new Set(Object.keys(settings.shape));
  expect([...named].filter((name) => !known.has(name) && name !== 'DATA_DIR')).toEqual([]);
  const keeping = [...known].filter((name) => /^(KEEP_|RETENTION_|STRIP_|RECOVERY_)/.test(name));
  expect(keeping.length).toBeGreaterThan(5);
  for (const name of keeping) expect(page).toContain(`| \`${name}\` |`);
});

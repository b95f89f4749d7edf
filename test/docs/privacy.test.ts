import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { settings } from '../../lib/config.ts';
import { privacyPage } from '../../local/commands/privacy-page.ts';

const page = await readFile('docs/privacy.md', 'utf8');

test('the tables of docs/privacy.md are as the settings are', () => {
  expect(page, 'run: npm run docs').toBe(privacyPage(page));
});

test('docs/privacy.md has each limit with the days that count by default', () => {
  for (const [name, schema] of Object.entries(settings.shape).filter(([name]) => name.endsWith('_DAYS'))) {
    const days = Number(schema.safeParse(undefined).data);
    expect(page).toContain(days === 0 ? `\`${name}\`, 0: never kept |` : `\`${name}\`, ${days} days |`);
  }
});

test('docs/privacy.md tells the role of each setting that keeps or deletes, and names none that there is not', () => {
  const named = new Set([...page.matchAll(/`([A-Z][A-Z_]{4,})(?:=\w+)?`/g)].map(([, name = '']) => name));
  const known = new Set(Object.keys(settings.shape));
  expect([...named].filter((name) => !known.has(name) && name !== 'DATA_DIR')).toEqual([]);
  const keeping = [...known].filter((name) => /^(KEEP_|RETENTION_|STRIP_)|_DAYS$/.test(name));
  expect(keeping.length).toBeGreaterThan(7);
  for (const name of keeping) expect(page).toContain(`| \`${name}\` |`);
});

test('a page without a place for a table is refused', () => {
  expect(() => privacyPage(page.replaceAll('<!-- end of kept -->', ''))).toThrow('end of kept');
});

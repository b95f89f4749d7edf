import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { settings } from '../../lib/config.ts';
import { receiverSettings } from '../../lib/events/receivers.ts';
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

test('docs/privacy.md tells the role of each setting that sends something out, or names where it goes or comes from', () => {
  const known = Object.keys(settings.shape);
  // The address of the service itself leads nowhere else.
  const sending = known.filter(
    (name) =>
      name !== 'PUBLIC_URL' &&
      /_URL$|^MQTT_|^CAMERAS?(_|$)|_NETWORKS$|_BACKEND$|_(BUCKET|TABLE)_NAME$|_COLLECTION_ID$/.test(name) &&
      name !== 'DETECTOR_BACKEND',
  );
  expect(sending).toEqual(expect.arrayContaining([...receiverSettings]));
  for (const name of sending) expect(page).toContain(`| \`${name}\` |`);
});

test('docs/privacy.md has each folder that the code makes for itself in DATA_DIR', () => {
  const sources = globSync('{lib,local}/**/*.ts').map((file) => readFileSync(file, 'utf8'));
  const folders = sources.flatMap((source) =>
    [...source.matchAll(/join\((?:config\.)?dataDir, '(\w+)'\)/g)].map(([, name = '']) => name),
  );
  expect(new Set(folders).size).toBeGreaterThan(6);
  // These have settings of their own, by which the page names them.
  const named = ['blacklist', 'processed', 'cropped'];
  for (const name of folders.filter((name) => !named.includes(name)))
    expect(page).toContain(`\`DATA_DIR/${name}/\``);
});

test.each(['README.md', 'SECURITY.md'])('%s tells of everything that leaves the machine', async (name) => {
  const text = await readFile(name, 'utf8');
  for (const way of [...receiverSettings, 'CAMERAS', '`npm run watch -- --api`']) expect(text).toContain(way);
});

test('a page without a place for a table is refused', () => {
  expect(() => privacyPage(page.replaceAll('<!-- end of kept -->', ''))).toThrow('end of kept');
});

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { settings } from '../../lib/config.ts';
import { describedNames, exampleFile, settingsPage } from '../../local/commands/settings-page.ts';

test('the settings page and the example file are as the schema is', async () => {
  expect(await readFile('docs/settings.md', 'utf8'), 'run: npm run docs').toBe(settingsPage());
  expect(await readFile('.env.example', 'utf8'), 'run: npm run docs').toBe(exampleFile());
});

test('every setting is described once', () => {
  const others = [
    'REKOGNITION_PORT',
    'REKOGNITION_DATA_DIR',
    'REKOGNITION_HOST',
    'REKOGNITION_CONSISTENCY_MS',
  ];
  expect(describedNames().sort()).toEqual([...Object.keys(settings.shape), ...others].sort());
});

test('a default is shown as the environment takes it', () => {
  const lines = exampleFile().matchAll(/^# ([A-Z_]+)=(.+)$/gm);
  const shown = Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
  expect(Object.keys(shown)).toContain('PORT');
  for (const [name, value] of Object.entries(shown)) {
    const schema = settings.shape[name as keyof typeof settings.shape];
    if (schema) expect(schema.safeParse(value).error?.issues[0]?.message, `${name}=${value}`).toBeUndefined();
  }
});

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { settings } from '../../lib/config.ts';
import { describedNames, exampleFile, settingsPage } from '../../local/commands/settings-page.ts';

test('the settings page and the example file are as the schema is', async () => {
  expect(await readFile('docs/settings.md', 'utf8'), 'run: npm run docs').toBe(settingsPage());
  expect(await readFile('.env.example', 'utf8'), 'run: npm run docs').toBe(exampleFile());
});

test('every setting is described once', () => {
  const others = ['REKOGNITION_PORT', 'REKOGNITION_DATA_DIR', 'REKOGNITION_CONSISTENCY_MS'];
  expect(describedNames().sort()).toEqual([...Object.keys(settings.shape), ...others].sort());
});

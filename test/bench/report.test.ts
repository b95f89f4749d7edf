import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownOutput } from '../../bench/options.ts';
import { plotsOf } from '../../bench/report/plots.ts';
import { readResults } from '../../bench/report/results.ts';
import { tablesOf, withTables } from '../../bench/report/tables.ts';

test('the README and its plots show the figures that were measured last', async () => {
  const results = await readResults(ownOutput.results);
  const tables = tablesOf(results);
  expect([...tables.keys()]).toEqual(expect.arrayContaining(['accuracy', 'speed']));
  const readme = await readFile(ownOutput.readme as string, 'utf8');
  expect(withTables(readme, tables)).toBe(readme);
  for (const [name, svg] of plotsOf(results)) {
    expect(await readFile(join(ownOutput.plots, name), 'utf8'), name).toBe(svg);
    expect(readme).toContain(`](docs/${name})`);
  }
});

test('a document without a place for a table is refused, and others keep their words', () => {
  const table = new Map([['speed' as const, 'new']]);
  expect(withTables('a\n<!-- bench: speed -->\nold\n<!-- /bench -->\nb', table)).toBe(
    'a\n<!-- bench: speed -->\n\nnew\n\n<!-- /bench -->\nb',
  );
  expect(() => withTables('a\n<!-- bench: search -->\n<!-- /bench -->', table)).toThrow('bench: speed');
});

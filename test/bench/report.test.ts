import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownOutput } from '../../bench/options.ts';
import { plotsOf } from '../../bench/report/plots.ts';
import { readResults } from '../../bench/report/results.ts';
import { tablesOf, withTables } from '../../bench/report/tables.ts';

test('the documents and their plots show the figures that were measured last', async () => {
  const results = await readResults(ownOutput.results);
  const tables = tablesOf(results);
  expect([...tables.keys()]).toEqual(expect.arrayContaining(['summary', 'accuracy', 'speed']));
  const texts = await Promise.all((ownOutput.documents ?? []).map((path) => readFile(path, 'utf8')));
  for (const name of tables.keys()) expect(texts.join()).toContain(`<!-- bench: ${name} -->`);
  for (const text of texts) expect(withTables(text, tables)).toBe(text);
  for (const [name, svg] of await plotsOf(results)) {
    expect(await readFile(join(ownOutput.plots, name), 'utf8'), name).toBe(svg);
    expect(texts[0]).toContain(`](${name})`);
  }
});

test('a table that is never closed is refused, and all else keeps its words', () => {
  const table = new Map([['speed' as const, 'new']]);
  expect(withTables('a\n<!-- bench: speed -->\nold\n<!-- /bench -->\nb', table)).toBe(
    'a\n<!-- bench: speed -->\n\nnew\n\n<!-- /bench -->\nb',
  );
  expect(withTables('no table', table)).toBe('no table');
  expect(() => withTables('a\n<!-- bench: speed -->\nold', table)).toThrow('bench: speed');
});

/**
 * Draws the plots and writes the documents' tables from the figures that were measured last.
 * usage: npm run bench -- report
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Results } from '../figures.ts';
import { type Output, parseOptions } from '../options.ts';
import { plotsOf } from './plots.ts';
import { readResults, saveResults } from './results.ts';
import { tablesOf, withTables } from './tables.ts';

/** Keeps a benchmark's figures, and shows them with the others'. */
export async function saveReport(out: Output, figures: Results): Promise<void> {
  await show(out, await saveResults(out.results, figures));
}

async function show({ results: folder, plots, documents = [] }: Output, results: Results): Promise<void> {
  await mkdir(plots, { recursive: true });
  const drawn = await plotsOf(results);
  for (const [name, svg] of drawn) await writeFile(join(plots, name), svg);
  for (const document of documents) {
    await writeFile(document, withTables(await readFile(document, 'utf8'), tablesOf(results)));
  }
  const written = [
    join(folder, 'results.json'),
    ...[...drawn.keys()].map((name) => join(plots, name)),
    ...documents,
  ];
  console.log(`Written: ${written.map((file) => relative(process.cwd(), file)).join(', ')}.`);
}

export async function run(words: readonly string[]): Promise<void> {
  const { out } = parseOptions(words);
  await show(out, await readResults(out.results));
}

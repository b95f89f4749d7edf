import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import type { Provenance, Results } from '../figures.ts';
import { repository } from '../options.ts';

/** Describes the conditions of a measurement. Call it before measuring, as it notes the machine's load. */
export function provenanceOf(command: string): Provenance {
  return {
    machine: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    commit: checkedOut(),
    date: new Date().toISOString().slice(0, 10),
    command,
    loadAverage: Number(loadavg()[0]?.toFixed(1)),
  };
}

function checkedOut(): string {
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: repository, encoding: 'utf8' }).trim();
  try {
    // Files that the benchmark itself writes do not count as changed.
    const others = [':!bench/results.json', ':!docs', ':!README.md'];
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', '.', ...others) !== '';
    return git('rev-parse', '--short=10', 'HEAD') + (changed ? '+' : '');
  } catch {
    return 'unknown';
  }
}

/** Reads the figures in a folder; there are none before the first measurement. */
export async function readResults(folder: string): Promise<Results> {
  try {
    return JSON.parse(await readFile(join(folder, 'results.json'), 'utf8')) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** Replaces some benchmarks' figures and keeps the others'. */
export async function saveResults(folder: string, figures: Results): Promise<Results> {
  const results = { ...(await readResults(folder)), ...figures };
  await mkdir(folder, { recursive: true });
  const text = JSON.stringify(
    results,
    (_, value) => (typeof value === 'number' ? shortened(value) : value),
    1,
  );
  // Puts a list of numbers on one line.
  const compact = text.replace(/\[[-+\d.,eE\s]+\]/g, (list) => list.replace(/\s+/g, ''));
  await writeFile(join(folder, 'results.json'), `${compact}\n`);
  return JSON.parse(text) as Results;
}

/** Shortens a number to six digits; no figure is more precise. */
function shortened(value: number): number {
  return Number(value.toPrecision(6));
}

import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import type { ModelVersionName } from '../../lib/faces/engine/models/models.ts';
import type { AccuracyFigures } from '../accuracy/accuracy.ts';
import type { ConfidenceFigures } from '../accuracy/confidence.ts';
import type { SearchFigures } from '../search/search-one.ts';
import type { ServiceFigures } from '../service/service.ts';
import type { SpeedFigures } from '../speed/speed.ts';

/** Where, when and how figures were measured. */
export interface Provenance {
  readonly machine: string;
  readonly cores: number;
  readonly node: string;
  /** What was checked out; with a plus where files had been changed. */
  readonly commit: string;
  readonly date: string;
  readonly command: string;
  /** Of the minute before: how many threads of anybody wanted a core. */
  readonly loadAverage: number;
}

/** What `results.json` holds: the last figures of each benchmark. */
export interface Results {
  readonly accuracy?: Partial<Record<ModelVersionName, Provenance & AccuracyFigures>>;
  readonly speed?: Provenance & SpeedFigures;
  readonly service?: Provenance & ServiceFigures;
  readonly confidence?: Provenance & ConfidenceFigures;
  readonly search?: Provenance & { readonly sizes: readonly SearchFigures[] };
}

export const repository = join(import.meta.dirname, '../..');

/** Call it before the measurement. */
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
    // What the benchmark itself writes is no change.
    const others = [':!bench/results.json', ':!docs', ':!README.md'];
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', '.', ...others) !== '';
    return git('rev-parse', '--short=10', 'HEAD') + (changed ? '+' : '');
  } catch {
    return 'unknown';
  }
}

/** The figures in a folder; none where there are none yet. */
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
  // A list of numbers takes one line.
  const compact = text.replace(/\[[-+\d.,eE\s]+\]/g, (list) => list.replace(/\s+/g, ''));
  await writeFile(join(folder, 'results.json'), `${compact}\n`);
  return JSON.parse(text) as Results;
}

/** Six digits are more than any of them means. */
function shortened(value: number): number {
  return Number(value.toPrecision(6));
}

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { WrongUseError } from './wrong-use.ts';

export const repository = join(import.meta.dirname, '..');

/** Places to which a benchmark writes what it measured. */
export interface Output {
  /** The folder of `results.json`. */
  readonly results: string;
  /** The folder of the plots. */
  readonly plots: string;
  /**
   * Documents whose tables show the figures: first the one with all tables but the summary, then the one with
   * the summary.
   */
  readonly documents?: readonly string[];
}

/** A benchmark's options from the command line. */
export interface BenchOptions {
  /** A folder of people. */
  readonly data?: string;
  readonly model?: string;
  /** File that keeps what a run of `video` has seen, for the next one. */
  readonly looks?: string;
  /** True where `video` is to compute the directions that a passage's mean is freed of. */
  readonly directions: boolean;
  readonly out: Output;
  readonly numbers: readonly number[];
}

/** The repository's own figures, plots and documents. */
export const ownOutput: Output = {
  results: join(repository, 'bench'),
  plots: join(repository, 'docs'),
  documents: [join(repository, 'docs/benchmarks.md'), join(repository, 'README.md')],
};

/**
 * Reads the options of one benchmark.
 *
 * @param words the words after the benchmark's name
 * @throws WrongUseError if a word is no option and no number.
 */
export function parseOptions(words: readonly string[]): BenchOptions {
  const { values, positionals } = parseWords(words);
  const wrong = positionals.find((word) => !/^\d+$/.test(word));
  if (wrong !== undefined) throw new WrongUseError(`'${wrong}' is not understood: only numbers go there.`);
  const folder = values.out === undefined ? undefined : resolve(values.out);
  return {
    ...(values.data !== undefined && { data: resolve(values.data) }),
    ...(values.model !== undefined && { model: values.model }),
    ...(values.looks !== undefined && { looks: resolve(values.looks) }),
    directions: values.directions ?? false,
    out: folder === undefined ? ownOutput : { results: folder, plots: folder },
    numbers: positionals.map(Number),
  };
}

/**
 * Splits the words into options and numbers.
 *
 * @throws WrongUseError if an option is unknown or has no value.
 */
export function parseWords(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        model: { type: 'string' },
        looks: { type: 'string' },
        directions: { type: 'boolean' },
        out: { type: 'string' },
      },
    });
  } catch (cause) {
    throw new WrongUseError((cause as Error).message, { cause });
  }
}

/**
 * Command: runs one benchmark, or without a name all that the documents show. Those are accuracy (only with
 * --data), speed, service and search, each in a process of its own.
 *
 * The figures go to bench/results.json, the plots to docs/, and the tables to docs/benchmarks.md and
 * README.md. With --out, figures and plots go to that folder, and no document changes.
 *
 * usage: npm run bench [-- [NAME] [--data FOLDER] [--model MODEL] [--out FOLDER]]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseWords } from './options.ts';
import { WrongUseError } from './wrong-use.ts';

/** A benchmark's module. One without `run` does its work when it is loaded. */
interface Benchmark {
  run?(words: readonly string[]): Promise<void>;
}

const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  accuracy: () => import('./accuracy/accuracy.ts'),
  speed: () => import('./speed/speed.ts'),
  service: () => import('./service/service.ts'),
  search: () => import('./search/search.ts'),
  // Shows why the quality filter for reference pictures has its limits; it saves nothing.
  quality: () => import('./accuracy/quality.ts'),
  crowd: () => import('./accuracy/crowd.ts'),
  // Computes what the detections' confidence rests on.
  confidence: () => import('./accuracy/confidence.ts'),
  edges: () => import('./accuracy/edges.ts'),
  'look-back': () => import('./search/look-back.ts'),
  // Measures the rule by which whom a camera shows is decided; its table is in docs/cameras.md.
  video: () => import('./video/video.ts'),
  history: () => import('./service/history.ts'),
  retention: () => import('./service/retention.ts'),
  // These tell what it costs to account for what is done, and that an erasure leaves nothing.
  accountability: () => import('./service/accountability.ts'),
  erasures: () => import('./service/erasures.ts'),
  // These measure the AWS mode; they save nothing.
  'cold-start': () => import('./service/cold-start.ts'),
  load: () => import('./service/load.ts'),
  scale: () => import('./scale/scale.ts'),
  sorts: () => import('./scale/sorts.ts'),
  users: () => import('./service/users.ts'),
  // Measures nothing: draws the plots and writes the tables anew.
  report: () => import('./report/report.ts'),
};

async function runNamed(name: string, words: readonly string[]): Promise<void> {
  const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (!load) {
    throw new WrongUseError(`There is no benchmark '${name}': ${Object.keys(benchmarks).join(', ')}.`);
  }
  await (await load()).run?.(words);
}

/** Runs the benchmarks one after the other, including those after one that fails. */
async function runAll(words: readonly string[]): Promise<void> {
  const { values } = parseWords(words);
  const given = (...names: ('data' | 'model' | 'out')[]) =>
    names.flatMap((name) => (values[name] === undefined ? [] : [`--${name}`, values[name]]));
  const failed: string[] = [];
  const measure = async (name: string, options: readonly string[]) => {
    console.log(`\n${name}`);
    const child = spawn(process.execPath, [import.meta.filename, name, ...options], { stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) failed.push(name);
  };
  if (values.data === undefined) {
    console.log('Accuracy is measured only with --data FOLDER: its last figures stay.');
  } else await measure('accuracy', given('data', 'model', 'out'));
  // Speed gets no --data here, so its crowd always shows the samples' faces.
  await measure('speed', given('model', 'out'));
  await measure('service', given('out'));
  await measure('search', given('out'));
  if (failed.length > 0) throw new WrongUseError(`Not measured: ${failed.join(', ')}.`);
}

try {
  const words = process.argv.slice(2);
  const [name] = words;
  await (name === undefined || name.startsWith('-') ? runAll(words) : runNamed(name, words.slice(1)));
} catch (error) {
  if (!(error instanceof WrongUseError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

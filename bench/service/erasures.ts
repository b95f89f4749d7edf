/**
 * Erases many people while every tenth call of a store fails and processes end in the middle of it. Then it
 * searches every byte for traces of them. It runs the tests of that with more rounds, and prints the time.
 *
 * usage: npm run bench -- erasures [PEOPLE]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseOptions } from '../options.ts';
import { WrongUseError } from '../wrong-use.ts';

const defaultPeople = 500;
const tests = ['test/blacklist/erasure.test.ts', 'test/blacklist/look-back.test.ts'];

export async function run(words: readonly string[]): Promise<void> {
  const { numbers } = parseOptions(words);
  const people = numbers[0] ?? defaultPeople;
  const started = performance.now();
  const child = spawn('npx', ['vitest', 'run', ...tests, '--testTimeout', '3600000'], {
    stdio: 'inherit',
    env: { ...process.env, ERASURES: String(people) },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new WrongUseError('An erasure has left traces, or was not tried: see above.');
  const seconds = (performance.now() - started) / 1000;
  console.log(`${people} erasures left no trace; it took ${seconds.toFixed(0)} s.`);
}

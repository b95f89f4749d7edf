/**
 * Erases many people while every tenth call of a store fails and processes end in the middle of it. Then it
 * searches every byte for traces of them. It runs the tests of that with more rounds, and prints the time.
 *
 * In AWS mode, on emulators, it erases as many as the second number says, or a fifth of the first.
 *
 * usage: npm run bench -- erasures [PEOPLE [PEOPLE IN AWS]]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseOptions } from '../options.ts';
import { WrongUseError } from '../wrong-use.ts';

const defaultPeople = 500;
const tests = ['erasure', 'erasure-aws', 'look-back'].map((name) => `test/blacklist/${name}.test.ts`);

export async function run(words: readonly string[]): Promise<void> {
  const { numbers } = parseOptions(words);
  const people = numbers[0] ?? defaultPeople;
  const inAws = numbers[1] ?? Math.ceil(people / 5);
  const started = performance.now();
  const child = spawn('npx', ['vitest', 'run', ...tests, '--testTimeout', '3600000'], {
    stdio: 'inherit',
    env: { ...process.env, ERASURES: String(people), ERASURES_AWS: String(inAws) },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new WrongUseError('An erasure has left traces, or was not tried: see above.');
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${people} erasures on one machine and ${inAws} in AWS mode left no trace; it took ${seconds.toFixed(0)} s.`,
  );
}

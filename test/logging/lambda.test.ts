import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const program = fileURLToPath(new URL('write-lines.ts', import.meta.url));

/** Returns what a process logs with the adapter of these import conditions. */
async function linesOf(conditions: readonly string[], level: string): Promise<Record<string, unknown>[]> {
  const { stdout } = await run('node', [...conditions.map((one) => `--conditions=${one}`), program], {
    env: { ...process.env, LOG_LEVEL: level },
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test.each([
  ['info', 4],
  ['error', 2],
])('at level %s a function logs what any other process logs', async (level, count) => {
  const [inLambda, elsewhere] = await Promise.all([linesOf(['lambda'], level), linesOf([], level)]);
  expect(inLambda).toHaveLength(count);
  const untimed = (lines: Record<string, unknown>[]) => lines.map(({ time: _, ...line }) => line);
  expect(untimed(inLambda)).toEqual(untimed(elsewhere));
  for (const { time } of inLambda) expect(new Date(String(time)).toISOString()).toBe(time);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Settings } from '../../api/server-process.ts';
import { childEnvironment } from '../../child-environment.ts';

/** Result of a command that has ended. */
export interface EndedCommand {
  readonly code: unknown;
  readonly output: string;
  readonly errors: string;
}

/** Runs a command of `local/commands/` as its users do, and waits for its end. */
export async function runCommandProcess(
  name: string,
  words: readonly string[],
  settings: Settings,
): Promise<EndedCommand> {
  const program = join(import.meta.dirname, '../../../local/commands', `${name}.ts`);
  const child = spawn(process.execPath, [program, ...words], {
    env: { ...childEnvironment, LOG_LEVEL: 'silent', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code], output, errors] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, output, errors };
}

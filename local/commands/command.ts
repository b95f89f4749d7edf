import { ConfigError } from '../../lib/config.ts';
import { ServiceError } from '../../lib/errors.ts';

/** What an adapter threw, and its causes, in a line: for the operator, not for a client. */
export function messageWithReasons({ message, cause }: Error): string {
  return cause instanceof Error ? `${message} ${messageWithReasons(cause)}` : message;
}

/** Runs a command's work; what the user can mend is told in a line, anything else with its stack. The exit code is 1 then. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isUsers =
      error instanceof ConfigError ||
      error instanceof ServiceError ||
      (error instanceof Error && 'code' in error && typeof error.code === 'string');
    console.error(isUsers ? messageWithReasons(error) : error);
    process.exitCode = 1;
  }
}

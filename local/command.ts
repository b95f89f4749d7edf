import { ConfigError, readWarnings } from '../lib/config.ts';
import { ServiceError } from '../lib/errors.ts';

/** Joins the messages of an error and its causes in one line. It is for the operator, not for a client. */
export function messageWithReasons({ message, cause }: Error): string {
  return cause instanceof Error ? `${message} ${messageWithReasons(cause)}` : message;
}

/**
 * Runs a command's work. For an error that the user can mend it prints one line, and for any other the stack
 * too. After both the exit code is 1.
 */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  // Whoever reads the output, such as `head`, may have had enough of it.
  process.stdout.on('error', (error) => {
    if (!('code' in error && error.code === 'EPIPE')) throw error;
  });
  try {
    for (const warning of readWarnings()) console.error(warning);
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

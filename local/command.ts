import { ConfigError } from '../lib/config.ts';
import { ServiceError } from '../lib/errors.ts';
import { readWarnings } from '../lib/load-config.ts';

/** Joins the messages of an error and its causes in one line. It is for the operator, not for a client. */
export function messageWithReasons({ message, cause }: Error): string {
  return cause instanceof Error ? `${message} ${messageWithReasons(cause)}` : message;
}

/**
 * Returns text of others, such as a name or a path, as one line that a terminal shows and does not obey:
 * control and invisible characters are written by their numbers.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    // Emoji and the letters of some scripts are joined by these.
    return code === 0x200c || code === 0x200d ? character : `\\u{${code.toString(16)}}`;
  });
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
    console.error(isUsers ? messageWithReasons(error).split('\n').map(printable).join('\n') : error);
    process.exitCode = 1;
  }
}

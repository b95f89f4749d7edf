import { accessSync, constants, mkdirSync } from 'node:fs';
import { ConfigError } from './config.ts';
import { BackendUnavailableError } from './errors.ts';
import { codeOf, folderMode } from './files.ts';
import { userName } from './user-name.ts';

const retryAfterSeconds = 5;

/** System errors for missing permissions, and for read-only file systems. */
const forbiddenCodes = ['EACCES', 'EPERM', 'EROFS'];

/**
 * Returns true if an error says that this user may not do something, or that nobody may on this file system.
 */
export function isForbidden(error: unknown): boolean {
  return forbiddenCodes.includes(codeOf(error) ?? '');
}

/**
 * Makes a folder where there is none, 0700, and finds out whether this process may read and write in it.
 * @param setting the name of the setting that says where it is.
 * @returns the first folder that was made; `undefined` where all were there.
 * @throws ConfigError naming folder, setting and user, when this user may not.
 * @throws BackendUnavailableError when anything else speaks against it, such as a file of that name.
 */
export function requireWritableFolder(folder: string, setting: string): string | undefined {
  try {
    const first = mkdirSync(folder, { recursive: true, mode: folderMode });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return first;
  } catch (error) {
    throw unusableFolder(folder, setting, error);
  }
}

/**
 * Says what to do about a folder that can't be used: a matter of the settings where this user may not, else
 * perhaps of time.
 */
export function unusableFolder(
  folder: string,
  setting: string,
  cause: unknown,
): ConfigError | BackendUnavailableError {
  const code = codeOf(cause);
  if (isForbidden(cause)) {
    const message = `The folder ${folder} (${setting}) can't be used by ${userName()} (${code}): ${advice(folder, setting, code)}`;
    return new ConfigError(message, { cause });
  }
  const message = `The folder ${folder} (${setting}) can't be used: set ${setting} to a folder that can be made and written.`;
  return new BackendUnavailableError(message, retryAfterSeconds, { cause });
}

function advice(folder: string, setting: string, code: string | undefined): string {
  if (code === 'EROFS')
    return `its file system is mounted read-only. Mount it for writing, or set ${setting} to another folder.`;
  const uid = process.geteuid?.();
  const command = uid === undefined ? '' : `, such as by: chown -R ${uid} ${folder}`;
  return `let this user read and write it, and make it where it is not there${command}. Or set ${setting} to another folder.`;
}

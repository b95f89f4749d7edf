import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError } from './config.ts';
import { BackendUnavailableError } from './errors.ts';
import { codeOf, folderMode } from './files.ts';
import { userName } from './user-name.ts';

const retryAfterSeconds = 5;

/** System errors for missing permissions, and for read-only file systems. */
const forbiddenCodes = ['EACCES', 'EPERM', 'EROFS'];

/** Returns true if this user lacks a permission, or the file system is read-only. */
export function isForbidden(error: unknown): boolean {
  return forbiddenCodes.includes(codeOf(error) ?? '');
}

/**
 * Makes an absent folder with mode 0700, and checks that this process may read and write in it.
 * @param setting name of the setting that contains the folder's path
 * @returns the first folder that was made, or `undefined` if all existed
 * @throws ConfigError with the folder, the setting and the user, when this user lacks a permission
 * @throws BackendUnavailableError for any other failure, such as a file of that name
 */
export function requireWritableFolder(folder: string, setting: string): string | undefined {
  try {
    const first = makeFolders(resolve(folder));
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return first;
  } catch (error) {
    throw unusableFolder(folder, setting, error);
  }
}

/**
 * Makes a folder and those around it that are absent; returns the first that it made. Node's own way tries
 * for ever where the system makes no folders, as in /proc.
 */
function makeFolders(folder: string): string | undefined {
  const parent = dirname(folder);
  const first = parent === folder || existsSync(parent) ? undefined : makeFolders(parent);
  try {
    mkdirSync(folder, { mode: folderMode });
    return first ?? folder;
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && isFolder(folder)) return first;
    throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * Makes the error for a folder that can't be used. It is a ConfigError if this user lacks a permission,
 * because the settings must change. Otherwise the failure may pass.
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

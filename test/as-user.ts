import { type ExecFileException, execFile } from 'node:child_process';
import { chownSync } from 'node:fs';

/** Id of a user who owns nothing here. */
const nobody = 65_534;

/** True if root runs the tests, who can run something as another user. */
export const isRoot = process.getuid?.() === 0;

/**
 * Runs statements in a process without root's rights, because root may do everything. If root runs the tests,
 * the process runs as `nobody`, and otherwise as the same user.
 *
 * @param modules modules to import, by the names to use, as paths below the repository's root. They are
 * loaded with the tests' own rights.
 * @returns the statements' result, which has been through JSON.
 */
export async function runUnprivileged<T>(
  modules: Readonly<Record<string, string>>,
  statements: string,
): Promise<T> {
  const imports = Object.entries(modules).map(
    ([name, path]) =>
      `import * as ${name} from ${JSON.stringify(new URL(`../${path}`, import.meta.url).href)};`,
  );
  const drop = isRoot ? `process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody});` : '';
  const program = `${imports.join('\n')}\n${drop}
    const result = await (async () => { ${statements} })();
    process.stdout.write(JSON.stringify(result));`;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const done = (error: ExecFileException | null, stdout: string, stderr: string) =>
    error ? reject(new Error(stderr || error.message)) : resolve(stdout);
  const env = { PATH: process.env.PATH ?? '' };
  execFile(process.execPath, ['--input-type=module', '--eval', program], { env }, done);
  return JSON.parse(await promise) as T;
}

/** Gives a folder to the user as whom `runUnprivileged` runs. */
export function giveToUnprivileged(path: string): void {
  if (isRoot) chownSync(path, nobody, nobody);
}

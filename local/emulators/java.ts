import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError } from '../../lib/config.ts';

/** Oldest Java release that DynamoDB Local's newest releases support. */
const oldestJava = 17;

/** Java program and its release. */
export interface Java {
  readonly command: string;
  /** Number of the release, such as 17. */
  readonly release: number;
}

/**
 * Finds the Java of `JAVA_HOME`, or else the one on the path.
 * @throws ConfigError that says how to get one when there is none, or too old a one.
 */
export async function findJava(): Promise<Java> {
  const home = process.env.JAVA_HOME;
  const command = home ? join(home, 'bin', 'java') : 'java';
  const output = await promisify(execFile)(command, ['-version']).catch(() => undefined);
  // The first line looks like this: `openjdk version "17.0.15" 2025-04-15`. Java 8 calls itself 1.8.
  const release = Number(output?.stderr.match(/version "(?:1\.)?(\d+)/)?.[1] ?? Number.NaN);
  if (release >= oldestJava) return { command, release };
  const found = Number.isNaN(release) ? `'${command}' does not run` : `'${command}' is Java ${release}`;
  throw new ConfigError(
    `DynamoDB Local needs Java ${oldestJava} or newer, and ${found}. ` +
      'On Debian or Ubuntu: apt-get install openjdk-17-jre-headless (or openjdk-21-jre-headless); ' +
      'on a Mac: brew install openjdk@17, and set JAVA_HOME to $(brew --prefix openjdk@17).',
  );
}

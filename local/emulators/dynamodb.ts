import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { type RegistryPackage, unpackPackage } from '../registry-package.ts';
import { findJava, type Java } from './java.ts';

/** DynamoDB Local, by AWS. It takes any credentials, and all of them find the same tables. */
export interface DynamoDbEmulator extends AsyncDisposable {
  /** URL for `AWS_ENDPOINT_URL_DYNAMODB`, such as `http://127.0.0.1:4567`. */
  readonly url: string;
  close(): Promise<void>;
}

/** The npm package that contains it. */
const source: RegistryPackage = {
  package: 'amplify-dynamodb-simulator@2.9.30',
  integrity:
    'sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==',
};

type Emulator = ChildProcessByStdio<Writable, Readable, Readable>;

const startTimeoutMs = 60_000;
const pollMs = 50;

/** The last Java release that has a security manager, https://openjdk.org/jeps/486 */
const lastWithSecurityManager = 23;

/**
 * Starts an empty DynamoDB Local on a free port of 127.0.0.1, and resolves when it answers. Its data is in
 * memory. It ends with this process, however that ends. With Java 24 and newer it can be reached from other
 * machines too.
 * @throws ConfigError when there is no Java for it; Error with its output when it does not start.
 */
export async function startDynamoDb(): Promise<DynamoDbEmulator> {
  const java = await findJava();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const emulator = run(java, port, await installDynamoDb());
  const ended = once(emulator, 'exit');
  const output: string[] = [];
  for (const stream of [emulator.stdout, emulator.stderr]) {
    // If nobody read its output to the end, it would stop at a full pipe.
    stream.setEncoding('utf8').on('data', (text) => output.length < 100 && output.push(text));
  }
  const close = async () => {
    emulator.stdin.destroy();
    await ended;
  };
  const isUp = await Promise.race([answers(url), ended.then(() => false)]);
  if (!isUp) {
    await close();
    throw new Error(`DynamoDB Local did not start on port ${port}. It printed:\n${output.join('')}`);
  }
  return { url, close, [Symbol.asyncDispose]: close };
}

/**
 * Runs Java in a shell that ends it when the shell's standard input closes. That happens when this process
 * closes it, or ends. The shell has a process group of its own, so that Ctrl-C does not end it before this
 * process has cleaned up.
 */
function run(java: Java, port: number, folder: string): Emulator {
  const script =
    'exec 3<&0; "$@" </dev/null & java=$!; (read -r _ <&3; kill $java) & watcher=$!; wait $java; kill $watcher';
  const policy = join(import.meta.dirname, 'dynamodb.policy');
  const security = ['-Djava.security.manager', `-Djava.security.policy==${policy}`];
  const command = [
    java.command,
    ...(java.release <= lastWithSecurityManager ? security : []),
    // It runs for a short time, and beside other programs.
    ...['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
    ...['-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar'],
    ...['-port', `${port}`, '-sharedDb', '-disableTelemetry', '-inMemory'],
  ];
  return spawn('/bin/sh', ['-c', script, 'dynamodb', ...command], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/**
 * Finds the emulator's folder. Fetches it the first time.
 * @throws Error when the package registry does not give it
 */
export async function installDynamoDb(): Promise<string> {
  const folder = join(import.meta.dirname, 'dynamodb-local', source.package);
  if (!existsSync(folder)) {
    await unpackPackage(source, folder).catch((cause: unknown) => {
      throw new Error('DynamoDB Local could not be fetched from the package registry.', { cause });
    });
  }
  return join(folder, 'emulator');
}

/** Returns true if the server gives any answer within the time limit. */
async function answers(url: string): Promise<boolean> {
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.headers.has('x-amzn-requestid')) return true;
    await wait(pollMs);
  }
  return false;
}

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { findJava, type Java } from './java.ts';

/** DynamoDB Local, by AWS. It takes any credentials, and every region finds the same tables. */
export interface DynamoDbEmulator extends AsyncDisposable {
  /** Such as `http://127.0.0.1:4567`, for `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly url: string;
  close(): Promise<void>;
}

type Emulator = ChildProcessByStdio<Writable, Readable, Readable>;

const startTimeoutMs = 60_000;
const pollMs = 50;

/** The last Java release that has a security manager, https://openjdk.org/jeps/486 */
const lastWithSecurityManager = 23;

/**
 * Starts DynamoDB Local on a free port of 127.0.0.1, with nothing in it, and resolves when it answers. What it keeps is in its memory. It
 * ends with this process, however that ends. With Java 24 and newer it is reached from other machines too.
 * @throws ConfigError when there is no Java for it; Error with what it printed when it does not start.
 */
export async function startDynamoDb(): Promise<DynamoDbEmulator> {
  const java = await findJava();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const emulator = run(java, port);
  const ended = once(emulator, 'exit');
  const output: string[] = [];
  for (const stream of [emulator.stdout, emulator.stderr]) {
    // What it prints is read to the end, or it would stop at a full pipe.
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
 * A shell waits for Java, and ends it when its own standard input does: that comes when this process closes it, or is gone. In a process
 * group of its own, it does not hear of a Ctrl-C, so that it is there until this process has cleaned up.
 */
function run(java: Java, port: number): Emulator {
  const script =
    'exec 3<&0; "$@" </dev/null & java=$!; (read -r _ <&3; kill $java) & watcher=$!; wait $java; kill $watcher';
  const policy = join(import.meta.dirname, 'dynamodb.policy');
  const security = ['-Djava.security.manager', `-Djava.security.policy==${policy}`];
  const command = [
    java.command,
    ...(java.release <= lastWithSecurityManager ? security : []),
    // It is started for a short time, and beside other programs.
    ...['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
    ...['-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar'],
    ...['-port', `${port}`, '-sharedDb', '-disableTelemetry', '-inMemory'],
  ];
  return spawn('/bin/sh', ['-c', script, 'dynamodb', ...command], {
    cwd: emulatorFolder(),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Where it lies in the npm package that carries it. */
function emulatorFolder(): string {
  // Not by import.meta.resolve, which vitest's set-up files do not have.
  const main = createRequire(import.meta.url).resolve('amplify-dynamodb-simulator');
  return join(dirname(main), 'emulator');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether it answers, in the time that it has: any answer will do. */
async function answers(url: string): Promise<boolean> {
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.headers.has('x-amzn-requestid')) return true;
    await wait(pollMs);
  }
  return false;
}

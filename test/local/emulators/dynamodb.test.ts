import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConfigError } from '../../../lib/config.ts';
import { openDynamoRecords } from '../../../lib/records/dynamodb/records.ts';
import { startDynamoDb } from '../../../local/emulators/dynamodb.ts';
import { createTable } from '../../../local/emulators/dynamodb-table.ts';

const settings = { region: 'eu-west-1', tableName: 'records' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynamodb-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Expects that nobody is listed there, and lists somebody as a user of that name. */
async function expectEmpty(url: string, name: string): Promise<void> {
  await createTable({ ...settings, endpoint: url });
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', name);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', name);
  const store = openDynamoRecords(settings);
  expect(await store.createEntry({ name, reason: null })).toMatchObject({ id: 1 });
  await store.close();
}

/** Waits until nobody accepts connections there. */
async function isGone(url: string): Promise<void> {
  const isThere = () =>
    fetch(url).then(
      () => true,
      () => false,
    );
  await expect.poll(isThere).toBe(false);
}

describe('DynamoDB Local', () => {
  const address = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

  test('is empty when it starts, not reached at the machine’s own address, and ends when it is closed', async () => {
    const emulator = await startDynamoDb();
    await expectEmpty(emulator.url, 'Ada');
    if (address !== undefined) {
      const { port } = new URL(emulator.url);
      await expect(fetch(`http://${address}:${port}`)).rejects.toThrow();
    }
    await emulator.close();
    await expect(fetch(emulator.url)).rejects.toThrow();
  });

  test('ends with the process that started it, even when that is killed', async () => {
    const parent = spawn(process.execPath, [join(import.meta.dirname, 'start-dynamodb.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [url] = await once(createInterface(parent.stdout), 'line');
    expect((await fetch(url)).status).toBe(400);
    // It has nothing of the one before.
    await expectEmpty(url, 'Bob');
    parent.kill('SIGKILL');
    await isGone(url);
  });
});

describe('without a Java for it, DynamoDB Local says how to get one', () => {
  async function useJava(program?: string): Promise<void> {
    vi.stubEnv('JAVA_HOME', folder);
    if (program === undefined) return;
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin', 'java'), `#!/bin/sh\n${program}\n`);
    await chmod(join(folder, 'bin', 'java'), 0o755);
  }

  test.each([
    ['there is none', undefined, /needs Java 17 or newer, and '.*java' does not run/],
    ['it does not run', 'exit 1', /does not run/],
    ['it is too old', `echo 'openjdk version "11.0.2" 2019-01-15' >&2`, /is Java 11\./],
    ['it is very old', `echo 'java version "1.8.0_292"' >&2`, /is Java 8\./],
  ])('%s', async (_, program, message) => {
    await useJava(program);
    const failure = await startDynamoDb().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(String(failure)).toMatch(message);
    expect(String(failure)).toMatch(/apt-get install openjdk-17-jre-headless.*brew install openjdk@17/);
  });
});

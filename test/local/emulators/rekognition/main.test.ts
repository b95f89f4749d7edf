import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../lib/config.ts';
import { parseRekognitionSettings } from '../../../../local/emulators/rekognition/settings.ts';
import { temporaryFolder } from '../../../api/server-process.ts';
import { createClient, sampleBytes } from './emulator.ts';

describe('the settings', () => {
  it('have defaults', () => {
    const { port, host, dataDir } = parseRekognitionSettings({ REKOGNITION_PORT: '' });
    expect([port, host]).toEqual([4600, '127.0.0.1']);
    expect(dataDir).toMatch(/\/data\/rekognition$/);
  });

  it.each(['localhost', '127.0.0'])('take no host %s', (host) => {
    const parse = () => parseRekognitionSettings({ REKOGNITION_HOST: host });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(`REKOGNITION_HOST takes an address such as 127.0.0.1, not '${host}'`);
  });

  it.each(['-1', '65536', '80a', '1.5'])('take no port %s', (port) => {
    const parse = () => parseRekognitionSettings({ REKOGNITION_PORT: port });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(new RegExp(`REKOGNITION_PORT takes a whole number from 0 to 65535, not '${port}'`));
  });
});

/** Starts a command on any free port, in a foreign folder. Its last line gives the `url`. */
async function startCommand(file: string, cwd: string): Promise<{ command: ChildProcess; url: string }> {
  const script = resolve('local/emulators/rekognition', file);
  const command = spawn(process.execPath, [script], {
    cwd,
    env: { ...process.env, REKOGNITION_PORT: '0', REKOGNITION_DATA_DIR: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(command.stdout)) {
    const url = /^export AWS_ENDPOINT_URL_REKOGNITION=(http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1];
    if (url !== undefined) return { command, url };
  }
  throw new Error('The command ended before it listened.');
}

describe('the command', () => {
  it('says where it listens, keeps what it answered for through a kill -9, and ends on Ctrl-C', async () => {
    await using folder = await temporaryFolder();
    const CollectionId = 'a';
    const first = await startCommand('main.ts', folder.path);
    const before = createClient(first.url);
    await before.createCollection({ CollectionId });
    await before.indexFaces({ CollectionId, Image: { Bytes: await sampleBytes(3) } });
    first.command.kill('SIGKILL');
    await once(first.command, 'exit');

    // This is what `npx` runs.
    const second = await startCommand('command.cjs', folder.path);
    const { Faces } = await createClient(second.url).listFaces({ CollectionId });
    expect(Faces).toHaveLength(3);
    second.command.kill('SIGINT');
    expect(await once(second.command, 'exit')).toEqual([0, null]);
  });
});

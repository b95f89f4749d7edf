import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../lib/config.ts';
import { parseRekognitionSettings } from '../../../../local/emulators/rekognition/settings.ts';
import { temporaryFolder } from '../../../api/server-process.ts';
import { createClient, sampleBytes } from './emulator.ts';

describe('the settings', () => {
  it('have defaults', () => {
    const { port, dataDir } = parseRekognitionSettings({ REKOGNITION_PORT: '' });
    expect(port).toBe(4600);
    expect(dataDir).toMatch(/\/data\/rekognition$/);
  });

  it.each(['-1', '65536', '80a', '1.5'])('take no port %s', (port) => {
    const parse = () => parseRekognitionSettings({ REKOGNITION_PORT: port });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(new RegExp(`REKOGNITION_PORT takes a whole number from 0 to 65535, not '${port}'`));
  });
});

/** Starts the command on any free port. Its last line gives the `url`. */
async function startCommand(dataDir: string): Promise<{ command: ChildProcess; url: string }> {
  const command = spawn(process.execPath, ['local/emulators/rekognition/main.ts'], {
    env: { ...process.env, REKOGNITION_PORT: '0', REKOGNITION_DATA_DIR: dataDir },
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
    const first = await startCommand(folder.path);
    const before = createClient(first.url);
    await before.createCollection({ CollectionId });
    await before.indexFaces({ CollectionId, Image: { Bytes: await sampleBytes(3) } });
    first.command.kill('SIGKILL');
    await once(first.command, 'exit');

    const second = await startCommand(folder.path);
    const { Faces } = await createClient(second.url).listFaces({ CollectionId });
    expect(Faces).toHaveLength(3);
    second.command.kill('SIGINT');
    expect(await once(second.command, 'exit')).toEqual([0, null]);
  });
});

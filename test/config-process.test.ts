import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Config, parseConfig } from '../lib/config.ts';

describe('the settings of a process', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'config-'));
  });
  afterEach(() => rm(cwd, { recursive: true }));

  /** Loads the configuration in a process that starts in the folder. */
  async function load(
    environment: Record<string, string>,
  ): Promise<Config & { isSame: boolean; warnings: string[] }> {
    const source = `import { loadConfig, loadedWarnings } from ${JSON.stringify(new URL('../lib/load-config.ts', import.meta.url).href)};
      const isSame = loadConfig() === loadConfig();
      console.log(JSON.stringify({ ...loadConfig(), isSame, warnings: loadedWarnings() }));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', source],
      {
        cwd,
        env: environment,
      },
    );
    return JSON.parse(stdout);
  }

  test('come from .env, and from the environment before that', async () => {
    await writeFile(join(cwd, '.env'), '# comment\nPORT=9000\nAPI_TITLE="Front doors"\nLOG_LEVEL=warn\n');
    expect(await load({ LOG_LEVEL: 'error' })).toMatchObject({
      port: 9000,
      apiTitle: 'Front doors',
      logLevel: 'error',
      dataDir: join(cwd, 'data'),
      isSame: true,
    });
  });

  test('come from .env where the environment has an empty value alone', async () => {
    await writeFile(join(cwd, '.env'), 'API_TOKENS=the-token-of-the-file\nPORT=9000\n');
    expect(await load({ API_TOKENS: '', PORT: ' ' })).toMatchObject({
      apiTokens: ['the-token-of-the-file'],
      port: 9000,
    });
  });

  test('come from a .env with a byte order mark too, and from its first line on', async () => {
    await writeFile(join(cwd, '.env'), '\ufeffAPI_TOKENS=the-first-of-all-lines\r\nAPI_TOKEN=x\r\n');
    expect(await load({})).toMatchObject({
      apiTokens: ['the-first-of-all-lines'],
      warnings: ['API_TOKEN is no setting, and does nothing. Is API_TOKENS meant?'],
    });
  });

  test('do not come from a .env in another encoding: nothing starts', async () => {
    await writeFile(join(cwd, '.env'), Buffer.from('\ufeffAPI_TOKENS=the-first-of-all-lines\n', 'utf16le'));
    await expect(load({})).rejects.toThrow(/\.env are in UTF-16.*save the file as UTF-8/);
  });

  test('need no .env', async () => {
    expect(await load({})).toMatchObject({ port: 8000 });
  });

  test.each([
    [
      'ALLOWED_HOSTS',
      'Faces.LAN, only.lan:8000, fe80::1',
      'allowedHosts',
      ['faces.lan', 'only.lan:8000', '[fe80::1]'],
    ],
    ['TRUST_PROXY', 'true', 'trustedProxies', ['0.0.0.0/0', '::/0']],
    ['TRUST_PROXY', 'false', 'trustedProxies', []],
    [
      'TRUST_PROXY',
      '127.0.0.1, 10.0.0.0/8,fd00::/8',
      'trustedProxies',
      ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'],
    ],
    [
      'PUBLIC_URL',
      'https://faces.example/faces/',
      'publicUrl',
      { origin: 'https://faces.example', prefix: '/faces' },
    ],
    [
      'PUBLIC_URL',
      'http://faces.example:8080',
      'publicUrl',
      { origin: 'http://faces.example:8080', prefix: '' },
    ],
  ] as const)('%s=%s is read', (name, value, key, wanted) => {
    expect(parseConfig({ [name]: value })[key]).toEqual(wanted);
  });

  test.each([
    ['ALLOWED_HOSTS', '*'],
    ['ALLOWED_HOSTS', 'https://faces.lan'],
    ['ALLOWED_HOSTS', 'faces.lan:99999'],
    ['TRUST_PROXY', '1'],
    ['TRUST_PROXY', 'loopback'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', 'true, 10.0.0.1'],
    ['PUBLIC_URL', 'faces.example'],
    ['PUBLIC_URL', 'ftp://faces.example'],
    ['PUBLIC_URL', 'https://user@faces.example'],
    ['PUBLIC_URL', 'https://faces.example/?a'],
    ['PUBLIC_URL', 'https://faces.example/a//b'],
  ])('%s=%s is refused', (name, value) => {
    expect(() => parseConfig({ [name]: value })).toThrow(new RegExp(`^${name} takes `));
  });
});

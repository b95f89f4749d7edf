import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { serviceFacts } from '../../../lib/audit/chain.ts';
import { parseConfig } from '../../../lib/config.ts';
import { audit, records } from '../../../lib/wiring/open.ts';
import { temporaryFolder } from '../../api/server-process.ts';
import { childEnvironment } from '../../child-environment.ts';

/** Runs a command as its users do. Its reader goes away after so many characters. */
async function run(
  command: string,
  words: readonly string[],
  dataDir: string,
  { readBytes = Infinity, settings = {} }: { readBytes?: number; settings?: Record<string, string> } = {},
) {
  const program = join(import.meta.dirname, '../../../local/commands', `${command}.ts`);
  const child = spawn(process.execPath, [program, ...words], {
    cwd: dataDir,
    env: { ...childEnvironment, DATA_DIR: dataDir, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit');
  const errors = text(child.stderr);
  let output = '';
  for await (const piece of child.stdout) {
    output += piece;
    if (output.length >= readBytes) break;
  }
  child.stdout.destroy();
  return { code: (await exit)[0], output, errors: await errors };
}

test.each([
  ['audit', 'verify'],
  ['audit', 'export'],
  ['erasure', 'check', '--name', 'Jane Roe'],
  ['sweep'],
  ['reindex', '--to', 'deepface'],
])(
  'npm run %s %s finds no fault in no data at all: it fails, and makes nothing',
  async (command, ...words) => {
    await using folder = await temporaryFolder();
    const { code, output, errors } = await run(command, words, folder.path);
    expect([code, output]).toEqual([1, '']);
    expect(errors).toContain(
      `There is no database ${join(folder.path, 'face-blacklist.sqlite')}. Set DATA_DIR`,
    );
    expect(errors).not.toMatch(/\n\s+at /);
    expect(await readdir(folder.path)).toEqual([]);
  },
);

test.each(['', '-'])('npm run erasure refuses the name "%s", by which nothing is found', async (name) => {
  await using folder = await temporaryFolder();
  const { code, errors } = await run('erasure', ['check', '--name', name], folder.path);
  expect([code, errors]).toEqual([1, expect.stringMatching(/^The name '.*' has no letter to search for\./)]);
});

test('the reader of an export may go away, and the export is told of all the same', async () => {
  await using folder = await temporaryFolder();
  const config = parseConfig({ DATA_DIR: folder.path });
  const store = await records(config);
  const trail = await audit(config);
  const facts = Array.from({ length: 2_000 }, () => serviceFacts('a test', 'sweep'));
  await trail.append(facts);
  const { code, output, errors } = await run('audit', ['export'], folder.path, { readBytes: 1 });
  expect([code, errors]).toEqual([0, '']);
  expect(output.length).toBeLessThan(2_000 * 100);
  const actions: string[] = [];
  for (const chain of await trail.chains()) {
    for await (const { action } of trail.read(chain)) actions.push(action);
  }
  expect(actions.at(-1)).toBe('exportAudit');
  await store.close();
});

test('npm run erasure does not search this machine where a table is named', async () => {
  await using folder = await temporaryFolder();
  const settings = { DYNAMODB_TABLE_NAME: 'people' };
  const { code, errors } = await run('erasure', ['check', '--name', 'Jane Roe'], folder.path, { settings });
  expect(code).toBe(1);
  expect(errors).toContain('DYNAMODB_TABLE_NAME names the table people');
});

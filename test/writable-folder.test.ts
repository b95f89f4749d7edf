import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireWritableFolder } from '../lib/writable-folder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'writable-'));
});
afterEach(() => rm(root, { recursive: true }));

test('a folder is made with those around it, and the first of them is told', async () => {
  const folder = join(root, 'a', 'b', 'c');
  expect(requireWritableFolder(folder, 'DATA_DIR')).toBe(join(root, 'a'));
  expect((await stat(join(root, 'a', 'b'))).mode & 0o777).toBe(0o700);
  expect(requireWritableFolder(folder, 'DATA_DIR')).toBeUndefined();
  await symlink(folder, join(root, 'link'));
  expect(requireWritableFolder(join(root, 'link'), 'DATA_DIR')).toBeUndefined();
});

test('a file in the place of a folder is told, with the setting', async () => {
  await writeFile(join(root, 'file'), '');
  for (const place of ['file', 'file/a/b']) {
    expect(() => requireWritableFolder(join(root, place), 'DATA_DIR')).toThrow(/\(DATA_DIR\) can't be used/);
  }
});

test.runIf(process.platform === 'linux')('where the system makes no folders, the start ends', () => {
  expect(() => requireWritableFolder('/proc/face-blacklist/data', 'DATA_DIR')).toThrow(
    /^The folder \/proc\/face-blacklist\/data \(DATA_DIR\) can't be used/,
  );
});

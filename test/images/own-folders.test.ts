import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError } from '../../lib/config.ts';
import { requireOwnFolders } from '../../lib/images/own-folders.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'own-folders-'));
  for (const name of ['a', 'b', 'c', 'ab']) await mkdir(join(dataDir, name));
  await symlink('a', join(dataDir, 'link'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const check = ([blacklist, processed, cropped]: readonly [string, string, string]) =>
  requireOwnFolders(
    {
      blacklist: join(dataDir, blacklist),
      processed: join(dataDir, processed),
      cropped: join(dataDir, cropped),
    },
    dataDir,
  );

test('folders of their own are taken, however alike their names are', async () => {
  await check(['a', 'ab', 'b']);
  await check(['a', 'b', 'inbox-of-crops']);
});

test.each([
  ['the same', ['a', 'a', 'b'], /BLACKLIST_DB_PATH .*PROCESSED_IMAGES_OUTPUT_DIR/],
  ['the same by a link', ['b', 'a', 'link'], /PROCESSED_IMAGES_OUTPUT_DIR .*CROPPED_FACES_OUTPUT_DIR/],
  ['one in the other', ['a', 'a/x', 'b'], /BLACKLIST_DB_PATH .*PROCESSED_IMAGES_OUTPUT_DIR/],
  ['one around the other', ['a/x', 'b', 'a'], /BLACKLIST_DB_PATH .*CROPPED_FACES_OUTPUT_DIR/],
  ['the inbox, which lists people', ['a', 'inbox', 'b'], /PROCESSED_IMAGES_OUTPUT_DIR .*inbox in DATA_DIR/],
  ['in the inbox', ['a', 'b', 'inbox/crops'], /CROPPED_FACES_OUTPUT_DIR .*inbox in DATA_DIR/],
  ['the rejected files', ['rejected', 'a', 'b'], /BLACKLIST_DB_PATH .*rejected in DATA_DIR/],
  ['all of DATA_DIR', ['', 'a', 'b'], /BLACKLIST_DB_PATH/],
] as const)('folders are refused that are %s', async (_, folders, message) => {
  await expect(check(folders)).rejects.toThrow(ConfigError);
  await expect(check(folders)).rejects.toThrow(message);
});

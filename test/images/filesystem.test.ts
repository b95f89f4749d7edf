import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../../lib/config.ts';
import { BackendUnavailableError } from '../../lib/errors.ts';
import { claimFolders, openFileSystemImages } from '../../lib/images/filesystem.ts';
import { deliverBytes } from '../../lib/images/port.ts';
import { giveToUnprivileged, runUnprivileged } from '../as-user.ts';
import { imageStoreSuite, listed } from '../suites/images.ts';

const jpeg = 'image/jpeg';

function foldersIn(root: string) {
  return {
    blacklist: join(root, 'db'),
    processed: join(root, 'out', 'all'),
    cropped: join(root, 'out', 'crops'),
  };
}

imageStoreSuite('the file system', async () => {
  const root = await mkdtemp(join(tmpdir(), 'images-'));
  const folders = foldersIn(root);
  const store = openFileSystemImages(folders);
  return {
    store,
    delivery: () => deliverBytes(store),
    another: () => openFileSystemImages(folders),
    location: (key) =>
      key
        .replace(/^blacklist/, folders.blacklist)
        .replace(/^processed/, folders.processed)
        .replace(/^cropped/, folders.cropped),
    remove: () => rm(root, { recursive: true }),
  };
});

describe('image files', () => {
  let root: string;
  let folders: ReturnType<typeof foldersIn>;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'images-'));
    folders = foldersIn(root);
  });
  afterEach(() => rm(root, { recursive: true }));

  const names = async () => (await readdir(root, { recursive: true })).sort();

  test('lie in the folder of their kind, for their owner alone, with no other file beside them', async () => {
    const store = openFileSystemImages(folders);
    await store.put('blacklist/7/a.jpg', Buffer.from('a'), jpeg);
    await store.put('processed/2025-01-31/b-original.jpg', Buffer.from('b'), jpeg);
    const modes: Record<string, number> = {};
    for (const name of await names()) modes[name] = (await stat(join(root, name))).mode & 0o777;
    expect(modes).toEqual({
      db: 0o700,
      'db/7': 0o700,
      'db/7/a.jpg': 0o600,
      out: 0o700,
      'out/all': 0o700,
      'out/all/2025-01-31': 0o700,
      'out/all/2025-01-31/b-original.jpg': 0o600,
      'out/crops': 0o700,
    });
  });

  test('are named by absolute paths though the folders are relative', () => {
    const store = openFileSystemImages({ blacklist: 'data/db', processed: './out', cropped: '../crops' });
    expect(store.location('blacklist/7/a.jpg')).toBe(join(process.cwd(), 'data/db/7/a.jpg'));
    expect(store.location('cropped/x.jpg')).toBe(join(process.cwd(), '../crops/x.jpg'));
  });

  test('of an entry take its folder with the last of them, and never the blacklist’s own', async () => {
    const store = openFileSystemImages(folders);
    await store.put('blacklist/7/a.jpg', Buffer.from('a'), jpeg);
    await store.put('blacklist/7/b.jpg', Buffer.from('b'), jpeg);
    await store.put('processed/2025-01-31/c-original.jpg', Buffer.from('c'), jpeg);
    await store.delete('blacklist/7/a.jpg');
    expect(await names()).toContain('db/7/b.jpg');
    await store.delete('blacklist/7/b.jpg');
    await store.delete('processed/2025-01-31/c-original.jpg');
    expect(await names()).toEqual(['db', 'out', 'out/all', 'out/all/2025-01-31', 'out/crops']);
  });

  test('of others in the folders are not listed', async () => {
    const store = openFileSystemImages(folders);
    await store.put('blacklist/7/a.jpg', Buffer.from('a'), jpeg);
    for (const name of ['.DS_Store', 'my photo.jpg', '.tmp-1'])
      await writeFile(join(folders.blacklist, '7', name), 'x');
    expect((await listed(store, 'blacklist/')).map((image) => image.key)).toEqual(['blacklist/7/a.jpg']);
  });

  test('left half-written long ago are removed, those being written are not', async () => {
    const store = openFileSystemImages(folders);
    await store.put('blacklist/7/a.jpg', Buffer.from('a'), jpeg);
    await mkdir(join(folders.blacklist, '8'));
    const old = [
      join(folders.blacklist, '7', '.tmp-1'),
      join(folders.blacklist, '8', '.tmp-2'),
      join(folders.cropped, '.tmp-3'),
    ];
    for (const path of [...old, join(folders.blacklist, '7', '.tmp-4')]) await writeFile(path, 'x');
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const path of [...old, join(folders.blacklist, '7', 'a.jpg')]) await utimes(path, hourAgo, hourAgo);

    for (const name of ['9', '10']) await mkdir(join(folders.blacklist, name));
    await utimes(join(folders.blacklist, '9'), hourAgo, hourAgo);

    expect(await store.removeUnfinished(new Date(Date.now() - 600_000))).toBe(3);
    // Among the empty folders the old one is removed too; another process may be about to fill the new one.
    await rm(join(folders.blacklist, '10'), { recursive: true });
    expect(await names()).toEqual(['db', 'db/7', 'db/7/.tmp-4', 'db/7/a.jpg', 'out', 'out/all', 'out/crops']);
    expect(await openFileSystemImages(foldersIn(join(root, 'new'))).removeUnfinished(new Date())).toBe(0);
  });

  test('that can not be written or read make the store unavailable', async () => {
    const store = openFileSystemImages(folders);
    await rm(join(root, 'out'), { recursive: true });
    await writeFile(join(root, 'out'), 'a file where a folder should be');
    const refused = expect.objectContaining({
      code: 'backend_unavailable',
      cause: expect.objectContaining({ code: expect.stringMatching(/^E[A-Z]+$/) }),
    });
    await expect(store.put('cropped/2025-01-31/a.jpg', Buffer.from('a'), jpeg)).rejects.toEqual(refused);
    await expect(store.get('cropped/2025-01-31/a.jpg')).rejects.toEqual(refused);
    await expect(store.delete('cropped/2025-01-31/a.jpg')).rejects.toEqual(refused);
    await expect(listed(store, 'cropped/')).rejects.toEqual(refused);
    await expect(store.check()).rejects.toEqual(refused);
    await expect(store.removeUnfinished(new Date())).rejects.toThrow(BackendUnavailableError);
    expect(() => openFileSystemImages(folders)).toThrow(BackendUnavailableError);
  });

  test("are taken for one database's own when they are empty, and for no other's from then on", async () => {
    const store = openFileSystemImages(folders);
    await Promise.all([claimFolders(folders, 'one'), claimFolders(folders, 'one')]);
    await store.put('blacklist/7/a.jpg', Buffer.from('a'), jpeg);
    await claimFolders(folders, 'one');
    await expect(claimFolders(folders, 'another')).rejects.toThrow(ConfigError);
    expect((await listed(store, 'blacklist/')).map(({ key }) => key)).toEqual(['blacklist/7/a.jpg']);
  });

  test("are refused when they hold somebody's own files", async () => {
    openFileSystemImages(folders);
    await writeFile(join(folders.cropped, 'mine.jpg'), 'x');
    await expect(claimFolders(folders, 'one')).rejects.toThrow(
      `The folder ${folders.cropped} has files in it`,
    );
  });

  test('count as empty with what systems make in them, which is left alone', async () => {
    const names = ['lost+found', '@eaDir', '#recycle', '.snapshot', 'System Volume Information'];
    openFileSystemImages(folders);
    for (const name of names) await mkdir(join(folders.blacklist, name));
    for (const name of ['.DS_Store', 'Thumbs.db']) await writeFile(join(folders.blacklist, name), 'x');
    await mkdir(join(folders.blacklist, '@eaDir', '7'));
    await writeFile(join(folders.blacklist, '@eaDir', '7', 'a.jpg'), 'x');
    await claimFolders(folders, 'one');
    const store = openFileSystemImages(folders);
    await store.removeUnfinished(new Date(Date.now() + 1000));
    expect(await readdir(folders.blacklist)).toEqual(expect.arrayContaining([...names, 'Thumbs.db']));
    expect(await listed(store, 'blacklist/')).toEqual([]);
  });

  const modules = { files: 'lib/images/filesystem.ts' };
  const outcome = 'then(() => "taken", (error) => error.constructor.name + ": " + error.message)';
  const places = [
    ['blacklist', 'BLACKLIST_DB_PATH'],
    ['processed', 'PROCESSED_IMAGES_OUTPUT_DIR'],
    ['cropped', 'CROPPED_FACES_OUTPUT_DIR'],
  ] as const;
  test('one of which the user may not write are refused, and the message says what to do', async () => {
    await chmod(root, 0o755);
    for (const folder of Object.values(folders)) {
      await mkdir(folder, { recursive: true });
      giveToUnprivileged(folder);
    }
    for (const folder of Object.values(folders)) await chmod(dirname(folder), 0o755);
    const locked = join(root, 'locked');
    await mkdir(locked, { mode: 0o555 });
    // One folder exists but can't be written; the other does not exist and can't be made.
    const tries = places.flatMap(([each, setting]) =>
      [locked, join(locked, 'below')].map((folder) => ({ each, setting, folder })),
    );
    const all = JSON.stringify(tries.map(({ each, folder }) => ({ ...folders, [each]: folder })));
    const open = `const open = async (paths) => files.openFileSystemImages(paths);
      return Promise.all(${all}.map((paths) => open(paths).${outcome}))`;
    const messages = await runUnprivileged<string[]>(modules, open);
    for (const [index, { folder, setting }] of tries.entries()) {
      const message = messages[index];
      expect(message).toContain(`ConfigError: The folder ${folder} (${setting}) can't be used by user `);
      expect(message).toMatch(/\(uid \d+\) \(EACCES\): .*chown -R \d+ .*another folder\.$/);
    }
  });

  test('of the old service that belong to another user are to be imported, not to be given away', async () => {
    await chmod(root, 0o755);
    await mkdir(join(folders.blacklist, '7'), { recursive: true });
    await chmod(folders.blacklist, 0o555);
    await writeFile(join(root, 'blacklist.db'), 'SQLite format 3\0');
    const open = `return Promise.resolve().then(() => files.openFileSystemImages(${JSON.stringify(folders)})).${outcome}`;
    const message = await runUnprivileged<string>(modules, open);
    expect(message).toContain(
      `The folder ${folders.blacklist} has files in it that this DATA_DIR's database`,
    );
    expect(message).toContain(`npm run import -- ${root}.`);
  });

  test('whose owner is told in a file that the user may not read are refused, and the message says what to do', async () => {
    await chmod(root, 0o755);
    openFileSystemImages(folders);
    for (const folder of Object.values(folders)) giveToUnprivileged(folder);
    await chmod(dirname(folders.blacklist), 0o755);
    await writeFile(join(folders.blacklist, '.face-blacklist-owner'), 'one', { mode: 0 });
    const claim = `return files.claimFolders(${JSON.stringify(folders)}, 'one').${outcome}`;
    expect(await runUnprivileged(modules, claim)).toContain(
      `ConfigError: The folder ${folders.blacklist} (BLACKLIST_DB_PATH) can't be used by user `,
    );
  });

  test('that could not be put in place leave nothing behind', async () => {
    await mkdir(join(folders.blacklist, '7', 'a.jpg', 'in the way'), { recursive: true });
    const store = openFileSystemImages(folders);
    await expect(store.put('blacklist/7/a.jpg', Buffer.from('a'), jpeg)).rejects.toThrow(
      BackendUnavailableError,
    );
    expect(await readdir(join(folders.blacklist, '7'))).toEqual(['a.jpg']);
  });

  test('of a killed process are there whole or not at all, and all that it had acknowledged are there', async () => {
    const script = join(import.meta.dirname, 'put-until-killed.ts');
    const child = spawn(process.execPath, [script, folders.blacklist, folders.processed, folders.cropped], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const acknowledged: string[] = [];
    for await (const key of createInterface(child.stdout)) {
      acknowledged.push(key);
      if (acknowledged.length === 50) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');

    const store = openFileSystemImages(folders);
    const kept: string[] = [];
    for (const { key } of await listed(store, 'blacklist/')) {
      const bytes = Buffer.from((await store.get(key)) ?? []);
      const hash = createHash('sha256').update(bytes.subarray(32)).digest();
      expect([key, hash.equals(bytes.subarray(0, 32))]).toEqual([key, true]);
      kept.push(key);
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(50);
    expect(kept).toEqual(expect.arrayContaining(acknowledged));
  });
});

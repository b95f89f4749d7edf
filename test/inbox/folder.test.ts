import { once } from 'node:events';
import { chmod, mkdir, readdir, realpath, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderInboxWarnings } from '../../lib/inbox/folder-warnings.ts';
import { mountPlaces, mountsBelow } from '../../lib/inbox/mounted-files.ts';
import { isRemovable } from '../../lib/inbox/walk.ts';
import { giveToUnprivileged, isRoot, runUnprivileged } from '../as-user.ts';
import { inboxSuite } from '../suites/inbox.ts';
import { openedFolder } from './data-folder.ts';
import { settle } from './settle.ts';

inboxSuite('a folder', openedFolder);

describe('the inbox in a folder, by itself', () => {
  let opened: Awaited<ReturnType<typeof openedFolder>>;
  beforeEach(async () => {
    opened = await openedFolder();
  });
  afterEach(() => opened.remove());

  it('is for its owner alone', async () => {
    await opened.put('inbox/7/a.jpg', Buffer.from('x'));
    const file = await opened.inbox.read('inbox/7/a.jpg', 10);
    if (file) await opened.inbox.reject(file, 'It is not good.');
    for (const [name, mode] of [
      ['inbox', 0o700],
      ['rejected', 0o700],
      ['rejected/7', 0o700],
      ['rejected/7/a.jpg.reason.txt', 0o600],
    ] as const) {
      expect((await stat(join(opened.path, name))).mode & 0o777).toBe(mode);
    }
  });

  it('lists files that have not changed for two seconds', async () => {
    await opened.put('inbox/7/whole.jpg', Buffer.from('x'));
    await opened.put('inbox/Jane/sub/growing.jpg', Buffer.from('x'));
    expect((await opened.inbox.list()).settled).toEqual([]);
    await settle();
    await writeFile(join(opened.path, 'inbox/Jane/sub/growing.jpg'), 'more', { flag: 'a' });
    expect((await opened.inbox.list()).settled).toEqual(['inbox/7/whole.jpg']);
    await settle();
    expect((await opened.inbox.list()).settled.sort()).toEqual([
      'inbox/7/whole.jpg',
      'inbox/Jane/sub/growing.jpg',
    ]);
  });

  it('does not read what has changed since it was listed', async () => {
    await opened.put('inbox/7/a.jpg', Buffer.from('x'));
    await opened.inbox.list();
    expect(await opened.inbox.read('inbox/7/a.jpg', 10)).toBeDefined();
    await writeFile(join(opened.path, 'inbox/7/a.jpg'), 'more', { flag: 'a' });
    expect(await opened.inbox.read('inbox/7/a.jpg', 10)).toBeUndefined();
  });

  it('passes over links, sockets and names that begin with a dot', async () => {
    const outside = join(opened.path, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'secret.jpg'), 'x');
    const inside = (name: string) => join(opened.path, 'inbox', name);
    await mkdir(inside('7'));
    await symlink(join(outside, 'secret.jpg'), inside('7/link.jpg'));
    await symlink(outside, inside('8'));
    await mkdir(inside('.hidden'));
    await writeFile(inside('.hidden/a.jpg'), 'x');
    await writeFile(inside('7/.DS_Store'), 'x');
    const socket = createServer().listen(inside('7/socket.jpg'));
    await once(socket, 'listening');
    await opened.inbox.list();
    await settle();
    expect((await opened.inbox.list()).settled).toEqual([]);
    for (const key of ['inbox/7/link.jpg', 'inbox/8/secret.jpg']) {
      expect(await opened.inbox.read(key, 10)).toBeUndefined();
    }
    socket.close();
  });

  const outside = [
    'inbox/../outside/x',
    'inbox/7/../../x',
    'inbox//x',
    'inbox/./x',
    'blacklist/7/x',
    'inbox/7/\0x',
  ];
  it.each(outside)('takes no key that leads out of it: %j', (key) => {
    expect(() => opened.inbox.read(key, 10)).toThrow(RangeError);
  });

  it('rejects a file whose name is as long as names may be', async () => {
    const key = `inbox/7/${'x'.repeat(255)}`;
    await opened.put(key, Buffer.from('x'));
    const file = await opened.inbox.read(key, 10);
    if (file) await opened.inbox.reject(file, 'It is not good.');
    const [rejected = ''] = await opened.keys();
    expect(rejected).toMatch(/^rejected\/[0-9a-f]{64}$/);
    expect(await opened.reasonOf(rejected)).toBe('It is not good.');
  });

  it('removes folders that have been empty for an hour, and makes itself again', async () => {
    const path = join(opened.path, 'inbox/Jane');
    await mkdir(path);
    await opened.inbox.list();
    expect((await stat(path)).isDirectory()).toBe(true);
    const before = new Date(Date.now() - 61 * 60_000);
    await utimes(path, before, before);
    await opened.inbox.list();
    await expect(stat(path)).rejects.toThrow('ENOENT');
    await rm(join(opened.path, 'inbox'), { recursive: true });
    expect((await opened.inbox.list()).settled).toEqual([]);
    expect((await stat(join(opened.path, 'inbox'))).isDirectory()).toBe(true);
  });

  it('passes over what systems keep in folders of their own, at any depth, and tells what', async () => {
    const bins = [
      '#recycle',
      '@eaDir',
      '$RECYCLE.BIN',
      'lost+found',
      '.Trash-1000',
      'Jane/#snapshot',
      'Jane/sub/@Recycle',
    ];
    for (const folder of bins) await opened.put(`inbox/${folder}/John Doe/a.jpg`, Buffer.from('x'));
    for (const name of ['Thumbs.db', '._a.jpg', '.DS_Store'])
      await opened.put(`inbox/Jane/${name}`, Buffer.from('x'));
    await opened.put('inbox/Jane/a.jpg', Buffer.from('x'));
    await opened.inbox.list();
    await settle();
    const { settled, passedOver } = await opened.inbox.list();
    expect(settled).toEqual(['inbox/Jane/a.jpg']);
    for (const label of [
      '#recycle',
      '@eaDir',
      '$RECYCLE.BIN',
      'lost+found',
      '#snapshot',
      '@Recycle',
      'Thumbs.db',
    ]) {
      expect([...passedOver]).toContain(label);
    }
    expect([...passedOver].join()).not.toMatch(/Jane|John/);
    expect(await folderInboxWarnings(opened.path)).toEqual([]);
  });

  it('says in the status which kinds of folders are passed over that somebody may have meant', async () => {
    await opened.put('inbox/@jane/a.jpg', Buffer.from('x'));
    expect(await folderInboxWarnings(opened.path)).toEqual([
      expect.stringMatching(/folders whose names begin with "@".*give it another name/),
    ]);
    for (const bin of ['Deleted Items', '_recycle', ...[1, 2, 3, 4, 5].map((copy) => `Papierkorb ${copy}`)]) {
      await opened.put(`inbox/${bin}/a.jpg`, Buffer.from('x'));
    }
    const [told, ...more] = await folderInboxWarnings(opened.path);
    expect(more).toEqual([]);
    // As many names as fit, and the number of the others.
    expect(told).toMatch(/Papierkorb \d|Deleted Items|_recycle/);
    expect(told).toMatch(/^Passed over in the inbox: (?:[^;]+; ){4}[^;]+ and 3 more\. Systems/);
  });

  const bytesPath = (...names: string[]) => Buffer.from(names.map((name) => `/${name}`).join(''), 'latin1');
  const inInbox = (...names: string[]) =>
    Buffer.concat([Buffer.from(join(opened.path, 'inbox')), bytesPath(...names)]);

  it('reads names that are not UTF-8 as Windows-1252, and reaches the files by their bytes', async () => {
    await mkdir(inInbox('Jos\xe9 \x8aimi\xe6'));
    for (const name of ['gr\xf6\xdfe.jpg', 'a.jpg'])
      await writeFile(inInbox('Jos\xe9 \x8aimi\xe6', name), name);
    await opened.inbox.list();
    await settle();
    const { settled } = await opened.inbox.list();
    expect(settled.sort()).toEqual(['inbox/José Šimiæ/a.jpg', 'inbox/José Šimiæ/größe.jpg']);
    const [one, other] = await Promise.all(settled.map((key) => opened.inbox.read(key, 10)));
    if (!one || !other) throw new Error('The files can not be read.');
    expect(Buffer.from(one.bytes ?? []).toString()).toBe('a.jpg');
    expect(await opened.inbox.remove(one)).toBe(true);
    await opened.inbox.reject(other, 'It is not good.');
    expect((await opened.get('rejected/José Šimiæ/größe.jpg'))?.toString()).toBe(
      Buffer.from('gr\xf6\xdfe.jpg').toString(),
    );
    expect((await opened.inbox.list()).settled).toEqual([]);
  });

  it('takes two files one after the other whose names are the same in two encodings', async () => {
    for (const name of ['\xe9.jpg', '\xc3\xa9.jpg']) {
      await mkdir(inInbox('7'), { recursive: true });
      await writeFile(inInbox('7', name), name);
    }
    const read: string[] = [];
    for (let turn = 0; turn < 2; turn++) {
      await opened.inbox.list();
      await settle();
      const { settled } = await opened.inbox.list();
      expect(settled).toEqual(['inbox/7/é.jpg']);
      const file = await opened.inbox.read('inbox/7/é.jpg', 10);
      if (!file) throw new Error('The file can not be read.');
      read.push(Buffer.from(file.bytes ?? []).toString());
      await opened.inbox.remove(file);
    }
    expect(read.sort()).toEqual(['Ã©.jpg', 'é.jpg']);
  });
});

describe('a file that is a mount of its own', () => {
  it('is not removable, whatever its name, and others are', async () => {
    const opened = await openedFolder();
    const keys = ['inbox/Jane Roe/a b.jpg', 'inbox/José/tab\t.jpg', 'inbox/Jane Roe/other.jpg'];
    for (const key of keys) await opened.put(key, Buffer.from('x'));
    const inbox = await realpath(join(opened.path, 'inbox'));
    const escaped = (path: string) =>
      Buffer.from(path)
        .toString('latin1')
        .replaceAll(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
    const table = keys
      .slice(0, 2)
      .map(
        (key) =>
          `127 95 254:0 /pictures/x.jpg ${escaped(join(opened.path, key))} rw,relatime shared:1 - ext4 /dev/vda rw`,
      );
    const mounts = new Set(mountPlaces(`21 1 0:19 / / rw - overlay overlay rw\n${table.join('\n')}\n`));
    const removable = keys.map((key) => isRemovable(Buffer.from(join(inbox, key.slice(6))), mounts));
    expect(await Promise.all(removable)).toEqual([false, false, true]);
    // Nothing is mounted in this test.
    expect(await mountsBelow(Buffer.from(inbox))).toEqual(new Set());
    expect(await opened.keys()).toHaveLength(3);
    await opened.remove();
  });

  it.runIf(process.platform === 'linux')('is found in the table of mounts', async () => {
    expect([...(await mountsBelow(Buffer.from('/')))]).toContain('/proc');
  });
});

describe('the inbox of a user who may not remove what is in it', () => {
  let opened: Awaited<ReturnType<typeof openedFolder>>;
  beforeEach(async () => {
    opened = await openedFolder();
    for (const key of ['inbox/Own/a.jpg', 'inbox/Locked/a.jpg', 'inbox/Sticky/a.jpg', 'inbox/Secret/a.jpg']) {
      await opened.put(key, Buffer.from('x'));
    }
    const inbox = (name: string) => join(opened.path, 'inbox', name);
    for (const path of [opened.path, inbox(''), inbox('Own')]) giveToUnprivileged(path);
    await chmod(inbox('Locked'), 0o555);
    await chmod(inbox('Sticky'), 0o1777);
    await chmod(inbox('Secret'), 0o000);
  });
  afterEach(async () => {
    for (const name of ['Locked', 'Secret']) await chmod(join(opened.path, 'inbox', name), 0o700);
    await opened.remove();
  });
  // Only root can make somebody else's files in a sticky folder.
  const unremovable = isRoot ? ['inbox/Locked/a.jpg', 'inbox/Sticky/a.jpg'] : ['inbox/Locked/a.jpg'];

  it('has no pictures to be indexed that could not be removed then, and changes none of them', async () => {
    const listing = await runUnprivileged<Record<string, string[]>>(
      { folder: 'lib/inbox/folder.ts', timers: 'test/inbox/settle.ts' },
      `const inbox = folder.openFolderInbox(${JSON.stringify(opened.path)});
      await inbox.list();
      await timers.settle();
      return inbox.list();`,
    );
    const settled = ['inbox/Own/a.jpg', ...(isRoot ? [] : ['inbox/Sticky/a.jpg'])];
    expect(listing.settled?.sort()).toEqual(settled);
    expect(listing.unremovable?.sort()).toEqual(unremovable);
    expect(listing.unreadable).toEqual(['inbox/Secret/']);
    expect(await opened.keys()).toHaveLength(isRoot ? 4 : 3);
  });

  it('is warned of in the status, with what to do', async () => {
    const warnings = await runUnprivileged<string[]>(
      { folder: 'lib/inbox/folder-warnings.ts' },
      `return folder.folderInboxWarnings(${JSON.stringify(opened.path)})`,
    );
    expect(warnings).toEqual([
      expect.stringMatching(/may not be removed by user .*inbox\/Locked\/.*write permission/),
      expect.stringMatching(/may be read by user .*inbox\/Secret\/.*read permission/),
    ]);
    expect(warnings[0]).toMatch(new RegExp(`^${unremovable.length} picture`));
  });

  it('does not hold up a deletion: what may be removed goes, and the rest is left to its owner', async () => {
    const left = await runUnprivileged<{ keys: string[]; after: string[] }>(
      { folder: 'lib/inbox/folder-leftovers.ts' },
      `const leftovers = folder.openFolderLeftovers(${JSON.stringify(opened.path)});
      const keys = async () => (await Array.fromAsync(leftovers.list('inbox'))).map(({ key }) => key).sort();
      const before = await keys();
      for await (const leftover of leftovers.list('inbox')) await leftovers.delete(leftover);
      await leftovers.removeEmptyFolders('inbox', () => true);
      return { keys: before, after: await keys() };`,
    );
    const removable = ['inbox/Own/a.jpg', ...(isRoot ? [] : ['inbox/Sticky/a.jpg'])];
    expect(left).toEqual({ keys: removable, after: [] });
    const names = await readdir(join(opened.path, 'inbox'));
    expect(names.sort()).toEqual(['Locked', 'Secret', ...(isRoot ? ['Sticky'] : [])]);
  });

  it.runIf(isRoot)('keeps an empty folder that this user may not remove', async () => {
    const theirs = join(opened.path, 'inbox', 'Theirs');
    await mkdir(join(theirs, 'empty'), { recursive: true });
    await chmod(theirs, 0o755);
    await runUnprivileged(
      { folder: 'lib/inbox/folder-leftovers.ts' },
      `await folder.openFolderLeftovers(${JSON.stringify(opened.path)}).removeEmptyFolders('inbox', (name) => name === 'Theirs');
      return null;`,
    );
    expect(await readdir(theirs)).toEqual(['empty']);
  });
});

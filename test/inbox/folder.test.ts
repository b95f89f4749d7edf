import { once } from 'node:events';
import { mkdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inboxSuite } from '../suites/inbox.ts';
import { openedFolder } from './data-folder.ts';

inboxSuite('a folder', openedFolder);

describe('the inbox in a folder, by itself', () => {
  let opened: Awaited<ReturnType<typeof openedFolder>>;
  beforeEach(async () => {
    opened = await openedFolder();
  });
  afterEach(() => opened.remove());
  const settle = () => delay(2_100);

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
});

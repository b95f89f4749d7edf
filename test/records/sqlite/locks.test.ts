import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openFolderInbox } from '../../../lib/inbox/folder.ts';
import { readLocalPath } from '../../../lib/inputs/local-path.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';
import { write } from '../../../lib/records/sqlite/transactions.ts';
import { readPictureFile } from '../../../local/picture-file.ts';
import { processedResult } from '../../suites/records/fixtures.ts';

let folder: string;
let path: string;
let server: ChildProcess | undefined;
let locksWhenOpened: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'locks-'));
  path = join(folder, 'face-blacklist.sqlite');
});
afterEach(async () => {
  server?.kill('SIGKILL');
  server = undefined;
  await rm(folder, { recursive: true });
});

/**
 * Makes a process of its own do these things, and waits for it. Whatever they are, the process must keep the
 * locks that show it is there.
 */
async function serverDoes(...orders: (readonly [order: string, argument: string])[]): Promise<void> {
  server ??= fork(join(import.meta.dirname, 'records-process.ts'), [path]);
  for (const order of orders) {
    const done = once(server, 'message');
    server.send(order);
    expect([order, (await done)[0]]).toEqual([order, 'done']);
    const locks = await locksOf(server.pid);
    if (order[0] === 'open') locksWhenOpened = locks;
    expect([order, locks]).toEqual([order, locksWhenOpened]);
  }
}

/**
 * Lists a process's POSIX locks on the database's files. On Linux there is at least one while a database is
 * open.
 */
async function locksOf(pid: number | undefined): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const inodes = ['', '-shm'].map((suffix) => statSync(path + suffix).ino);
  const locks = (await readFile('/proc/locks', 'utf8'))
    .split('\n')
    .map((line) => line.replace(/^\d+: /, ''))
    .filter((line) => line.includes(` ${pid} `) && inodes.some((inode) => line.includes(`:${inode} `)));
  expect(locks.length).toBeGreaterThanOrEqual(2);
  return locks.sort();
}

/**
 * Reads the database as any other program does, and closes it. SQLite versions older than Node's then delete
 * the log if they think that nobody else has it open. So Python's version is used, if there is one.
 */
function readFromOutside(): void {
  const script = `
import sqlite3
connection = sqlite3.connect(${JSON.stringify(path)})
connection.execute('SELECT count(*) FROM entry').fetchall()
connection.close()`;
  const { error, status } = spawnSync('python3', ['-c', script]);
  if (!error) expect(status).toBe(0);
  using database = new DatabaseSync(path);
  database.exec('SELECT count(*) FROM entry');
}

async function namesAfterKill(): Promise<string[]> {
  const gone = once(server as ChildProcess, 'exit');
  server?.kill('SIGKILL');
  await gone;
  using database = await openDatabase(path);
  return (await openSqliteRecords(database).listEntries('PENDING')).map(({ name }) => name);
}

describe('what was acknowledged', () => {
  test('is there after a kill, though others have read the database meanwhile', async () => {
    await serverDoes(['open', ''], ['list', 'Ada']);
    readFromOutside();
    await serverDoes(['list', 'Bob']);
    readFromOutside();
    await serverDoes(['list', 'Eve']);
    expect(await namesAfterKill()).toEqual(['Ada', 'Bob', 'Eve']);
  });

  test('is there after a kill, though pictures of the database were asked for', async () => {
    await serverDoes(['open', ''], ['list', 'Ada']);
    await mkdir(join(folder, 'inbox/7'), { recursive: true });
    for (const suffix of ['', '-wal', '-shm']) {
      await link(path + suffix, join(folder, `hard${suffix}.jpg`));
      await link(path + suffix, join(folder, `inbox/7/hard${suffix}.jpg`));
      await symlink(path + suffix, join(folder, `soft${suffix}.jpg`));
      for (const name of [`${path}${suffix}`, `hard${suffix}.jpg`, `soft${suffix}.jpg`])
        await serverDoes(['path', name]);
      await serverDoes(['enroll', join(folder, `hard${suffix}.jpg`)], ['enroll', path + suffix]);
      await serverDoes(['inbox', `inbox/7/hard${suffix}.jpg`]);
      await serverDoes(
        ['old', join(folder, `hard${suffix}.jpg`)],
        ['old', join(folder, `soft${suffix}.jpg`)],
      );
    }
    readFromOutside();
    await serverDoes(['list', 'Bob']);
    expect(await namesAfterKill()).toEqual(['Ada', 'Bob']);
  });

  test('is there after a kill, though it was opened again, and the gallery loaded by a thread', async () => {
    await serverDoes(['open', ''], ['list', 'Ada'], ['thread', ''], ['claim', ''], ['again', '']);
    readFromOutside();
    await serverDoes(['list', 'Bob']);
    expect(await namesAfterKill()).toEqual(['Ada', 'Bob']);
  });
});

test('the files of an open database are refused, under any name', async () => {
  using _database = await openDatabase(path);
  await mkdir(join(folder, 'inbox'), { recursive: true });
  for (const suffix of ['', '-wal', '-shm']) {
    await link(path + suffix, join(folder, `inbox/a${suffix}.jpg`));
    for (const name of [path + suffix, `inbox/a${suffix}.jpg`]) {
      await expect(readLocalPath(name, folder, 1e9)).rejects.toThrow('no readable picture');
    }
    await expect(readPictureFile(path + suffix, 1e9)).rejects.toThrow('file of the database');
    expect(await openFolderInbox(folder).read(`inbox/a${suffix}.jpg`, 1e9)).toBeUndefined();
  }
});

test('a file that another program makes has the name of a picture, and is read', async () => {
  using _database = await openDatabase(path);
  using other = new DatabaseSync(join(folder, 'other.jpg'));
  other.exec('CREATE TABLE a (b)');
  expect((await readLocalPath('other.jpg', folder, 1e6)).length).toBeGreaterThan(0);
  await expect(readLocalPath('enroll.lock', folder, 1e6)).rejects.toThrow('no readable picture');
});

describe('while another program writes', () => {
  test('reads are answered, the loop goes on, and who needs the lock gets it when it is free', async () => {
    using database = await openDatabase(path);
    const store = openSqliteRecords(database);
    const { id } = await store.createEntry({ name: 'Ada', reason: null });
    using other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const turning = setInterval(() => turns++, 1);
    const order: string[] = [];
    const writes = ['Bob', 'Eve', 'Joan'].map(async (name) => {
      await store.createEntry({ name, reason: null });
      order.push(name);
    });
    const kept = store.addProcessed('picture', processedResult());
    for (let reads = 0; reads < 20; reads++) {
      expect(await store.getEntry(id)).toMatchObject({ name: 'Ada' });
      expect(await store.count()).toMatchObject({ processed: 0 });
      await store.check();
      await delay(5);
    }
    expect(order).toEqual([]);
    // The event loop turned between the reads, as it does without a lock.
    expect(turns).toBeGreaterThanOrEqual(20);
    other.exec('COMMIT');
    await Promise.all(writes);
    clearInterval(turning);
    expect(order).toEqual(['Bob', 'Eve', 'Joan']);
    expect(await kept).toMatchObject({ id: 1 });
  });

  test('a service starts', async () => {
    (await openDatabase(path)).close();
    using other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    using database = await openDatabase(path);
    expect(await openSqliteRecords(database).listEntries('ACTIVE')).toEqual([]);
  });

  test('a statement fails at once, and never waits in SQLite', async () => {
    using database = await openDatabase(path);
    using other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    expect(database.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 0 });
    let runs = 0;
    const writing = write(database, () => runs++);
    await delay(20);
    expect(runs).toBe(0);
    other.exec('COMMIT');
    expect(await writing).toBe(0);
    expect(runs).toBe(1);
  });
});

describe('a database whose files are no longer those that were opened', () => {
  test.each([
    ['removed', '', () => rm(path)],
    ['replaced, as by a backup that is put in place', '', () => replace(path)],
    ['rid of its log', '-wal', () => rm(`${path}-wal`)],
    ['rid of its index', '-shm', () => rm(`${path}-shm`)],
  ])('takes nothing that would be lost, and says so: %s', async (_, suffix, change) => {
    using database = await openDatabase(path);
    const store = openSqliteRecords(database);
    await store.createEntry({ name: 'Ada', reason: null });
    await store.check();
    await change();
    const told = {
      code: 'backend_unavailable',
      message: expect.stringContaining(`${path}${suffix} was removed or replaced while the service runs`),
    };
    await expect(store.createEntry({ name: 'Bob', reason: null })).rejects.toMatchObject(told);
    await expect(store.check()).rejects.toMatchObject(told);
    expect(await store.listEntries('PENDING')).toHaveLength(1);
  });

  async function replace(file: string): Promise<void> {
    await copyFile(file, `${file}.copy`);
    await rename(`${file}.copy`, file);
  }
});

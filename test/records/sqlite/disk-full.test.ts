import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, unlink } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isDiskFull, reserveBytes } from '../../../lib/disk-space.ts';
import { DiskFullError } from '../../../lib/errors.ts';
import { openFileSystemImages } from '../../../lib/images/filesystem.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';
import { writeUpload } from '../../../lib/uploads/files.ts';
import { describeWithDisk, mountSmallDisk } from '../../small-disk.ts';
import { activeEntry, processedResult } from '../../suites/records/fixtures.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disk-full-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a database that may not grow', () => {
  test('takes nothing more, says why, and can be emptied', async () => {
    using database = await openDatabase(join(folder, 'records.sqlite'));
    const store = openSqliteRecords(database);
    const { entry, imageId } = await activeEntry(store, 'Ada');
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() ?? {};
    database.exec(`PRAGMA max_page_count = ${pages}`);
    const added = (async () => {
      for (let count = 0; count < 100; count++) await store.addProcessed(`${count}`, processedResult());
    })();
    await expect(added).rejects.toThrow(DiskFullError);
    await expect(store.createEntry({ name: 'Bob', reason: 'x'.repeat(10_000) })).rejects.toThrow(
      /^The disk is full/,
    );
    expect(await store.markEntryDeleting(entry.id)).toMatchObject({ id: entry.id });
    await store.removeImage(imageId);
    await store.removeEntry(entry.id);
    expect(await store.getEntry(entry.id)).toBeUndefined();
  });

  test('has room for deletions beside it from its first record on', async () => {
    const path = join(folder, 'records.sqlite');
    using database = await openDatabase(path);
    const store = openSqliteRecords(database);
    await store.createEntry({ name: 'Ada', reason: null });
    expect(await stat(`${path}-reserve`)).toMatchObject({ size: reserveBytes, mode: 0o100600 });
    await unlink(`${path}-reserve`);
    await store.check();
    expect((await stat(`${path}-reserve`)).size).toBe(reserveBytes);
  });
});

test('a used up quota is a full disk, which Node tells by its number alone', async () => {
  const number = constants.errno.EDQUOT;
  const told = Object.assign(new Error(`Unknown system error -${number}`), {
    errno: -number,
    code: `Unknown system error -${number}`,
  });
  expect(isDiskFull(told)).toBe(true);
  const other = await readFile(join(folder, 'absent')).catch((error: unknown) => error);
  expect(isDiskFull(other)).toBe(false);
});

/** Size of the tests' disk in bytes. */
const diskBytes = 24 * 1024 * 1024;

describeWithDisk('a disk that is full', () => {
  test('takes no more, says so, lets go of what is there, and goes on when there is room', async () => {
    await using disk = await mountSmallDisk(diskBytes);
    const path = join(disk.path, 'data/records.sqlite');
    const folders = {
      blacklist: join(disk.path, 'b'),
      processed: join(disk.path, 'p'),
      cropped: join(disk.path, 'c'),
    };
    const images = openFileSystemImages(folders);
    let database = await openDatabase(path);
    let store = openSqliteRecords(database);
    const people: number[] = [];
    for (let count = 0; count < 40; count++)
      people.push((await activeEntry(store, `Person ${count}`)).entry.id);
    await images.put('blacklist/1/a.jpg', new Uint8Array(1000), 'image/jpeg');
    await Promise.all([store.check(), images.check()]);
    disk.fill();

    const full = expect.objectContaining({
      code: 'disk_full',
      message: expect.stringMatching(/disk is full/),
    });
    const upload = (async function* () {
      yield new Uint8Array(1000);
    })();
    await mkdir(join(disk.path, 'data/uploads'), { recursive: true }).catch(() => undefined);
    const outcomes = await Promise.allSettled([
      // The log still has some space, but the disk has none for what follows.
      (async () => {
        for (let count = 0; count < 2000; count++) await store.addProcessed(`${count}`, processedResult());
      })(),
      images.put('blacklist/1/b.jpg', new Uint8Array(1000), 'image/jpeg'),
      writeUpload(join(disk.path, 'data/uploads/a.jpg'), upload),
      images.check(),
    ]);
    expect(outcomes).toEqual(outcomes.map(() => ({ status: 'rejected', reason: full })));
    expect(existsSync(join(folders.blacklist, '1/b.jpg'))).toBe(false);

    for (const id of people.slice(0, 20)) {
      expect(await store.markEntryDeleting(id)).toMatchObject({ id });
      await store.removeEntry(id);
    }
    await images.delete('blacklist/1/a.jpg');
    // Space that deletions gave back is kept for further deletions.
    disk.fill();
    await expect(store.createEntry({ name: 'Bob', reason: null })).rejects.toEqual(full);
    await expect(store.check()).rejects.toEqual(full);

    // A new start needs no space either.
    await store.close();
    disk.fill();
    database = await openDatabase(path);
    store = openSqliteRecords(database);
    for (const id of people.slice(20)) {
      expect(await store.markEntryDeleting(id)).toMatchObject({ id });
      await store.removeEntry(id);
    }
    expect(await store.listEntries('ACTIVE')).toEqual([]);

    await disk.relieve();
    expect(await store.createEntry({ name: 'Bob', reason: null })).toMatchObject({ name: 'Bob' });
    await images.put('blacklist/1/b.jpg', new Uint8Array(1000), 'image/jpeg');
    await Promise.all([store.check(), images.check()]);
    await store.close();
  });
});

describeWithDisk('a disk that became read-only', () => {
  test('is named, for pictures and the database', async () => {
    await using disk = await mountSmallDisk(diskBytes);
    const path = join(disk.path, 'records.sqlite');
    const names = ['blacklist', 'processed', 'cropped'] as const;
    const [blacklist, processed, cropped] = names.map((name) => join(disk.path, name)) as [
      string,
      string,
      string,
    ];
    const images = openFileSystemImages({ blacklist, processed, cropped });
    await images.put('blacklist/1/a.jpg', new Uint8Array(1000), 'image/jpeg');
    (await openDatabase(path)).close();
    execFileSync('mount', ['-o', 'remount,ro', disk.path]);
    const named = (what: string) => ({
      code: 'backend_unavailable',
      message: expect.stringMatching(`^${what} can't be written: the file system is read-only`),
    });
    await expect(openDatabase(path)).rejects.toMatchObject(named('The database'));
    await expect(images.put('blacklist/1/b.jpg', new Uint8Array(1), 'image/jpeg')).rejects.toMatchObject(
      named('Pictures'),
    );
    await expect(images.check()).rejects.toMatchObject(named('Pictures'));
    expect(await images.get('blacklist/1/a.jpg')).toHaveLength(1000);
  });
});

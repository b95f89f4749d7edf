import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codeOf } from '../../../lib/faces/engine/search/gallery-memory.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { embeddingsOf } from '../../../lib/records/sqlite/embedding-rows.ts';
import { openSqliteEmbeddings } from '../../../lib/records/sqlite/embeddings.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';
import { describeWithDisk, mountSmallDisk } from '../../small-disk.ts';
import { activeEntry, addImage } from '../../suites/records/fixtures.ts';

const box = { x: 1, y: 2, w: 3, h: 4 };

/** Makes embedding `n`; all of them have different directions. */
function embedding(n: number): Float32Array {
  return Float32Array.from({ length: 128 }, (_, index) => Math.sin((n + 1) * (index + 1) * 0.7));
}

test('an erasure leaves no code in the database, also where SQLite has moved them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'codes-'));
  const path = join(folder, 'records.sqlite');
  const database = await openDatabase(path);
  try {
    const records = openSqliteRecords(database);
    const store = openSqliteEmbeddings(database);
    const faces = store.ofVersion('Dlib', ['Dlib']);
    const add = (entryId: number, imageId: string, n: number) =>
      faces.add({ entryId, imageId, box }, embedding(n), codeOf(embedding(n)));
    const { entry } = await activeEntry(records, 'Ada Byron');
    const images: string[] = [];
    for (let n = 0; n < 30; n++) images.push((await addImage(records, entry.id)).id);
    const others = Array.from({ length: 600 }, (_, n) => n);
    await store.write(() => {
      for (const n of others) {
        add(99, `other-${n}`, n);
        if (n % 20 === 0) add(entry.id, images[n / 20] as string, 1000 + n);
      }
    });
    // SQLite moves the other faces together.
    await store.write(() => {
      for (const n of others) if (n % 7 !== 0) faces.remove(`other-${n}`);
    });

    const codes = images.map((_, index) => Buffer.from(codeOf(embedding(1000 + 20 * index))));
    // An erasure searches the file for what these are.
    const sought = embeddingsOf(database, entry.id).map((bytes) => Buffer.from(bytes));
    expect(sought).toHaveLength(2 * codes.length);
    expect(codes.filter((code) => !sought.some((bytes) => bytes.equals(code)))).toEqual([]);

    await records.markEntryDeleting(entry.id, { history: 'redact' });
    await store.write(() => images.map((imageId) => faces.remove(imageId)), { frees: true });
    await records.removeEntry(entry.id);
    await records.purge(entry.id);
    const file = await readFile(path);
    expect(codes.filter((code) => file.includes(code.subarray(0, 64)))).toEqual([]);
    expect(file.includes(Buffer.from(codeOf(embedding(0))))).toBe(true);
  } finally {
    database.close();
    await rm(folder, { recursive: true });
  }
});

describeWithDisk('on a disk with little room', () => {
  test('no codes are added to what an earlier version stored: they would take the room of new records', async () => {
    await using disk = await mountSmallDisk(32 * 1024 * 1024);
    const database = await openDatabase(join(disk.path, 'records.sqlite'));
    try {
      const store = openSqliteEmbeddings(database);
      const faces = store.ofVersion('Dlib', ['Dlib']);
      await store.write(() =>
        faces.add({ entryId: 1, imageId: 'one', box }, embedding(1), codeOf(embedding(1))),
      );
      // The face has no code then, as those of an earlier version.
      database.exec('UPDATE faces SET entry_id = 9');
      expect(await store.write(() => store.addCodes(codeOf))).toBe(false);
      expect(store.lacksCodes()).toBe(true);
      expect([...faces.since(0)]).toMatchObject([[1, 9, null, expect.any(Uint8Array)]]);
    } finally {
      database.close();
    }
  });
});

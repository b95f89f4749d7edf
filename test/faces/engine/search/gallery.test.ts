import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { embeddingModels } from '../../../../lib/faces/engine/models/models.ts';
import { CodeFilling } from '../../../../lib/faces/engine/search/code-filling.ts';
import type { EmbeddingReader, GalleryFace } from '../../../../lib/faces/engine/search/embedding-store.ts';
import { Gallery } from '../../../../lib/faces/engine/search/gallery.ts';
import {
  capacityOf,
  codeOf,
  rowsUsed,
  type SharedGallery,
} from '../../../../lib/faces/engine/search/gallery-memory.ts';
import { searchGallery } from '../../../../lib/faces/engine/search/search.ts';
import { openDatabase } from '../../../../lib/records/sqlite/database.ts';
import { openReader } from '../../../../lib/records/sqlite/embedding-rows.ts';
import { openSqliteEmbeddings } from '../../../../lib/records/sqlite/embeddings.ts';
import { inTransaction } from '../../../../lib/records/sqlite/transactions.ts';

const dimensions = 128;

/** Makes embedding `n`; all of them have different directions. */
function embedding(n: number): Float32Array {
  return Float32Array.from({ length: dimensions }, (_, index) => Math.sin((n + 1) * (index + 1) * 0.7));
}
const face = (n: number) => ({ entryId: n, imageId: `image-${n}`, box: { x: n, y: 1, w: 2, h: 3 } });

/** Inserts a face as an engine does, in one step before the commit and one after it. */
function insert(gallery: Gallery, face: GalleryFace, embedding: Float32Array): void {
  gallery.insert(face, embedding);
  gallery.takeOver();
}

function remove(gallery: Gallery, imageId: string): void {
  const id = gallery.delete(imageId);
  if (id !== undefined) gallery.drop(id);
}

describe('the gallery', () => {
  let folder: string;
  let databases: DatabaseSync[];
  let readers: EmbeddingReader[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gallery-'));
    databases = [];
    readers = [];
  });
  afterEach(async () => {
    for (const reader of readers) reader[Symbol.dispose]();
    for (const database of databases) database.close();
    await rm(folder, { recursive: true });
  });

  /**
   * Opens a gallery on a handle of its own, as each process does, with the memory that it shares for
   * searches.
   */
  async function open() {
    const database = await openDatabase(join(folder, 'faces.sqlite'));
    databases.push(database);
    database.exec('PRAGMA synchronous = OFF');
    const store = await openSqliteEmbeddings(database);
    const memories: SharedGallery[] = [];
    const gallery = new Gallery(store, embeddingModels.Dlib, (shared) => memories.push(shared));
    const memory = () => memories.at(-1) as SharedGallery;
    const reader = openReader(join(folder, 'faces.sqlite'));
    readers.push(reader);
    const embeddingOf = (faceId: number) => reader.embedding(faceId);
    gallery.refresh();
    return {
      database,
      store,
      gallery,
      memories,
      memory,
      add: (n: number) => insert(gallery, face(n), embedding(n)),
      /** Finds the faces equal to embedding `n`. */
      find: (n: number) =>
        searchGallery({ ...memory(), embeddingOf }, [embedding(n)], 'cosine', 1e-6)
          .flat()
          .map(({ faceId }) => gallery.get(faceId)),
    };
  }

  test('finds a face that was added, and not one that was removed', async () => {
    const { gallery, add, find } = await open();
    for (const n of [1, 2, 3]) add(n);
    expect(find(2)).toMatchObject([face(2)]);
    remove(gallery, 'image-2');
    remove(gallery, 'image-2');
    remove(gallery, 'never-there');
    expect(find(2)).toEqual([]);
    expect(find(3)).toMatchObject([face(3)]);
    expect([gallery.has('image-1'), gallery.has('image-2'), gallery.size]).toEqual([true, false, 2]);
  });

  test('keeps the first face of an image that is added twice', async () => {
    const { gallery, add, find } = await open();
    add(1);
    insert(gallery, { ...face(1), entryId: 99 }, embedding(50));
    expect(gallery.size).toBe(1);
    expect(find(1)).toMatchObject([face(1)]);
    expect(find(50)).toEqual([]);
  });

  test('makes room for more faces than it began with, and loads them all again', async () => {
    const first = await open();
    const capacity = capacityOf(first.memory());
    const count = 2 * capacity + 10;
    inTransaction(first.database, () => {
      for (let n = 0; n < count; n++) first.add(n);
    });
    expect(first.memories.map(capacityOf)).toEqual([capacity, 2 * capacity, 3 * capacity]);
    const again = await open();
    for (const { gallery, find } of [first, again]) {
      expect(gallery.size).toBe(count);
      for (const n of [0, capacity - 1, capacity, 2 * capacity - 1, 2 * capacity, count - 1]) {
        expect(find(n)).toMatchObject([face(n)]);
      }
    }
  });

  test('loads many faces, and goes on from there', async () => {
    const first = await open();
    const count = 21_000;
    inTransaction(first.database, () => {
      for (let n = 0; n < count; n++) first.add(n);
      for (let n = 0; n < count; n += 1000) remove(first.gallery, `image-${n}`);
    });
    const { gallery, memory, memories, add, find } = await open();
    expect(gallery.size).toBe(count - 21);
    expect(rowsUsed(memory())).toBe(count - 21);
    expect(memories).toHaveLength(2);
    const some = [1, 999, 1001, 5000 + 1, count / 2 - 1, count / 2 + 1, count - 1];
    expect(some.map(find)).toMatchObject(some.map((n) => [face(n)]));
    expect([0, 1000, 20_000].flatMap(find)).toEqual([]);
    remove(gallery, 'image-999');
    add(count);
    first.add(count + 1);
    gallery.refresh();
    expect([999, count, count + 1].flatMap(find)).toMatchObject([face(count), face(count + 1)]);
    expect(gallery.size).toBe(count - 20);
    expect(rowsUsed(memory())).toBe(count - 20);
  });

  test('gives the place of a removed face to the next one', async () => {
    const { gallery, memories, memory, add, find } = await open();
    for (let n = 0; n < 5; n++) add(n);
    for (const n of [1, 3]) remove(gallery, `image-${n}`);
    for (const n of [5, 6]) add(n);
    expect(rowsUsed(memory())).toBe(5);
    add(7);
    expect(rowsUsed(memory())).toBe(6);
    expect(memories).toHaveLength(1);
    expect([1, 3].flatMap(find)).toEqual([]);
    expect([0, 2, 4, 5, 6, 7].flatMap(find)).toMatchObject([0, 2, 4, 5, 6, 7].map(face));
  });

  /** Takes codes away, as if an earlier release had stored the faces. */
  function forgetCodes(database: DatabaseSync, where = '1'): void {
    database.exec(`
      DELETE FROM face_code WHERE ${where};
      DELETE FROM face_code_gap;
      INSERT INTO face_code_gap SELECT 0, max(id) FROM faces`);
  }

  const codesOf = (database: DatabaseSync) =>
    database
      .prepare('SELECT faces.id, faces.embedding, face_code.code FROM faces LEFT JOIN face_code USING (id)')
      .all();

  test.each([
    ['few faces', 40],
    ['many faces', 20_500],
  ])('loads %s of an earlier release, with codes or without, and finds the same', async (_, count) => {
    const first = await open();
    inTransaction(first.database, () => {
      for (let n = 0; n < count; n++) first.add(n);
    });
    const some = [0, 1, 2, 3, 17, count / 2, count - 2, count - 1];
    for (const without of ['1', 'id % 3 = 0']) {
      forgetCodes(first.database, without);
      const { gallery, memory, find, add } = await open();
      expect(some.map(find)).toMatchObject(some.map((n) => [face(n)]));
      expect([gallery.size, rowsUsed(memory())]).toEqual([count, count]);
      add(count);
      expect(find(count)).toMatchObject([face(count)]);
      remove(gallery, `image-${count}`);
    }
  });

  test('stores the codes that an earlier release did not, and those alone, while faces come and go', async () => {
    const { database, store, add, gallery } = await open();
    inTransaction(database, () => {
      for (let n = 0; n < 1200; n++) add(n);
    });
    forgetCodes(database, 'id < 1000');
    const filling = new CodeFilling(store);
    add(1200);
    remove(gallery, 'image-700');
    await filling.done;
    const codes = codesOf(database);
    expect(codes).toHaveLength(1200);
    for (const { embedding, code } of codes) {
      expect(code).toEqual(codeOf(new Float32Array((embedding as Uint8Array).slice().buffer)));
    }
    expect(
      database
        .prepare('SELECT count(*) AS orphans FROM face_code WHERE id NOT IN (SELECT id FROM faces)')
        .get(),
    ).toEqual({ orphans: 0 });
    expect(store.lacksCodes()).toBe(false);
  });

  test('goes on with the codes where another process was stopped', async () => {
    const { database, store, add } = await open();
    inTransaction(database, () => {
      for (let n = 0; n < 1200; n++) add(n);
    });
    forgetCodes(database);
    await new CodeFilling(store).stop();
    expect(store.lacksCodes()).toBe(true);
    await new CodeFilling(store).done;
    expect(store.lacksCodes()).toBe(false);
    expect(codesOf(database).filter(({ code }) => code === null)).toEqual([]);
  });

  test('keeps no code of a face that is gone, or that was changed, whoever did it', async () => {
    const { database, store, gallery, add } = await open();
    for (const n of [1, 2, 3]) add(n);
    remove(gallery, 'image-1');
    database.exec("DELETE FROM faces WHERE image_id = 'image-2'; UPDATE faces SET entry_id = 9");
    expect(database.prepare('SELECT count(*) AS codes FROM face_code').get()).toEqual({ codes: 0 });
    const { find } = await open();
    expect([1, 2, 3].flatMap(find)).toMatchObject([{ ...face(3), entryId: 9 }]);
    await new CodeFilling(store).done;
    expect(codesOf(database)).toMatchObject([{ id: 3, code: codeOf(embedding(3)) }]);
  });

  test('holds the faces of its own model version alone', async () => {
    const { database, add } = await open();
    add(1);
    database.exec("UPDATE faces SET model = 'Dlib-0'");
    const { gallery, find } = await open();
    expect(gallery.size).toBe(0);
    expect(find(1)).toEqual([]);
    insert(gallery, face(1), embedding(2));
    expect(find(2)).toMatchObject([face(1)]);
  });

  test('holds nothing until it is told to look, and then all of it', async () => {
    const { store, add } = await open();
    for (const n of [1, 2, 3]) add(n);
    const gallery = new Gallery(store, embeddingModels.Dlib, () => undefined);
    insert(gallery, face(4), embedding(4));
    remove(gallery, 'image-2');
    expect([gallery.size, gallery.has('image-1'), gallery.has('image-2')]).toEqual([0, true, false]);
    gallery.refresh();
    expect(gallery.size).toBe(3);
  });

  test('takes over what another process did, when it is told to look', async () => {
    const mine = await open();
    const theirs = await open();
    mine.add(1);
    theirs.gallery.refresh();
    remove(theirs.gallery, 'image-1');
    theirs.add(2);
    mine.gallery.refresh();
    expect(mine.find(1)).toEqual([]);
    expect(mine.find(2)).toMatchObject([face(2)]);
  });

  test('is right after any order of adding and removing in two processes', async () => {
    const step = fc.record({
      process: fc.integer({ min: 0, max: 1 }),
      action: fc.constantFrom('add', 'remove', 'refresh'),
      n: fc.integer({ min: 0, max: 3 }),
    });
    const processes = [await open(), await open()] as const;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const present = new Set<number>();
        for (const { process, action, n } of steps) {
          const { gallery, add } = processes[process === 0 ? 0 : 1];
          if (action === 'refresh') gallery.refresh();
          else if (action === 'add') add(n);
          else remove(gallery, `image-${n}`);
          if (action === 'add') present.add(n);
          if (action === 'remove') present.delete(n);
        }
        for (const { gallery, find } of processes) {
          gallery.refresh();
          for (const n of [0, 1, 2, 3]) {
            expect(find(n)).toMatchObject(present.has(n) ? [face(n)] : []);
            expect(gallery.has(`image-${n}`)).toBe(present.has(n));
          }
          expect(gallery.size).toBe(present.size);
        }
        for (const n of [0, 1, 2, 3]) remove(processes[0].gallery, `image-${n}`);
        for (const { gallery } of processes) gallery.refresh();
      }),
    );
    expect(rowsUsed(processes[0].memory())).toBeLessThan(20);
  });
});

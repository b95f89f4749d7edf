import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCollectionDatabase } from '../../../../local/emulators/rekognition/database.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rekognition-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('the database is for its owner alone', async () => {
  openCollectionDatabase(folder).close();
  expect((await stat(join(folder, 'rekognition.sqlite'))).mode & 0o777).toBe(0o600);
});

test('an older database keeps its collections and faces, and gives no place in a list again', async () => {
  const path = join(folder, 'rekognition.sqlite');
  {
    using before = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    before.exec(await readFile(join(import.meta.dirname, 'version-1.sql'), 'utf8'));
  }
  using database = openCollectionDatabase(folder);
  const collections = () => database.prepare('SELECT sequence, id FROM collection ORDER BY sequence').all();
  expect(collections()).toMatchObject([{ id: 'second' }, { id: 'third' }]);
  expect(database.prepare('SELECT collection_id, external_image_id FROM face').all()).toEqual([
    { collection_id: 'second', external_image_id: '1:a' },
  ]);
  const [, third] = collections();
  database.exec("DELETE FROM collection WHERE id = 'third'");
  database.exec("INSERT INTO collection (id, created_ms, face_model_version) VALUES ('fourth', 1, '7.0')");
  expect(collections().at(-1)).toEqual({ sequence: Number(third?.sequence) + 1, id: 'fourth' });
  // As before, a collection takes its faces with it.
  database.exec("DELETE FROM collection WHERE id = 'second'");
  expect(database.prepare('SELECT id FROM face').all()).toEqual([]);
});

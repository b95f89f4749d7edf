import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BackendUnavailableError } from '../../../../lib/errors.ts';
import { type KeptSearch, searchKept } from '../../../../lib/faces/engine/search/kept-faces.ts';
import { openDatabase } from '../../../../lib/records/sqlite/database.ts';
import { sqliteKeptFaces } from '../../../../lib/records/sqlite/kept-faces.ts';

let folder: string;
let database: DatabaseSync;

/** Returns a vector at an angle in degrees to the probe. */
const at = (degrees: number) => {
  const angle = (degrees * Math.PI) / 180;
  return new Float32Array([Math.cos(angle), Math.sin(angle), 0, 0]);
};

/** Angles of the kept faces, by the pictures' ids from 1 on; the later ones are too far. */
const angles = [50, 10, 40, 20, 5, 80, 90];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-faces-'));
  database = await openDatabase(join(folder, 'faces.sqlite'));
  const picture = database.prepare("INSERT INTO processed (id, picture_id, result) VALUES (?, ?, '{}')");
  const keep = database.prepare(
    'INSERT INTO kept_face (processed_id, face_index, at, version, embedding) VALUES (?, 0, ?, ?, ?)',
  );
  for (const [index, angle] of angles.entries()) {
    picture.run(index + 1, crypto.randomUUID());
    keep.run(index + 1, 1_000, 'model-1', new Uint8Array(at(angle).buffer));
  }
  keep.run(1, 1_000, 'model-0', new Uint8Array(at(0).buffer));
  keep.run(1, 999, 'model-1', new Uint8Array(at(0).buffer));
});
afterAll(async () => {
  database.close();
  await rm(folder, { recursive: true });
});

const search = (faces: number): KeptSearch => {
  const what = { version: 'model-1', since: 1_000, metric: 'cosine', threshold: 0.5 } as const;
  return { ...what, faces, probes: [at(0)] };
};

test.each([angles.length, 1_000_000])('of %i faces each is found once, the nearest first', async (faces) => {
  const hits = await searchKept(sqliteKeptFaces(database), search(faces));
  expect(hits.map(({ processedId }) => processedId)).toEqual([5, 2, 4, 3, 1]);
});

test('two readers share the faces out, and leave none out', () => {
  const { rows } = sqliteKeptFaces(database);
  const ids = [0, 1].map((index) => [...rows('model-1', 1_000, { index, of: 2 })].map(([id]) => id));
  expect(ids.every((share) => share.length >= 3)).toBe(true);
  expect(ids.flat().sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('faces that cannot be read are an outage, with one reader and with two', async () => {
  const kept = sqliteKeptFaces(database);
  const module = kept.readerPlace()?.module ?? '';
  const absent = { ...kept, readerPlace: () => ({ module, location: join(folder, 'absent.sqlite') }) };
  await expect(searchKept(absent, search(1))).rejects.toThrow(BackendUnavailableError);
  await expect(searchKept(absent, search(1_000_000))).rejects.toThrow(BackendUnavailableError);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BackendUnavailableError } from '../../../../lib/errors.ts';
import { compareEmbeddings } from '../../../../lib/faces/engine/search/distance.ts';
import { codeOf } from '../../../../lib/faces/engine/search/gallery-memory.ts';
import { compareKept, type KeptSearch, searchKept } from '../../../../lib/faces/engine/search/kept-faces.ts';
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

const keep = (id: number, time: number, version: string, embedding: Float32Array) =>
  database
    .prepare(
      'INSERT INTO kept_face (processed_id, face_index, at, version, embedding) VALUES (?, 0, ?, ?, ?)',
    )
    .run(id, time, version, new Uint8Array(embedding.buffer));
const keepCode = (id: number | bigint, code: Uint8Array) =>
  database.prepare('INSERT INTO kept_face_code (id, code) VALUES (?, ?)').run(id, code);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-faces-'));
  database = await openDatabase(join(folder, 'faces.sqlite'));
  const picture = database.prepare("INSERT INTO processed (id, picture_id, result) VALUES (?, ?, '{}')");
  for (const [index, angle] of angles.entries()) {
    picture.run(index + 1, crypto.randomUUID());
    const { lastInsertRowid } = keep(index + 1, 1_000, 'model-1', at(angle));
    // An earlier version kept every other one, without a code, and one code is another model's.
    const code = index === 3 ? new Uint8Array(7) : codeOf(at(angle));
    if (index % 2 === 1) keepCode(lastInsertRowid, code);
  }
  keep(1, 1_000, 'model-0', at(0));
  keep(1, 999, 'model-1', at(0));
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

test('codes lose no face that a comparison of all embeddings finds, in any metric, however many there are', () => {
  // More than one batch of them, in directions that are close to each other.
  const vector = (n: number) => Float32Array.from({ length: 8 }, (_, i) => 1 + Math.sin((n + 1) * (i + 1)));
  const faces = Array.from({ length: 5_000 }, (_, n) => vector(n));
  const probes = [vector(7_000), vector(8_000)];
  const rows = function* () {
    for (const [index, face] of faces.entries()) yield [index + 1, index + 1, codeOf(face)] as const;
  };
  const read: number[] = [];
  const face = (id: number) => {
    read.push(id);
    // One was deleted after its code was read.
    return id === 4_321 ? undefined : { faceIndex: 2, embedding: faces[id - 1] as Float32Array };
  };
  for (const [metric, threshold] of [
    ['cosine', 0.02],
    ['euclidean', 0.9],
    ['euclidean_l2', 0.2],
    ['angular', 0.06],
  ] as const) {
    const what = { version: 'model-1', since: 0, faces: faces.length, probes, metric, threshold };
    const exact = faces.flatMap((embedding, index) => {
      const [nearest] = probes
        .map((probe) => compareEmbeddings(probe, embedding, metric))
        .sort((one, other) => one.distance - other.distance);
      const isFound = nearest && nearest.distance <= threshold && index + 1 !== 4_321;
      return isFound ? [{ processedId: index + 1, faceIndex: 2, ...nearest }] : [];
    });
    read.length = 0;
    const hits = compareKept({ rows, face }, what, { index: 0, of: 1 });
    expect(hits.sort((one, other) => one.processedId - other.processedId)).toEqual(exact);
    expect(exact.length).toBeGreaterThan(5);
    expect(exact.length).toBeLessThan(1_000);
    expect(new Set(read).size).toBeLessThan(faces.length / 2);
  }
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

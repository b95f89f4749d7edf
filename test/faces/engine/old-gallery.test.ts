import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { distanceMetrics } from '../../../lib/contract/vocabulary.ts';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { gallery, heldPicture, owner } from '../../suites/faces/fixtures.ts';
import { portraits } from '../samples.ts';
import { writeOldGallery } from './old-gallery.ts';
import { type Galleries, galleries } from './open.ts';

const persons = [1, 2, 3] as const;

describe('a gallery of an earlier release', () => {
  let files: Galleries;
  let database: DatabaseSync;
  let engine: FaceBackend;
  /** Pictures of persons 1, 2 and 3. */
  let pictures: Picture[];
  /** Picture of person 2 on another day. */
  let later: Picture;

  beforeAll(async () => {
    files = await galleries();
    database = await files.database();
    engine = await files.open();
    pictures = await portraits(engine, 3);
    later = (await portraits(engine, 1)).at(-1) as Picture;
  });
  afterAll(() => files.remove());
  beforeEach(async () => {
    for (const person of persons) await engine.remove([{ ...owner(person), faceId: null }]);
    await writeOldGallery(database);
  });

  const matches = async (backend: FaceBackend, picture: Picture, options = {}) =>
    (await backend.match(picture, options)).faces.flatMap((face) => face.matches);
  const matchedImages = async (backend: FaceBackend, picture: Picture) =>
    (await matches(backend, picture)).map(({ imageId }) => imageId);
  /** Lists the matches of each picture. */
  const matchedBy = (backend: FaceBackend) =>
    Promise.all(pictures.map((picture) => matchedImages(backend, picture)));
  const everybody = persons.map((person) => [owner(person).imageId]);
  /** Lists the versions of the model for which an image's face is enrolled. */
  const versionsOf = (person: number) =>
    database
      .prepare("SELECT model FROM faces WHERE image_id = ? AND model LIKE 'Fusion%'")
      .all(owner(person).imageId)
      .map(({ model }) => model);
  const currency = async (backend: FaceBackend) =>
    new Map((await gallery(backend)).map(({ imageId, isCurrent }) => [imageId, isCurrent]));

  test('matches at once, on the scale of the model in use, and counts', async () => {
    expect(await matchedBy(engine)).toEqual(everybody);
    expect(engine.engine()?.enrolled).toBe(3);
    const answer = await engine.match(later, {});
    expect(answer).toMatchObject({ model: 'Fusion', threshold: 0.385 });
    const [hit, ...others] = answer.faces.flatMap((face) => face.matches);
    expect(others).toEqual([]);
    // The earlier release reported a distance of 0.157, with a threshold of 0.22, and this similarity.
    expect(hit).toMatchObject({ imageId: owner(2).imageId, target: { w: expect.any(Number) } });
    expect(hit?.similarity).toBeCloseTo(99.17, 0);
    expect(hit?.distance).toBeGreaterThan(0.2);
    expect(hit?.distance).toBeLessThan(0.34);
    expect(await currency(engine)).toEqual(new Map(persons.map((person) => [owner(person).imageId, false])));
  });

  test.each(distanceMetrics)(
    'has the same matches by %s, and honours the threshold of a request',
    async (metric) => {
      const [hit] = await matches(engine, later, { distanceMetric: metric });
      const { distance } = hit as { distance: number };
      expect(hit?.imageId).toBe(owner(2).imageId);
      const above = { distanceMetric: metric, threshold: distance * 1.001 };
      expect(await matches(engine, later, above)).toHaveLength(1);
      expect(await matches(engine, later, { ...above, threshold: distance * 0.999 })).toEqual([]);
    },
  );

  test('tells near misses, and how near the faces of an entry are', async () => {
    const { faces } = await engine.match(later, { threshold: 0.001, candidates: 100 });
    expect(faces[0]?.matches).toEqual([]);
    expect(faces[0]?.candidates.map(({ imageId }) => imageId)).toHaveLength(3);
    expect(faces[0]?.candidates[0]?.imageId).toBe(owner(2).imageId);
    const references = persons.map((person, index) => ({
      imageId: owner(person).imageId,
      withPicture: heldPicture(pictures[index] as Picture),
    }));
    const compared = await engine.compareWith(heldPicture(later), references, {});
    expect(compared.references.map(({ imageId }) => imageId)).toContain(owner(1).imageId);
    expect(compared.references[0]).toMatchObject({
      imageId: owner(2).imageId,
      distance: faces[0]?.candidates[0]?.distance,
    });
  });

  test('is what a new picture is compared with for duplicates', async () => {
    const { similar } = await engine.enroll(later, owner(9), { compare: true });
    await engine.remove([{ ...owner(9), faceId: null }]);
    expect(similar?.map(({ imageId }) => imageId)).toEqual([owner(2).imageId]);
  });

  test('is moved over face by face; none has two, and each matches once', async () => {
    await matchedBy(engine);
    for (const person of persons) {
      await engine.enroll(pictures[person - 1] as Picture, owner(person));
      expect(versionsOf(person)).toEqual(['Fusion-2']);
      expect((await currency(engine)).get(owner(person).imageId)).toBe(true);
      expect(await matchedBy(engine)).toEqual(everybody);
      expect(engine.engine()?.enrolled).toBe(3);
    }
    const [hit] = await matches(engine, later);
    expect(hit?.distance).toBeLessThan(0.385);
  });

  test('matches all the while another process moves it, which is killed midway', async () => {
    const script = join(import.meta.dirname, 'enroll-when-told.ts');
    const child = spawn(process.execPath, [script, database.location() as string], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value;
    expect(await next()).toBe('ready');
    let isMoving = true;
    const watching = (async () => {
      while (isMoving) expect(await matchedBy(engine)).toEqual(everybody);
    })();
    for (const person of [1, 2]) {
      child.stdin.write('go on\n');
      expect(await next()).toBe(`enrolled ${person}`);
    }
    child.stdin.write('go on\n');
    child.kill('SIGKILL');
    await ended;
    isMoving = false;
    await watching;
    expect(await matchedBy(engine)).toEqual(everybody);
    const again = await files.open();
    expect(await matchedBy(again)).toEqual(everybody);
    for (const person of persons) expect(versionsOf(person)).toHaveLength(1);
    expect([versionsOf(1), versionsOf(2)]).toEqual([['Fusion-2'], ['Fusion-2']]);
    for (const person of persons) await again.enroll(pictures[person - 1] as Picture, owner(person));
    expect(await matchedBy(engine)).toEqual(everybody);
    expect([...(await currency(again)).values()]).toEqual([true, true, true]);
    await again.close();
  });

  test('a removed face is gone, from memory and from the database', async () => {
    await matchedBy(engine);
    await engine.remove([{ ...owner(2), faceId: null }]);
    expect(await matchedBy(engine)).toEqual([[owner(1).imageId], [], [owner(3).imageId]]);
    expect(
      database.prepare('SELECT count(*) AS n FROM faces WHERE image_id = ?').get(owner(2).imageId),
    ).toEqual({
      n: 0,
    });
  });

  test('each profile matches what the other has enrolled, and keeps its own vectors', async () => {
    for (const person of persons) await engine.enroll(pictures[person - 1] as Picture, owner(person));
    const fast = await files.open({ profile: 'fast' });
    const answer = await fast.match(later, {});
    expect(answer).toMatchObject({ model: 'Fusion', threshold: 0.385 });
    expect(await matchedBy(fast)).toEqual(everybody);
    expect([...(await currency(fast)).values()]).toEqual([false, false, false]);
    await fast.enroll(pictures[1] as Picture, owner(2));
    expect(versionsOf(2)).toEqual(['Fusion-2-fast']);
    expect(await matchedBy(fast)).toEqual(everybody);
    expect(await matchedBy(engine)).toEqual(everybody);
    expect((await currency(engine)).get(owner(2).imageId)).toBe(false);
    await fast.close();
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { distanceMetrics } from '../../../lib/contract/vocabulary.ts';
import { distancesAtPowersOfTen, similarityAt } from '../../../lib/faces/engine/models/calibration.ts';
import type { MatchedFace } from '../../../lib/faces/face.ts';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { gallery, owners } from '../../suites/faces/fixtures.ts';
import { faceBackendSuite } from '../../suites/faces.ts';
import { fromLeftToRight, portraits, smallSample, turned } from '../samples.ts';
import { type Galleries, galleries } from './open.ts';

/** Workers of the next engine for the suite. Its tests share the first, which takes two pictures at once. */
let suiteWorkers = 2;

faceBackendSuite(
  'the engine',
  {
    models: ['Fusion', 'MobileFaceNet', 'Dlib'],
    detectors: ['mediapipe', 'ssd', 'mediapipe+ssd'],
    metrics: distanceMetrics,
  },
  async () => {
    const { open, remove } = await galleries();
    const workers = suiteWorkers;
    suiteWorkers = 1;
    return { backend: await open({ workers }), remove };
  },
);

const owner = { entryId: 1, imageId: 'her-portrait' };
/** The engine knows a face by its image's id, and has no face ids. */
const enrolled = { ...owner, faceId: null };

describe('the embedded engine', () => {
  let files: Galleries;
  let engine: FaceBackend;
  /** Picture of the woman in the middle of sample 3. */
  let portrait: Picture;

  beforeAll(async () => {
    files = await galleries();
    engine = await files.open();
    portrait = (await portraits(engine, 3))[1] as Picture;
  });
  afterAll(() => files.remove());
  beforeEach(async () => {
    await engine.remove([enrolled]);
    await engine.enroll(portrait, owner);
  });

  const isMatch = ({ matches }: MatchedFace) => matches.length > 0;
  /** Checks if a backend knows her. */
  const knowsHer = async (backend: FaceBackend) =>
    (await backend.match(portrait, {})).faces.map(isMatch).includes(true);

  test('finds her with Dlib too, nearer than anybody else', async () => {
    const answers = await Promise.all(
      ([1, 2, 4, 5, 6] as const).map(async (number) =>
        engine.match(await smallSample(number), { modelName: 'Dlib', candidates: 1 }),
      ),
    );
    expect(answers.every(({ model }) => model === 'Dlib')).toBe(true);
    const distances = answers.map(({ faces }) =>
      fromLeftToRight(faces).map(
        ({ matches, candidates }) => [...matches, ...candidates][0]?.distance as number,
      ),
    );
    const hers = distances[0]?.[2] as number;
    expect(hers).toBeLessThan(0.07);
    expect(Math.min(...distances.flat().filter((distance) => distance !== hers))).toBeGreaterThan(0.07);
  });

  /** Thresholds that clients of DeepFace send, each with its model if they name it. */
  const deepfaceThresholds = [
    { threshold: 0.6 },
    { modelName: 'VGG-Face', threshold: 0.68 },
    { modelName: 'Facenet', threshold: 10, distanceMetric: 'euclidean' },
    { modelName: 'Dlib', threshold: 0.4, distanceMetric: 'euclidean_l2' },
    { modelName: 'Buffalo_L', threshold: 0.45, distanceMetric: 'angular' },
  ] as const;
  test.each(deepfaceThresholds)('by $modelName at $threshold knows her, and nobody else', async (options) => {
    const strangers = await Promise.all(([2, 4, 5, 6] as const).map((number) => smallSample(number)));
    const answers = await Promise.all(strangers.map((picture) => engine.match(picture, options)));
    expect(answers.flatMap(({ faces }) => faces.filter(isMatch))).toEqual([]);
    const [hers] = (await engine.match(portrait, options)).faces;
    expect(hers && isMatch(hers)).toBe(true);
  });

  test('a configured model that is replaced has its scale too, unless a request names another', async () => {
    const other = await files.open({ namedModel: 'VGG-Face' });
    const thresholds = await Promise.all(
      [
        {},
        { threshold: 0.68 },
        { threshold: 0.34 },
        { threshold: 0.1, modelName: 'Fusion' },
        { threshold: 0.4, modelName: 'Facenet' },
      ].map(async (options) => (await other.match(portrait, options)).threshold),
    );
    const { threshold } = other.defaults;
    expect(thresholds).toEqual([threshold, threshold, threshold / 2, 0.1, threshold]);
  });

  test('no threshold, asked for or set, is looser than the false match rate that is set', async () => {
    const strict = await files.open({ maxFalseMatchRate: 0.000_001 });
    const rarest = distancesAtPowersOfTen.Fusion[4];
    expect(strict.defaults.threshold).toBeCloseTo(rarest, 9);
    for (const options of [{}, { threshold: 0.45 }, { modelName: 'VGG-Face', threshold: 0.7 }]) {
      expect((await strict.match(portrait, options)).threshold).toBeCloseTo(rarest, 9);
    }
  });

  test('tells everybody who matches, and who nearly does, behind 300 pictures of one person', async () => {
    const others = await portraits(engine, 3);
    await engine.enroll(others[0] as Picture, { entryId: 8, imageId: 'other' });
    await engine.enroll(portrait, { entryId: 9, imageId: 'listed-twice' });
    const database = await files.database();
    database.exec(`INSERT INTO faces (image_id, entry_id, model, x, y, w, h, embedding)
      SELECT 'copy-' || n.value, 7, model, x, y, w, h, embedding
      FROM faces, (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 300) SELECT value FROM n) AS n
      WHERE image_id = 'her-portrait'`);
    try {
      const { faces } = await engine.match(portrait, { candidates: 3 });
      const matches = faces[0]?.matches ?? [];
      expect([1, 7, 9].map((id) => matches.filter(({ entryId }) => entryId === id).length)).toEqual([
        1, 100, 1,
      ]);
      expect(faces[0]?.candidates.map(({ entryId }) => entryId)).toEqual([8]);
      const { similar } = await engine.enroll(portrait, { entryId: 10, imageId: 'third' }, { compare: true });
      expect([...new Set(similar?.map(({ entryId }) => entryId))].sort()).toEqual([1, 7, 9]);
    } finally {
      await engine.remove(await gallery(engine));
    }
  });

  test.each([-20, 20, 45])('knows her with her head tilted by %i degrees', async (degrees) => {
    const { faces } = await engine.match(await turned(portrait, degrees), {});
    expect(faces.map(({ matches }) => matches.map(({ imageId }) => imageId))).toEqual([[owner.imageId]]);
  });

  test("gives distances in the model's own metrics, and nothing of Rekognition's", async () => {
    const { faces, metric, detectorBackend } = await engine.match(portrait, {});
    expect({ metric, detectorBackend }).toEqual({ metric: 'cosine', detectorBackend: 'mediapipe+ssd' });
    const [match] = faces[0]?.matches ?? [];
    expect(match?.metadata).toBeNull();
    expect(match?.similarity).toBeCloseTo(similarityAt('Fusion', match?.distance ?? Number.NaN), 6);
  });

  test('still knows her after a restart', async () => {
    await engine.close();
    engine = await files.open();
    expect(await gallery(engine)).toEqual([{ ...enrolled, isCurrent: true }]);
    expect(await knowsHer(engine)).toBe(true);
  });

  test('sees at once what another process enrolls and removes', async () => {
    const other = await files.open();
    expect(await knowsHer(other)).toBe(true);
    await other.remove([enrolled]);
    expect(await knowsHer(engine)).toBe(false);
    expect(await gallery(engine)).toEqual([]);
    await other.enroll(portrait, owner);
    expect(await gallery(engine)).toEqual([{ ...enrolled, isCurrent: true }]);
    expect(await knowsHer(engine)).toBe(true);
    await engine.remove([enrolled]);
    expect(await owners(other)).toEqual([]);
    expect(await knowsHer(other)).toBe(false);
  });

  test('says that it is not available when it has lost its database, and still finds faces', async () => {
    const database = await files.database();
    const other = await files.open({ database });
    database.close();
    const refusal = expect.objectContaining({ code: 'backend_unavailable', cause: expect.any(Error) });
    await expect(other.check()).rejects.toEqual(refusal);
    await expect(other.match(portrait, {})).rejects.toEqual(refusal);
    await expect(other.enroll(portrait, owner)).rejects.toEqual(refusal);
    await expect(other.remove([enrolled])).rejects.toEqual(refusal);
    await expect(owners(other)).rejects.toEqual(refusal);
    expect(await other.detect(portrait, {})).toHaveLength(1);
  });
});

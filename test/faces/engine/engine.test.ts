import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { distanceMetrics } from '../../../lib/contract/vocabulary.ts';
import { similarityAt } from '../../../lib/faces/engine/models/calibration.ts';
import type { FaceBackend, MatchedFace } from '../../../lib/faces/port.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { gallery, owners } from '../../suites/faces/fixtures.ts';
import { faceBackendSuite } from '../../suites/faces.ts';
import { fromLeftToRight, portraits, sample, turned } from '../samples.ts';
import { type Galleries, galleries } from './open.ts';

faceBackendSuite(
  'Human',
  {
    models: ['Fusion', 'MobileFaceNet', 'Dlib'],
    detectors: ['mediapipe', 'ssd', 'mediapipe+ssd'],
    metrics: distanceMetrics,
  },
  async () => {
    const { open, remove } = await galleries();
    return { backend: await open({ workers: 2 }), remove };
  },
);

const owner = { entryId: 1, imageId: 'her-portrait' };
/** The engine calls faces by their images. */
const enrolled = { ...owner, faceId: null };

describe('the embedded engine', () => {
  let files: Galleries;
  let engine: FaceBackend;
  /** Of the woman in the middle of sample 3. */
  let portrait: Picture;

  beforeAll(async () => {
    files = await galleries();
    engine = await files.open({ workers: 2 });
    portrait = (await portraits(engine, 3))[1] as Picture;
  });
  afterAll(() => files.remove());
  beforeEach(async () => {
    await engine.remove([enrolled]);
    await engine.enroll(portrait, owner);
  });

  const isMatch = ({ matches }: MatchedFace) => matches.length > 0;
  /** Whether a backend knows her. */
  const knowsHer = async (backend: FaceBackend) =>
    (await backend.match(portrait, {})).faces.map(isMatch).includes(true);

  test('finds her with Dlib too, nearer than anybody else', async () => {
    const answers = await Promise.all(
      ([1, 2, 4, 5, 6] as const).map(async (number) =>
        engine.match(await sample(number), { modelName: 'Dlib', threshold: 2 }),
      ),
    );
    expect(answers.every(({ model }) => model === 'Dlib')).toBe(true);
    const distances = answers.map(({ faces }) =>
      fromLeftToRight(faces).map(({ matches }) => matches[0]?.distance as number),
    );
    const hers = distances[0]?.[2] as number;
    expect(hers).toBeLessThan(0.07);
    expect(Math.min(...distances.flat().filter((distance) => distance !== hers))).toBeGreaterThan(0.07);
  });

  test.each([-20, 20, 45])('knows her with her head tilted by %i degrees', async (degrees) => {
    const { faces } = await engine.match(await turned(portrait, degrees), {});
    expect(faces.map(({ matches }) => matches.map(({ imageId }) => imageId))).toEqual([[owner.imageId]]);
  });

  test("gives distances in the model's own metrics, and nothing of Rekognition's", async () => {
    const { faces, metric, detectorBackend } = await engine.match(portrait, {});
    expect({ metric, detectorBackend }).toEqual({ metric: 'cosine', detectorBackend: 'mediapipe+ssd' });
    const [match] = faces[0]?.matches ?? [];
    expect(match).toMatchObject({ awsSimilarity: null, awsFaceId: null });
    expect(match?.similarity).toBeCloseTo(similarityAt('Fusion', match?.distance ?? Number.NaN), 6);
  });

  test('still knows her after a restart', async () => {
    await engine.close();
    engine = await files.open({ workers: 2 });
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
    const database = files.database();
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

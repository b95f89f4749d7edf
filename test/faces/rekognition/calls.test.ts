import { IndexFacesCommand, RekognitionClient } from '@aws-sdk/client-rekognition';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { drawnFace } from '../../../lib/faces/drawn-face.ts';
import type { MatchedFace } from '../../../lib/faces/face.ts';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import { decodePicture } from '../../../lib/inputs/decode.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { enrollAs, entriesOf, gallery, heldPicture, owner } from '../../suites/faces/fixtures.ts';
import { beside, pictureOfNobody, portraits, smallSample } from '../samples.ts';
import { collectionsSuite } from './collections-suite.ts';
import { openAdapter, startEmulator } from './open.ts';

const { emulator, stop } = await startEmulator();
afterAll(stop);

/** Counts the calls to each Rekognition operation during the work. */
async function callsOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
  emulator.calls.reset();
  await work();
  return emulator.calls.counts();
}

describe('Rekognition', () => {
  let backend: FaceBackend;
  /** Pictures of the three women of sample 3, from left to right. */
  let women: readonly Picture[];
  let her: Picture;
  let trio: Picture;

  beforeAll(async () => {
    backend = openAdapter();
    women = await portraits(backend, 3);
    her = women[1] as Picture;
    trio = await smallSample(3);
  });
  afterAll(() => backend.close());
  beforeEach(async () => {
    await backend.remove(await gallery(backend));
    await backend.enroll(her, owner(2));
  });

  collectionsSuite(() => ({ women, group: trio }));

  test('is asked no more often than needed', async () => {
    const group = await smallSample(6);
    const nobody = await pictureOfNobody();
    const faces = await Promise.all(
      Array.from({ length: 10 }, (_, index) => enrollAs(backend, her, owner(2, `${index}`))),
    );
    const references = faces.map(({ imageId }) => ({ imageId, withPicture: heldPicture(her) }));
    expect({
      detectOne: await callsOf(() => backend.detect(her, {})),
      matchOne: await callsOf(() => backend.match(her, {})),
      matchFour: await callsOf(() => backend.match(group, {})),
      matchNobody: await callsOf(() => backend.match(nobody, {})),
      matchFourWithCandidates: await callsOf(() => backend.match(group, { candidates: 5 })),
      compare: await callsOf(() => backend.compare(heldPicture(her), heldPicture(group), {})),
      compareWithTen: await callsOf(() => backend.compareWith(heldPicture(her), references, {})),
      enroll: await callsOf(() => backend.enroll(her, owner(2))),
      removeTen: await callsOf(() => backend.remove(faces)),
      removeNone: await callsOf(() => backend.remove([{ ...owner(2), faceId: null }])),
      list: await callsOf(() => gallery(backend)),
      check: await callsOf(() => backend.check()),
      // Detecting the drawn face costs money, so it is done once an hour.
      test: await callsOf(() => Promise.all([backend.test(), backend.test()])),
      testLater: await callsOf(() => backend.test()),
    }).toEqual({
      detectOne: { DetectFaces: 1 },
      matchOne: { DetectFaces: 1, SearchFacesByImage: 1 },
      matchFour: { DetectFaces: 1, SearchFacesByImage: 4 },
      matchNobody: { DetectFaces: 1, SearchFacesByImage: 1 },
      matchFourWithCandidates: { DetectFaces: 1, SearchFacesByImage: 4 },
      compare: { DetectFaces: 1, CompareFaces: 1 },
      compareWithTen: { DetectFaces: 1, SearchFacesByImage: 1 },
      enroll: { IndexFaces: 1 },
      removeTen: { DeleteFaces: 1 },
      removeNone: {},
      list: { ListFaces: 1 },
      check: { DescribeCollection: 1 },
      test: { DescribeCollection: 2, DetectFaces: 1 },
      testLater: { DescribeCollection: 1 },
    });
  });

  test('finds the drawn face of the test', async () => {
    const faces = await backend.detect(await decodePicture(drawnFace), {});
    expect(faces.map(({ area }) => [area.left_eye, area.right_eye].map((eye) => eye?.[1]))).toEqual([
      [expect.closeTo(73, -1), expect.closeTo(73, -1)],
    ]);
  });

  const isMatch = ({ matches }: MatchedFace) => matches.length > 0;

  test('finds a small face close to a large one', async () => {
    const picture = await beside(women[0] as Picture, 4, her, 1);
    const calls = await callsOf(async () => {
      const { faces } = await backend.match(picture, {});
      expect(faces.map(entriesOf)).toEqual([[], [2]]);
    });
    expect(calls).toEqual({ DetectFaces: 1, SearchFacesByImage: 2 });
  });

  test("names a match by its entry, and tells the service's own similarity and face id", async () => {
    const { faces, ...used } = await backend.match(her, {});
    expect(used).toEqual({
      model: 'aws_rekognition',
      detectorBackend: 'aws_rekognition',
      nearThreshold: 0.05,
      metric: 'aws_similarity',
      threshold: 0.05,
      hasGallery: true,
      warnings: [],
    });
    const [match] = faces[0]?.matches ?? [];
    const faceId = (await gallery(backend))[0]?.faceId;
    expect(match).toEqual({
      ...owner(2),
      identity: 'aws_rekognition_external_id:2',
      target: null,
      distance: expect.closeTo(0, 4),
      similarity: expect.closeTo(100, 2),
      metadata: { awsSimilarity: match?.similarity, awsFaceId: faceId?.split('/')[1] },
    });
  });

  test('takes any threshold: a huge one is held at the least similarity, a negative one matches nobody', async () => {
    const group = await smallSample(6);
    const wide = await backend.match(group, { threshold: 1000 });
    expect(wide.threshold).toBe(0.2);
    expect(wide.warnings).toEqual([
      'A threshold of 1000 was asked for, 0.2 was used: with aws_rekognition (aws_similarity) a looser one would take faces for the ' +
        'same whose similarity is below 80 (AWS_MIN_SIMILARITY).',
    ]);
    expect(wide.faces.map(isMatch)).toEqual([false, false, false, false]);
    expect((await backend.match(her, { threshold: -1 })).faces.map(isMatch)).toEqual([false]);
  });

  test('makes the collection when the first face is enrolled, also for two at once', async () => {
    const settings = { collectionId: 'made-by-two' };
    const [one, other] = [openAdapter(settings), openAdapter(settings)];
    await expect(one.check()).resolves.toBeUndefined();
    expect(await gallery(one)).toEqual([]);
    await one.remove([{ ...owner(1), faceId: 'made-by-two/11111111-2222-3333-4444-555555555555' }]);
    const before = await one.match(her, {});
    expect([before.faces.map(isMatch), before.hasGallery]).toEqual([[false], false]);
    expect(await one.hasGallery()).toBe(false);
    const reference = { imageId: owner(1).imageId, withPicture: heldPicture(her) };
    expect(await one.compareWith(heldPicture(her), [reference], {})).toMatchObject({
      references: [],
      hasGallery: false,
    });
    await Promise.all([one.enroll(her, owner(1)), other.enroll(her, owner(2))]);
    expect((await gallery(one)).map(({ entryId }) => entryId).sort()).toEqual([1, 2]);
    expect(await one.hasGallery()).toBe(true);
    await Promise.all([one.close(), other.close()]);
  });

  test('leaves alone the faces of another collection, and those that somebody else put into this one', async () => {
    const collectionId = 'shared';
    const shared = openAdapter({ collectionId });
    const hers = await gallery(backend);
    await shared.remove(hers);
    expect(await gallery(backend)).toHaveLength(1);

    await shared.enroll(women[0] as Picture, owner(1));
    const client = new RekognitionClient({ region: 'eu-west-1' });
    const index = (ExternalImageId: string | undefined) =>
      client.send(
        new IndexFacesCommand({
          CollectionId: collectionId,
          Image: { Bytes: her.original },
          ExternalImageId,
        }),
      );
    for (const externalImageId of ['jane', '1:2:3', '0:a', undefined]) await index(externalImageId);
    expect((await gallery(shared)).map(({ imageId }) => imageId)).toEqual(['1-a']);
    expect((await shared.match(her, {})).faces.map(isMatch)).toEqual([false]);
    // The old service named faces by an entry's id alone.
    await index('12');
    expect(await gallery(shared)).toContainEqual(expect.objectContaining({ entryId: 12, isTakenOver: true }));
    client.destroy();
    await shared.close();
  });
});

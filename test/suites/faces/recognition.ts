import { expect, test } from 'vitest';
import type { DetectedFace } from '../../../lib/contract/shapes.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { faceVerdict, pictureVerdict } from '../../../lib/processing/verdicts.ts';
import { beside, blurredPicture, fromLeftToRight, sampleNumbers, smallSample } from '../../faces/samples.ts';
import { processedResult } from '../records/fixtures.ts';
import { entriesOf, gallery, owner, owners, type Setting } from './fixtures.ts';

const [seenFace] = processedResult().faces as [DetectedFace];

/** Tests recognition with cases that need photographs of people. */
export function recognitionSuite(setting: () => Setting): void {
  test('a listed woman is found in another picture, and nobody else in five', async () => {
    const { backend, portraits } = setting();
    await backend.enroll(portraits[1] as Picture, owner(2));
    const found = await Promise.all(
      ([1, 2, 4, 5, 6] as const).map(async (number) =>
        fromLeftToRight((await backend.match(await smallSample(number), {})).faces).map(entriesOf),
      ),
    );
    expect(found).toEqual([
      [[], [], [2]],
      [[], [], []],
      [[], [], [], []],
      [[], [], [], [], []],
      [[], [], [], []],
    ]);
  });

  test('of a face that is too poor nothing is kept, nor of a better one that is smaller; without a filter it is', async () => {
    const { backend, portraits } = setting();
    const [one, other] = portraits as [Picture, Picture];
    const blurred = await blurredPicture(one, one.width / 42);
    await expect(backend.enroll(blurred, owner(1))).rejects.toThrow(/^The face is too blurred/);
    const together = await beside(blurred, 1.5, other, 1);
    await expect(backend.enroll(together, owner(1))).rejects.toThrow(/^The largest face is too blurred/);
    expect(await owners(backend)).toEqual([]);
    const { face, faceCount, quality } = await backend.enroll(blurred, owner(1), { qualityFilter: 'none' });
    expect(faceCount).toBe(1);
    expect(quality?.sharpness).toBeLessThan(33);
    expect((await gallery(backend)).map(({ faceId }) => faceId)).toEqual([face.id]);
  });

  test('a blurred face is no all-clear, however blurred it is', async () => {
    const { backend, portraits } = setting();
    const [portrait] = portraits as [Picture];
    const told = new Set<string>();
    for (const share of [1 / 42, 1 / 30, 1 / 20, 1 / 12, 1 / 6]) {
      const { faces } = await backend.match(await blurredPicture(portrait, share * portrait.width), {});
      const none = { blacklist_matches: [], near_misses: [] };
      const judged = faces.map(({ reasons }) => ({ ...seenFace, ...none, ...faceVerdict(none, reasons) }));
      const { verdict, verdict_reasons } = pictureVerdict(judged);
      expect([share, verdict]).toEqual([share, 'cannot_tell']);
      for (const reason of verdict_reasons ?? []) told.add(reason);
    }
    expect([...told]).toEqual(expect.arrayContaining(['LOW_SHARPNESS', 'NO_FACE_FOUND']));
  });

  test("everybody's usual pictures are good enough", async () => {
    const { backend } = setting();
    // The largest face of sample 2 is bowed, and half hidden by her hair.
    const usual = sampleNumbers.filter((number) => number !== 2);
    for (const number of usual) {
      const { quality } = await backend.enroll(await smallSample(number), owner(number));
      // The largest face of sample 5 lies in the shade: 22.
      expect(quality?.brightness).toBeGreaterThan(15);
      expect(quality?.sharpness).toBeGreaterThan(40);
      expect(Math.abs(quality?.pose.yaw ?? 90)).toBeLessThan(45);
    }
    expect(await owners(backend)).toHaveLength(usual.length);
  });
}

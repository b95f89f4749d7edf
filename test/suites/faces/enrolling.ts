import { expect, test } from 'vitest';
import { NoFaceError } from '../../../lib/errors.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { fromLeftToRight, pictureOfNobody, smallSample } from '../../faces/samples.ts';
import { enrollEach, entriesOf, imagesOf, owner, owners, type Setting } from './fixtures.ts';

export function enrollingSuite(setting: () => Setting): void {
  test('of a picture with several faces, the largest is enrolled, and their number told', async () => {
    const { backend } = setting();
    const picture = await smallSample(3);
    expect(await backend.enroll(picture, owner(7))).toEqual({ faceCount: 3 });
    const { faces } = await backend.match(picture, {});
    expect(faces.map(entriesOf)).toEqual([[7], [], []]);
  });

  test('enrolling an image again adds nothing', async () => {
    const { backend, portraits } = setting();
    const reference = portraits[1] as Picture;
    const enroll = () => backend.enroll(reference, owner(2));
    expect(await enroll()).toEqual({ faceCount: 1 });
    expect(await Promise.all([enroll(), enroll()])).toEqual([{ faceCount: 1 }, { faceCount: 1 }]);
    const { faces } = await backend.match(reference, {});
    expect(faces.map(imagesOf)).toEqual([['2-a']]);
    expect(await owners(backend)).toEqual([owner(2)]);
  });

  test('a picture without a face is refused, and nothing is kept of it', async () => {
    const { backend } = setting();
    await expect(backend.enroll(await pictureOfNobody(), owner(1))).rejects.toThrow(NoFaceError);
    expect(await owners(backend)).toEqual([]);
    expect(await backend.isCurrent(owner(1))).toBe(false);
  });

  test('a removed face matches no more, and the others still do', async () => {
    const { backend } = setting();
    await enrollEach(setting());
    await backend.remove([owner(1), owner(3)]);
    const { faces } = await backend.match(await smallSample(3), {});
    expect(fromLeftToRight(faces).map(entriesOf)).toEqual([[], [2], []]);
    expect(await owners(backend)).toEqual([owner(2)]);
  });

  test('removing what is not there is no error, and what was removed can be enrolled again', async () => {
    const { backend, portraits } = setting();
    const reference = portraits[0] as Picture;
    await backend.remove([]);
    await backend.remove([owner(99)]);
    await backend.enroll(reference, owner(1));
    await backend.remove([owner(1), owner(1), owner(99)]);
    await backend.remove([owner(1)]);
    expect(await owners(backend)).toEqual([]);
    await backend.enroll(reference, owner(1));
    const { faces } = await backend.match(reference, {});
    expect(faces.map(imagesOf)).toEqual([['1-a']]);
  });

  test('every enrolled image is listed once, and is current until it is removed', async () => {
    const { backend } = setting();
    expect(await backend.isCurrent(owner(1))).toBe(false);
    await enrollEach(setting());
    const listed = await owners(backend);
    expect(listed.toSorted((one, other) => one.entryId - other.entryId)).toEqual([
      owner(1),
      owner(2),
      owner(3),
    ]);
    expect(await Promise.all(listed.map((each) => backend.isCurrent(each)))).toEqual([true, true, true]);
    await backend.remove([owner(2)]);
    expect(await Promise.all([1, 2, 3].map((person) => backend.isCurrent(owner(person))))).toEqual([
      true,
      false,
      true,
    ]);
  });
}

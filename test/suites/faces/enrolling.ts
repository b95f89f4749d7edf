import { expect, test } from 'vitest';
import { NoFaceError } from '../../../lib/errors.ts';
import type { EnrolledFace } from '../../../lib/faces/face.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { fromLeftToRight, pictureOfNobody } from '../../faces/samples.ts';
import {
  enrollAs,
  enrollEach,
  entriesOf,
  gallery,
  imagesOf,
  owner,
  owners,
  type Setting,
} from './fixtures.ts';

export function enrollingSuite(setting: () => Setting): void {
  test('of a picture with several faces, the largest is enrolled, and their number told', async () => {
    const { backend, group: picture } = setting();
    const { faceCount, face } = await backend.enroll(picture, owner(7));
    expect(faceCount).toBe(3);
    const { faces } = await backend.match(picture, {});
    expect(faces.map(entriesOf)).toEqual([[7], [], []]);
    const { x, y, w, h } = faces[0]?.area ?? {};
    expect(face.box).toEqual({ x, y, w, h });
  });

  test('enrolling an image again adds nothing', async () => {
    const { backend, portraits } = setting();
    const reference = portraits[1] as Picture;
    const enroll = () => backend.enroll(reference, owner(2));
    const first = await enroll();
    expect(first.faceCount).toBe(1);
    expect(await Promise.all([enroll(), enroll()])).toEqual([first, first]);
    const { faces } = await backend.match(reference, {});
    expect(faces.map(imagesOf)).toEqual([['2-a']]);
    expect(await owners(backend)).toEqual([owner(2)]);
  });

  test('a face is compared with those enrolled before, where that is asked for', async () => {
    const { backend, otherPortrait, portraits } = setting();
    await enrollEach(setting());
    const { similar } = await backend.enroll(otherPortrait, owner(9), { compare: true });
    expect(similar?.map(({ entryId, imageId }) => ({ entryId, imageId }))).toEqual([owner(2)]);
    const [match] = (await backend.match(otherPortrait, {})).faces[0]?.matches.slice(1) ?? [];
    expect(similar?.[0]?.similarity).toBeCloseTo(match?.similarity ?? 0, 1);
    expect((await backend.enroll(portraits[0] as Picture, owner(8))).similar).toBeNull();
    await backend.remove(await gallery(backend));
    expect((await backend.enroll(otherPortrait, owner(9), { compare: true })).similar).toEqual([]);
  });

  test('a picture without a face is refused, and nothing is kept of it', async () => {
    const { backend } = setting();
    await expect(backend.enroll(await pictureOfNobody(), owner(1))).rejects.toThrow(NoFaceError);
    expect(await owners(backend)).toEqual([]);
  });

  test('a removed face matches no more, and the others still do', async () => {
    const { backend, group } = setting();
    const [first, , third] = (await enrollEach(setting())) as [EnrolledFace, EnrolledFace, EnrolledFace];
    await backend.remove([first, third]);
    const { faces } = await backend.match(group, {});
    expect(fromLeftToRight(faces).map(entriesOf)).toEqual([[], [2], []]);
    expect(await owners(backend)).toEqual([owner(2)]);
  });

  test('removing what is not there is no error, and what was removed can be enrolled again', async () => {
    const { backend, portraits } = setting();
    const reference = portraits[0] as Picture;
    const nobody = { ...owner(99), faceId: null };
    await backend.remove([]);
    await backend.remove([nobody]);
    const face = await enrollAs(backend, reference, owner(1));
    await backend.remove([face, face, nobody]);
    await backend.remove([face]);
    expect(await owners(backend)).toEqual([]);
    await backend.enroll(reference, owner(1));
    const { faces } = await backend.match(reference, {});
    expect(faces.map(imagesOf)).toEqual([['1-a']]);
  });

  test('every enrolled image is listed once, as it was enrolled, until it is removed', async () => {
    const { backend } = setting();
    const enrolled = await enrollEach(setting());
    const listed = async () => (await gallery(backend)).toSorted((one, other) => one.entryId - other.entryId);
    const current = enrolled.map((face) => ({ ...face, isCurrent: true }));
    expect(await listed()).toEqual(current);
    await backend.remove([enrolled[1] as EnrolledFace]);
    expect(await listed()).toEqual([current[0], current[2]]);
  });
}

import { expect, test } from 'vitest';
import type { FaceMatch } from '../../../lib/faces/face.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { fromLeftToRight, pictureOfNobody } from '../../faces/samples.ts';
import { enrollAs, enrollEach, entriesOf, imagesOf, owner, owners, type Setting } from './fixtures.ts';

export function matchingSuite(setting: () => Setting): void {
  test('matching finds the faces that detecting finds, and nobody while nobody is listed', async () => {
    const { backend, group: picture } = setting();
    const { faces } = await backend.match(picture, {});
    expect(faces.map(({ area, confidence }) => ({ area, confidence }))).toEqual(
      await backend.detect(picture, {}),
    );
    expect(faces.map(({ matches }) => matches)).toEqual([[], [], []]);
  });

  test('a picture without a face has none, and no match', async () => {
    const { backend } = setting();
    const nobody = await pictureOfNobody();
    expect(await backend.detect(nobody, {})).toEqual([]);
    expect((await backend.match(nobody, {})).faces).toEqual([]);
  });

  test('each face of a picture has its own matches', async () => {
    await enrollEach(setting());
    const { backend, group } = setting();
    const { faces } = await backend.match(group, {});
    expect(fromLeftToRight(faces).map(entriesOf)).toEqual([[1], [2], [3]]);
  });

  test('a match tells its reference image, its face there, and how near it is', async () => {
    const { abilities, backend, portraits } = setting();
    const reference = portraits[0] as Picture;
    await backend.enroll(reference, owner(1));
    const [face] = await backend.detect(reference, {});
    const { faces, threshold } = await backend.match(reference, {});
    const [match] = faces[0]?.matches ?? [];
    expect(match).toMatchObject(owner(1));
    expect(match?.distance).toBeLessThan(0.01);
    expect(match?.distance).toBeLessThanOrEqual(threshold);
    expect(match?.similarity).toBeGreaterThan(99);
    expect(match?.similarity).toBeLessThanOrEqual(100);
    const { x, y, w, h } = face?.area ?? {};
    expect(match?.target).toEqual(abilities.noTargetBecause ? null : { x, y, w, h });
  });

  test("all of a person's reference images match, the best first", async () => {
    const { backend, portraits, otherPortrait } = setting();
    const probe = portraits[1] as Picture;
    await backend.enroll(otherPortrait, owner(2, 'other'));
    await backend.enroll(probe, owner(2, 'same'));
    const { faces, threshold } = await backend.match(probe, {});
    const matches = faces[0]?.matches as FaceMatch[];
    expect(matches.map(({ imageId }) => imageId)).toEqual(['2-same', '2-other']);
    expect(matches.map(({ entryId }) => entryId)).toEqual([2, 2]);
    const [same, other] = matches;
    expect(same?.distance).toBeLessThan(other?.distance ?? Number.NaN);
    expect(same?.similarity).toBeGreaterThan(other?.similarity ?? Number.NaN);
    expect(other?.distance).toBeLessThanOrEqual(threshold);
    expect(other?.similarity).toBeGreaterThanOrEqual(0);
  });

  test('while faces come and go, no match ever shows one person as another', async () => {
    const { backend, portraits } = setting();
    await enrollEach(setting());
    const lookAt = async (portrait: Picture, index: number) => {
      for (let round = 0; round < 5; round++) {
        const { faces } = await backend.match(portrait, {});
        const [face, ...others] = faces;
        expect(others).toEqual([]);
        expect(new Set(face?.matches.map(({ entryId }) => entryId))).toEqual(new Set([index + 1]));
        expect(face && imagesOf(face)).toContain(owner(index + 1).imageId);
      }
    };
    // Each face gets the place in memory that another person's face has just left.
    const comeAndGo = async () => {
      for (let round = 0; round < 9; round++) {
        const person = round % 3;
        const probe = portraits[person] as Picture;
        await backend.remove([await enrollAs(backend, probe, owner(person + 1, `${round}`))]);
      }
    };
    await Promise.all([...portraits.map(lookAt), comeAndGo()]);
    expect((await owners(backend)).map(({ imageId }) => imageId).sort()).toEqual(['1-a', '2-a', '3-a']);
  });
}

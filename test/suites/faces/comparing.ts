import { describe, expect, test } from 'vitest';
import { NoFaceError } from '../../../lib/errors.ts';
import type { Reference, WithPicture } from '../../../lib/faces/comparing.ts';
import type { Face } from '../../../lib/faces/face.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { fromLeftToRight, pictureOfNobody } from '../../faces/samples.ts';
import { enrollAs, enrollEach, entriesOf, heldPicture, owner, type Setting } from './fixtures.ts';

/** Wraps a picture, and records how the work with it failed. */
function watchedPicture(picture: Picture): { withPicture: WithPicture; failed: () => unknown } {
  let failure: unknown;
  return {
    withPicture: (work) =>
      work(picture).catch((error: unknown) => {
        failure = error;
        throw error;
      }),
    failed: () => failure,
  };
}

export function comparingSuite(setting: () => Setting): void {
  describe('comparing two pictures', () => {
    test('tells the same person from another, by the distance that a match has', async () => {
      const { backend, portraits, otherPortrait } = setting();
      const [other, her] = portraits as [Picture, Picture];
      await enrollAs(backend, her, owner(2));
      const match = await backend.match(otherPortrait, {});
      const same = await backend.compare(heldPicture(otherPortrait), heldPicture(her), {});
      const { faces: _, hasGallery: __, nearThreshold: ___, ...used } = match;
      expect(same).toMatchObject(used);
      expect(same.distance).toBeCloseTo(match.faces[0]?.matches[0]?.distance ?? Number.NaN, 6);
      expect(same.similarity).toBeCloseTo(match.faces[0]?.matches[0]?.similarity ?? Number.NaN, 4);
      const different = await backend.compare(heldPicture(other), heldPicture(her), {});
      expect(different.distance).toBeGreaterThan(different.threshold);
      expect(different.similarity).toBeLessThan(same.similarity);
    });

    test('looks at a probe once, however many it is compared with', async () => {
      const { backend, portraits, otherPortrait } = setting();
      const [one, her] = portraits as [Picture, Picture];
      let looks = 0;
      const probe: WithPicture = (work) => {
        looks += 1;
        return work(otherPortrait);
      };
      const opened = await backend.openProbe(probe, { threshold: 0.2 });
      for (const other of [her, one, her]) {
        const compared = await opened.compare(heldPicture(other));
        const alone = await backend.compare(heldPicture(otherPortrait), heldPicture(other), {
          threshold: 0.2,
        });
        expect(compared).toEqual(alone);
        expect(opened).toMatchObject({ threshold: alone.threshold, model: alone.model });
      }
      expect(looks).toBe(1);
      const nobody = heldPicture(await pictureOfNobody());
      await expect(opened.compare(nobody)).rejects.toThrow(NoFaceError);
      await expect(backend.openProbe(nobody, {})).rejects.toThrow(NoFaceError);
    });

    test('finds no distance between a picture and itself, in every metric', async () => {
      const { abilities, backend, portraits } = setting();
      const held = heldPicture(portraits[0] as Picture);
      for (const metric of abilities.metrics) {
        const distanceMetric = metric === 'aws_similarity' ? undefined : metric;
        const { distance, similarity } = await backend.compare(held, held, { distanceMetric, threshold: 0 });
        expect([distance, similarity]).toEqual([0, 100]);
      }
    });

    test('compares the largest face of each, and tells where they are', async () => {
      const { backend, group, portraits } = setting();
      const faces = await backend.detect(group, {});
      const largest = fromLeftToRight(faces).indexOf(faces[0] as Face);
      const portrait = portraits[largest] as Picture;
      for (const [one, other] of [
        [group, portrait],
        [portrait, group],
      ] as const) {
        const { probe, reference, distance, threshold } = await backend.compare(
          heldPicture(one),
          heldPicture(other),
          {},
        );
        expect(distance).toBeLessThan(threshold);
        expect(probe).toMatchObject((await backend.detect(one, {}))[0] as Face);
        expect(reference).toMatchObject((await backend.detect(other, {}))[0] as Face);
      }
    });

    test.each([0, 1])('fails out of the picture %i that shows nobody', async (nobodys) => {
      const { backend, portraits } = setting();
      const pictures = [portraits[0] as Picture, portraits[0] as Picture];
      pictures[nobodys] = await pictureOfNobody();
      const [one, other] = pictures.map(watchedPicture) as [
        ReturnType<typeof watchedPicture>,
        ReturnType<typeof watchedPicture>,
      ];
      await expect(backend.compare(one.withPicture, other.withPicture, {})).rejects.toThrow(NoFaceError);
      expect([one.failed(), other.failed()].map(Boolean)).toEqual([nobodys === 0, nobodys === 1]);
    });

    test('takes the model, detector, metric and threshold that the backend has', async () => {
      const { abilities, backend, portraits } = setting();
      const [one, other] = portraits.map(heldPicture) as [WithPicture, WithPicture];
      for (const modelName of [...abilities.models, 'VGG-Face']) {
        const { model } = await backend.compare(one, other, { modelName });
        expect(model).toBe(abilities.models.includes(modelName) ? modelName : backend.modelId);
      }
      const usual = await backend.compare(one, other, {});
      const asked = { detectorBackend: 'retinaface', threshold: 0 };
      expect(await backend.compare(one, other, asked)).toEqual({ ...usual, threshold: 0, nearThreshold: 0 });
    });
  });

  describe('comparing a picture with enrolled ones', () => {
    const reference = (imageId: string, picture: Picture): Reference => ({
      imageId,
      withPicture: heldPicture(picture),
    });

    test('tells of each how near it is, the nearest first, and of nobody else', async () => {
      const { abilities, backend, portraits, otherPortrait } = setting();
      const [one, her, third] = portraits as [Picture, Picture, Picture];
      await enrollEach(setting());
      await enrollAs(backend, otherPortrait, owner(2, 'other'));
      const [same, other, stranger] = [
        reference('2-a', her),
        reference('2-other', otherPortrait),
        reference('3-a', third),
      ];
      const found = await backend.compareWith(heldPicture(her), [other, stranger, same], {});
      expect(found.hasGallery).toBe(true);
      expect(found.probe).toMatchObject((await backend.detect(her, {}))[0] as Face);
      expect(found.references.map(({ imageId }) => imageId)).toEqual(['2-a', '2-other', '3-a']);
      const [face] = (await backend.match(her, { candidates: 10 })).faces;
      const near = [...(face?.matches ?? []), ...(face?.candidates ?? [])];
      for (const { imageId, distance, similarity, target } of found.references) {
        const same = near.find((each) => each.imageId === imageId);
        expect({ distance, similarity, target }).toEqual({
          distance: expect.closeTo(same?.distance ?? Number.NaN, 8),
          similarity: expect.closeTo(same?.similarity ?? Number.NaN, 6),
          target: same?.target,
        });
        expect(target === null).toBe(abilities.noTargetBecause !== undefined);
      }
      const [nearest] = (await backend.compareWith(heldPicture(one), [stranger], {})).references;
      expect(nearest?.imageId).toBe('3-a');
      expect(nearest?.distance).toBeGreaterThan(found.threshold);
    });

    test('compares the largest face, and fails out of a picture that shows nobody', async () => {
      const { backend, group, portraits } = setting();
      await enrollEach(setting());
      const references = portraits.map((portrait, index) => reference(`${index + 1}-a`, portrait));
      const { faces } = await backend.match(group, {});
      const { references: near, threshold } = await backend.compareWith(heldPicture(group), references, {});
      expect(near[0]?.imageId).toBe(faces[0]?.matches[0]?.imageId);
      expect(near.map(({ distance }) => distance <= threshold)).toEqual([true, false, false]);
      const nobody = watchedPicture(await pictureOfNobody());
      await expect(backend.compareWith(nobody.withPicture, references, {})).rejects.toThrow(NoFaceError);
      expect(nobody.failed()).toBeInstanceOf(NoFaceError);
    });
  });

  describe('near misses', () => {
    test('are told where they are asked for, nearest first, and change no match', async () => {
      const { backend, portraits } = setting();
      await enrollEach(setting());
      const her = portraits[1] as Picture;
      const usual = await backend.match(her, {});
      expect(usual.faces[0]?.candidates).toEqual([]);
      const [face] = (await backend.match(her, { candidates: 10 })).faces;
      expect(face?.matches).toEqual(usual.faces[0]?.matches);
      expect(face && entriesOf(face)).toEqual([2]);
      expect(face?.candidates.map(({ entryId }) => entryId).sort()).toEqual([1, 3]);
      const distances = face?.candidates.map(({ distance }) => distance) ?? [];
      expect(distances).toEqual(distances.toSorted((one, other) => one - other));
      expect(Math.min(...distances)).toBeGreaterThan(usual.threshold);
      const one = await backend.match(her, { candidates: 1 });
      expect(one.faces[0]?.matches).toEqual(face?.matches);
      expect(one.faces[0]?.candidates).toEqual(face?.candidates.slice(0, 1));
    });

    test('in the review band are told unasked, and are no matches', async () => {
      const { backend, portraits } = setting();
      await enrollEach(setting());
      const her = portraits[1] as Picture;
      const [asked] = (await backend.match(her, { candidates: 10 })).faces;
      const [nearest, farther] = asked?.candidates ?? [];
      // A threshold just below the nearest stranger: the band reaches to that one at least.
      const threshold = (nearest?.distance ?? 0) - 1e-4;
      const options = { threshold, distanceMetric: 'cosine' } as const;
      const plain = await backend.match(her, options);
      const banded = await backend.match(her, { ...options, reviewBand: 10 });
      expect(banded.faces[0]?.matches).toEqual(plain.faces[0]?.matches);
      expect(plain.faces[0]?.candidates).toEqual([]);
      expect(plain.nearThreshold).toBe(plain.threshold);
      const near = [nearest, farther].filter((one) => one && one.distance <= banded.nearThreshold);
      expect(banded.faces[0]?.candidates).toEqual(near);
      expect(banded.nearThreshold).toBeGreaterThanOrEqual(banded.threshold);
      // Comparisons are judged by the same band.
      const held = heldPicture(her);
      const { threshold: used, nearThreshold } = banded;
      for (const reviewBand of [undefined, 10]) {
        const compared = { ...options, reviewBand };
        const told = { threshold: used, nearThreshold: reviewBand === undefined ? used : nearThreshold };
        expect(await backend.compare(held, held, compared)).toMatchObject(told);
        expect(await backend.compareWith(held, [], compared)).toMatchObject(told);
      }
    });
  });
}

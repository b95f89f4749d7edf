import { expect, test } from 'vitest';
import { peopleInSample, sampleNumbers, smallSample } from '../../faces/samples.ts';
import type { Setting } from './fixtures.ts';

export function detectionSuite(setting: () => Setting): void {
  test.each(sampleNumbers)(
    'every face of sample %i is found, the largest first, inside the picture',
    async (number) => {
      const picture = await smallSample(number);
      const faces = await setting().backend.detect(picture, {});
      expect(faces).toHaveLength(peopleInSample[number]);
      const sizes = faces.map(({ area }) => area.w * area.h);
      expect(sizes).toEqual(sizes.toSorted((one, other) => other - one));
      for (const { area, confidence } of faces) {
        const { x, y, w, h, left_eye, right_eye, nose, mouth_left, mouth_right } = area;
        for (const value of [x, y, w, h]) expect(value).toSatisfy(Number.isInteger);
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(Math.min(w, h)).toBeGreaterThan(0);
        expect(x + w).toBeLessThanOrEqual(picture.width);
        expect(y + h).toBeLessThanOrEqual(picture.height);
        for (const point of [left_eye, right_eye, nose, mouth_left, mouth_right]) {
          if (!point) continue;
          expect(point[0]).toSatisfy(
            (value) => Number.isInteger(value) && value >= 0 && value < picture.width,
          );
          expect(point[1]).toSatisfy(
            (value) => Number.isInteger(value) && value >= 0 && value < picture.height,
          );
        }
        expect(confidence).toBeGreaterThan(0);
        expect(confidence).toBeLessThanOrEqual(1);
      }
    },
  );

  test("a face's left eye is the person's: on who looks at us it lies to the right", async () => {
    const faces = await setting().backend.detect(await smallSample(6), {});
    expect(faces).toHaveLength(4);
    for (const { area } of faces) {
      const { x, y, w, h, left_eye, right_eye, nose } = area;
      expect(left_eye?.[0]).toBeGreaterThan(right_eye?.[0] ?? Number.NaN);
      for (const point of [left_eye, right_eye, nose]) {
        expect(point?.[0]).toSatisfy((value) => value > x && value < x + w);
        expect(point?.[1]).toSatisfy((value) => value > y && value < y + h);
      }
      expect(nose?.[1]).toBeGreaterThan(Math.max(left_eye?.[1] ?? Number.NaN, right_eye?.[1] ?? Number.NaN));
    }
  });
}

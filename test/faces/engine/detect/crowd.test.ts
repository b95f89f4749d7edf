import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { cutOut } from '../../../../bench/accuracy/edge-cuts.ts';
import { crowdPicture, crowdSize } from '../../../../bench/accuracy/pictures.ts';
import { usualMinConfidence } from '../../../../lib/faces/engine/detect/confidence.ts';
import { type Detection, type Detector, loadDetector } from '../../../../lib/faces/engine/detect/detector.ts';
import { sharedWithSmaller } from '../../../../lib/faces/engine/detect/overlap.ts';
import { Pyramid } from '../../../../lib/faces/engine/geometry/pyramid.ts';
import { decodePicture } from '../../../../lib/inputs/decode.ts';
import type { Picture } from '../../../../lib/inputs/picture.ts';
import { turned } from '../../samples.ts';

let detector: Detector;
let crowd: Picture;
/** The faces of the whole crowd. */
let whole: Detection[];

beforeAll(async () => {
  detector = await loadDetector(usualMinConfidence);
  crowd = await decodePicture(await crowdPicture(undefined));
  whole = await facesOf(crowd);
});

function facesOf({ width, height, pixels }: Picture): Promise<Detection[]> {
  return detector.detect(new Pyramid({ width, height, pixels }));
}

function doubles(found: readonly Detection[]): Detection[] {
  return found.filter(({ area }, index) =>
    found.slice(0, index).some((other) => sharedWithSmaller(area, other.area) > 0.5),
  );
}

describe('a crowd', () => {
  test('shows no face twice, wherever its picture is cut, and none that the whole does not show', async () => {
    const { width, height, pixels } = crowd;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: width - 700 }),
        fc.integer({ min: 0, max: height - 500 }),
        fc.integer({ min: 80, max: 700 }),
        fc.integer({ min: 80, max: 500 }),
        async (x, y, w, h) => {
          const part = cutOut({ width, height, pixels }, { x, y, w, h });
          const found = await detector.detect(new Pyramid(part));
          expect(doubles(found)).toEqual([]);
          for (const { area } of found.filter(({ confidence }) => confidence >= 0.95)) {
            const box = { x: area.x + x, y: area.y + y, w: area.w, h: area.h };
            expect(whole.some((one) => sharedWithSmaller(one.area, box) > 0.4)).toBe(true);
          }
        },
      ),
      { numRuns: 25, seed: 12 },
    );
  });

  test.each([0, 90, 180, 270])('turned by %s degrees is found, each face once', async (degrees) => {
    const found = degrees === 0 ? whole : await facesOf(await turned(crowd, degrees));
    expect(doubles(found)).toEqual([]);
    // A profile or two, of 40 faces, may be taken for none.
    expect(found.length).toBeGreaterThanOrEqual(crowdSize - 3);
    expect(found.length).toBeLessThanOrEqual(crowdSize);
  });
});

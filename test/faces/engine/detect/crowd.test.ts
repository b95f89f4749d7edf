import { beforeAll, describe, expect, test } from 'vitest';
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

beforeAll(async () => {
  detector = await loadDetector(usualMinConfidence);
  crowd = await decodePicture(await crowdPicture(undefined));
});

function doubles(found: readonly Detection[]): Detection[] {
  return found.filter(({ area }, index) =>
    found.slice(0, index).some((other) => sharedWithSmaller(area, other.area) > 0.5),
  );
}

describe('a crowd', () => {
  test.each([0, 90, 180, 270])('turned by %s degrees is found, each face once', async (degrees) => {
    const { width, height, pixels: data } = await turned(crowd, degrees);
    const found = await detector.detect(new Pyramid({ width, height, data }));
    expect(doubles(found)).toEqual([]);
    // A profile or two, of 40 faces, may be taken for none.
    expect(found.length).toBeGreaterThanOrEqual(crowdSize - 3);
    expect(found.length).toBeLessThanOrEqual(crowdSize);
  });
});

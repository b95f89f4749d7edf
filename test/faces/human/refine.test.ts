import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Pixels, Point } from '../../../lib/faces/human/align.ts';
import { type Landmarks, loadDetector } from '../../../lib/faces/human/detector.ts';
import { sampleFolder } from '../../../lib/faces/human/model-files.ts';
import { loadRefine, type Refine } from '../../../lib/faces/human/refine.ts';
import { loadRuntime } from '../../../lib/faces/human/runtime.ts';
import { decodePicture } from '../../../lib/inputs/decode.ts';

describe('a second look at a face', () => {
  let picture: Pixels;
  let faces: Landmarks[];
  let refine: Refine;
  beforeAll(async () => {
    const runtime = await loadRuntime();
    const detector = await loadDetector(runtime, 0.4);
    refine = await loadRefine(runtime);
    const decoded = await decodePicture(await readFile(join(sampleFolder, 'sample1.jpg')));
    picture = { width: decoded.width, height: decoded.height, data: decoded.pixels };
    faces = (await detector.detect(picture)).map(({ landmarks }) => landmarks);
  });

  const distance = (one: Point, other: Point) => Math.hypot(one[0] - other[0], one[1] - other[1]);
  const eyes = ({ leftEye, rightEye }: Landmarks) => distance(leftEye, rightEye);
  const moved = ({ leftEye, rightEye, noseTip, mouthCentre }: Landmarks, dx: number, dy: number) => {
    const shift = ([x, y]: Point): Point => [x + dx, y + dy];
    return {
      leftEye: shift(leftEye),
      rightEye: shift(rightEye),
      noseTip: shift(noseTip),
      mouthCentre: shift(mouthCentre),
    };
  };

  test('finds the same landmarks when it is taken again', () => {
    expect(faces).toHaveLength(3);
    for (const face of faces) {
      const refined = refine(picture, face);
      const again = refine(picture, refined);
      for (const name of ['leftEye', 'rightEye', 'noseTip', 'mouthCentre'] as const) {
        expect(distance(again[name], refined[name]) / eyes(refined)).toBeLessThan(0.1);
      }
    }
  });

  test('puts right what the first had missed by a fifth of the distance between the eyes, and finds what it had not seen', () => {
    for (const face of faces) {
      const refined = refine(picture, face);
      const far = eyes(refined) / 5;
      const corrected = refine(picture, moved(refined, far, -far));
      expect(corrected.mesh).toBeDefined();
      for (const name of ['leftEye', 'rightEye', 'noseTip'] as const) {
        expect(distance(corrected[name], refined[name])).toBeLessThan(far / 2);
      }
    }
  });

  test('leaves landmarks as they are where there is no face', () => {
    const blank = { width: 300, height: 300, data: new Uint8Array(3 * 300 * 300).fill(128) };
    const nowhere = {
      leftEye: [180, 120],
      rightEye: [120, 120],
      noseTip: [150, 150],
      mouthCentre: [150, 185],
    } as const;
    expect(refine(blank, nowhere)).toBe(nowhere);
  });
});

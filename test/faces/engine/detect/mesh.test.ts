import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadDetector } from '../../../../lib/faces/engine/detect/detector.ts';
import { type FindMeshes, loadMesh } from '../../../../lib/faces/engine/detect/mesh.ts';
import type { Point } from '../../../../lib/faces/engine/geometry/align.ts';
import type { Landmarks } from '../../../../lib/faces/engine/geometry/landmarks.ts';
import { Pyramid } from '../../../../lib/faces/engine/geometry/pyramid.ts';
import { decodePicture } from '../../../../lib/inputs/decode.ts';
import { sampleFolder } from '../../../../local/models/packages.ts';

/** Number of the tip of the nose in the mesh. */
const noseTip = 4;

describe('the mesh', () => {
  let pyramid: Pyramid;
  let faces: Landmarks[];
  let findMeshes: FindMeshes;
  beforeAll(async () => {
    const detector = await loadDetector(0.15);
    findMeshes = await loadMesh();
    const { width, height, pixels } = await decodePicture(await readFile(join(sampleFolder, 'sample1.jpg')));
    pyramid = new Pyramid({ width, height, pixels });
    faces = (await detector.detect(pyramid)).map(({ landmarks }) => landmarks);
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

  test('of each of several faces is the same as of each alone', async () => {
    expect(faces).toHaveLength(3);
    const together = await findMeshes(pyramid, faces);
    for (const [index, face] of faces.entries()) {
      const [alone] = await findMeshes(pyramid, [face]);
      expect(together[index]?.confidence).toBeCloseTo(alone?.confidence ?? 0, 5);
      together[index]?.points.forEach((point, place) => {
        expect(distance(point, alone?.points[place] as Point) / eyes(face)).toBeLessThan(1e-4);
      });
    }
  });

  test('puts right what was missed by a fifth of the distance between the eyes', async () => {
    for (const face of faces) {
      const far = eyes(face) / 5;
      const [mesh] = await findMeshes(pyramid, [moved(face, far, -far)]);
      expect(mesh?.confidence).toBeGreaterThan(0.9);
      expect(distance(mesh?.points[noseTip] as Point, face.noseTip)).toBeLessThan(far / 2);
    }
  });

  test('is not sure where there is no face', async () => {
    const blank = { width: 300, height: 300, pixels: new Uint8Array(3 * 300 * 300).fill(128) };
    const nowhere = {
      leftEye: [180, 120],
      rightEye: [120, 120],
      noseTip: [150, 150],
      mouthCentre: [150, 185],
    } as const;
    const [mesh] = await findMeshes(new Pyramid(blank), [nowhere]);
    expect(mesh?.confidence).toBeLessThan(0.1);
  });
});

import { describe, expect, test } from 'vitest';
import { joinShares, sharesOf } from '../../../lib/faces/engine/crowd.ts';
import type { JobFace } from '../../../lib/faces/engine/worker.ts';

describe("a crowd's shares", () => {
  test.each([
    [40, 1, [40]],
    [40, 2, [20, 20]],
    [41, 4, [10, 10, 10, 11]],
    [9, 4, [4, 5]],
    [7, 4, [7]],
    [0, 3, [0]],
  ])('of %i faces among %i workers are %j', (faces, workers, shares) => {
    expect(sharesOf(faces, workers)).toEqual(shares);
  });

  test('put together are the faces with what each worker told of its own', () => {
    const face = (x: number, number?: number): JobFace => ({
      area: {
        x,
        y: 0,
        w: 1,
        h: 1,
        left_eye: null,
        right_eye: null,
        nose: null,
        mouth_left: null,
        mouth_right: null,
      },
      confidence: 1,
      embeddings: number === undefined ? {} : { Dlib: Float32Array.of(number) },
      hits: [],
    });
    const joined = joinShares(
      [face(1, 10), face(2), face(3), face(4)],
      [[face(0, 20), face(0, 30)], [face(0, 40)]],
    );
    expect(joined).toEqual([face(1, 10), face(2, 20), face(3, 30), face(4, 40)]);
    expect(joinShares([face(1, 10)], [])).toEqual([face(1, 10)]);
  });
});

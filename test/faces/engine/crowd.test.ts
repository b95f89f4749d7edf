import { describe, expect, test } from 'vitest';
import { sharesOf } from '../../../lib/faces/engine/crowd.ts';

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
});

import { describe, expect, test } from 'vitest';
import type { Similarity } from '../../../../lib/faces/engine/geometry/align.ts';
import { Pyramid } from '../../../../lib/faces/engine/geometry/pyramid.ts';
import type { DecodedPicture } from '../../../../lib/inputs/picture.ts';

/** Cuts out one square, as RGB 0..255, row by row. */
function cut(picture: DecodedPicture, view: Similarity, size: number): Float32Array {
  const planes = new Pyramid(picture).cut([view], { size, means: [0, 0, 0], scales: [1, 1, 1] });
  return planes.map((_, index) => planes[(index % 3) * size * size + Math.floor(index / 3)] as number);
}

/** Makes a picture whose pixel (x, y) has the colour that `colour` gives. */
function picture(
  width: number,
  height: number,
  colour: (x: number, y: number) => readonly [number, number, number],
): DecodedPicture {
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set(colour(x, y), 3 * (y * width + x));
  }
  return { width, height, pixels };
}

const pixel = (chip: Float32Array, size: number, x: number, y: number) => [
  ...chip.subarray(3 * (y * size + x), 3 * (y * size + x) + 3),
];

const asItIs = { a: 1, b: 0, tx: 0, ty: 0 };

describe('cutting a square', () => {
  const size = 9;
  const colourful = picture(size, size, (x, y) => [10 * x, 20 * y, 5 * (x + y)]);

  test('copies the picture where nothing is to be turned, scaled or shifted', () => {
    expect([...cut(colourful, asItIs, size)]).toEqual([...colourful.pixels]);
  });

  test('turns by a quarter without changing a pixel', () => {
    const chip = cut(colourful, { a: 0, b: 1, tx: size - 1, ty: 0 }, size);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        expect(pixel(chip, size, size - 1 - y, x)).toEqual([10 * x, 20 * y, 5 * (x + y)]);
      }
    }
  });

  test('is black outside of the picture, and mixes neighbours between pixels', () => {
    const chip = cut(colourful, { ...asItIs, tx: 2.5, ty: -1 }, size);
    for (let y = 0; y < size; y++) {
      expect(pixel(chip, size, 0, y)).toEqual([0, 0, 0]);
      expect(pixel(chip, size, 1, y)).toEqual([0, 0, 0]);
    }
    for (let x = 0; x < size; x++) expect(pixel(chip, size, x, size - 1)).toEqual([0, 0, 0]);
    // Chip pixel (5, 3) lies between (2, 4) and (3, 4) of the picture.
    expect(pixel(chip, size, 5, 3)).toEqual([25, 80, 32.5]);
    // Half of this pixel lies outside the picture.
    expect(pixel(chip, size, 2, 3)).toEqual([0, 40, 10]);
  });

  test('cuts out of a picture that is not square', () => {
    const wide = picture(40, 10, (x, y) => [x, y, 0]);
    const chip = cut(wide, { ...asItIs, tx: -30, ty: -5 }, 4);
    expect(pixel(chip, 4, 0, 0)).toEqual([30, 5, 0]);
    expect(pixel(chip, 4, 3, 3)).toEqual([33, 8, 0]);
  });

  test.each([
    [2, 2],
    [5, 3],
    [1, 6],
    [7, 1],
    [130, 97],
  ])('halves a picture of %i x %i to the means of four pixels', (width, height) => {
    const at = (x: number, y: number) => (37 * x + 101 * y + 13 * x * y) % 256;
    const speckled = picture(width, height, (x, y) => [at(x, y), at(y, x), at(x + y, x)]);
    const size = Math.max(width, height) >> 1;
    const chip = cut(speckled, { a: 0.5, b: 0, tx: -0.25, ty: -0.25 }, size);
    for (let y = 0; y < Math.max(1, height >> 1); y++) {
      for (let x = 0; x < Math.max(1, width >> 1); x++) {
        const columns = [2 * x, Math.min(2 * x + 1, width - 1)];
        const rows = [2 * y, Math.min(2 * y + 1, height - 1)];
        const four = rows.flatMap((row) => columns.map((column) => 3 * (row * width + column)));
        const mean = [0, 1, 2].map((channel) => {
          return (
            (four.reduce((sum, first) => sum + (speckled.pixels[first + channel] as number), 0) + 2) >> 2
          );
        });
        expect([x, y, ...pixel(chip, size, x, y)]).toEqual([x, y, ...mean]);
      }
    }
  });

  test.each([2, 3, 4, 5.3, 8])(
    'makes an even gray of a checkerboard that is made %f times smaller',
    (factor) => {
      const board = picture(160, 160, (x, y) => ((x + y) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]));
      const a = 1 / factor;
      const chipSize = Math.floor(160 / factor);
      const chip = cut(board, { a, b: 0, tx: a / 2 - 0.5, ty: a / 2 - 0.5 }, chipSize);
      const inner: number[] = [];
      for (let y = 1; y < chipSize - 1; y++) {
        for (let x = 1; x < chipSize - 1; x++) inner.push(...pixel(chip, chipSize, x, y));
      }
      expect(Math.min(...inner)).toBeGreaterThan(110);
      expect(Math.max(...inner)).toBeLessThan(145);
    },
  );
});

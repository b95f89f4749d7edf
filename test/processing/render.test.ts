import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Box } from '../../lib/contract/shapes.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import type { Picture } from '../../lib/inputs/picture.ts';
import { cropFace, drawBoxes } from '../../lib/processing/render.ts';

type Colour = 'background' | 'red' | 'green';

function picture(
  width: number,
  height: number,
  colour: (x: number, y: number) => readonly [number, number, number] = () => [120, 120, 120],
): Picture {
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set(colour(x, y), 3 * (y * width + x));
  }
  return { width, height, pixels, original: new Uint8Array(), format: 'png' };
}

function pixelOf({ pixels, width }: Picture, x: number, y: number): [number, number, number] {
  const at = 3 * (y * width + x);
  return [pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number];
}

/**
 * Names a pixel's dominant colour. At an edge, JPEG mixes up to 7/16 of the neighbours' colour into a pixel.
 */
function colourOf([red, green]: readonly [number, number, number]): Colour {
  if (red - green > 100) return 'red';
  return green - red > 85 ? 'green' : 'background';
}

describe('boxes', () => {
  /** At this width the boxes' lines are 16 pixels wide, like JPEG's blocks. */
  const width = 4800;
  const height = 256;
  const line = 16;
  const gray = picture(width, height);

  /** Checks if a box's line should be at this pixel. */
  const isOnLine = ({ x, y, w, h }: Box, px: number, py: number) => {
    const isWithin = px >= x && px < x + w && py >= y && py < y + h;
    const isInside = px >= x + line && px < x + w - line && py >= y + line && py < y + h - line;
    return isWithin && !isInside;
  };

  /** Lists the first pixels that have the wrong colour. */
  async function wrongPixels(faces: readonly { box: Box; isMatch: boolean }[]): Promise<string[]> {
    const drawn = await decodePicture(await drawBoxes(gray, faces));
    expect([drawn.width, drawn.height]).toEqual([width, height]);
    const wrong: string[] = [];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const face = faces.find(({ box }) => isOnLine(box, x, y));
        const expected: Colour = face ? (face.isMatch ? 'red' : 'green') : 'background';
        const seen = colourOf(pixelOf(drawn, x, y));
        if (seen !== expected) wrong.push(`${x},${y} is ${seen}, not ${expected}`);
      }
    }
    return wrong.slice(0, 10);
  }

  test('are drawn just inside of where the faces are, red for matches and green for others', async () => {
    const wrong = await wrongPixels([
      { box: { x: 64, y: 32, w: 160, h: 128 }, isMatch: true },
      { box: { x: 320, y: 96, w: 96, h: 96 }, isMatch: false },
    ]);
    expect(wrong).toEqual([]);
  });

  test("end at the picture's edge", async () => {
    const wrong = await wrongPixels([
      { box: { x: 0, y: 0, w: 96, h: 96 }, isMatch: true },
      { box: { x: width - 96, y: height - 96, w: 96, h: 96 }, isMatch: false },
      { box: { x: 320, y: -32, w: 96, h: 512 }, isMatch: false },
      { box: { x: -32, y: 112, w: 96, h: 96 }, isMatch: false },
      { box: { x: width - 48, y: 32, w: 96, h: 64 }, isMatch: true },
    ]);
    expect(wrong).toEqual([]);
  });

  test('are drawn on a copy: the picture itself stays as it is', async () => {
    const own = picture(64, 64);
    const before = Uint8Array.from(own.pixels);
    const drawn = await decodePicture(
      await drawBoxes(own, [{ box: { x: 8, y: 8, w: 32, h: 32 }, isMatch: true }]),
    );
    expect(own.pixels).toEqual(before);
    expect(Buffer.compare(drawn.pixels, before)).not.toBe(0);
  });

  test('of no face leave a plain copy, and JPEG is what comes out', async () => {
    const bytes = await drawBoxes(picture(64, 48), []);
    const drawn = await decodePicture(bytes);
    expect(drawn).toMatchObject({ format: 'jpeg', width: 64, height: 48 });
    expect(new Set(Array.from({ length: 64 }, (_, x) => colourOf(pixelOf(drawn, x, 20))))).toEqual(
      new Set(['background']),
    );
  });

  test('can be seen on a small picture', async () => {
    const drawn = await decodePicture(
      await drawBoxes(picture(100, 100), [{ box: { x: 20, y: 20, w: 50, h: 50 }, isMatch: false }]),
    );
    const [red, green] = pixelOf(drawn, 45, 20);
    expect(green - red).toBeGreaterThan(60);
  });
});

describe('a crop', () => {
  /** Picture whose red gives the column, and whose green gives the row. */
  const ramp = picture(200, 160, (x, y) => [x, y, 0]);

  /** Finds the part of the picture that a crop shows, by the colours of its corners. */
  async function shown(box: Box, padding: number) {
    const crop = await decodePicture(await cropFace(ramp, box, padding));
    const [left, top] = pixelOf(crop, 0, 0);
    return { left, top, width: crop.width, height: crop.height };
  }

  test.each([
    ['half of the padding on each side', { x: 60, y: 50, w: 50, h: 40 }, 0.4, [50, 42, 70, 56]],
    ['nothing around the face without padding', { x: 60, y: 50, w: 50, h: 40 }, 0, [60, 50, 50, 40]],
    ['what there is of it at the left and the top', { x: 5, y: 2, w: 50, h: 40 }, 0.4, [0, 0, 65, 50]],
    [
      'what there is of it at the right and the bottom',
      { x: 150, y: 120, w: 50, h: 40 },
      0.4,
      [140, 112, 60, 48],
    ],
    ['the whole picture when it is that large', { x: 60, y: 50, w: 50, h: 40 }, 10, [0, 0, 200, 160]],
    ['a single pixel', { x: 199, y: 159, w: 1, h: 1 }, 0, [199, 159, 1, 1]],
  ])('shows %s', async (_, box, padding, [left = 0, top = 0, width, height]) => {
    const crop = await shown(box, padding);
    expect(crop).toMatchObject({ width, height });
    expect(Math.abs(crop.left - left)).toBeLessThanOrEqual(4);
    expect(Math.abs(crop.top - top)).toBeLessThanOrEqual(4);
  });

  test('of any face in the picture is a picture that holds all of it', async () => {
    const box = fc
      .record({
        x: fc.nat(199),
        y: fc.nat(159),
        w: fc.integer({ min: 1, max: 200 }),
        h: fc.integer({ min: 1, max: 160 }),
      })
      .map(({ x, y, w, h }) => ({ x, y, w: Math.min(w, 200 - x), h: Math.min(h, 160 - y) }));
    await fc.assert(
      fc.asyncProperty(box, fc.double({ min: 0, max: 10, noNaN: true }), async (box, padding) => {
        const { width, height, format } = await sharp(await cropFace(ramp, box, padding)).metadata();
        expect(format).toBe('jpeg');
        expect(width).toBeGreaterThanOrEqual(box.w);
        expect(width).toBeLessThanOrEqual(Math.min(200, Math.ceil(box.w * (1 + padding)) + 1));
        expect(height).toBeGreaterThanOrEqual(box.h);
        expect(height).toBeLessThanOrEqual(Math.min(160, Math.ceil(box.h * (1 + padding)) + 1));
      }),
    );
  });
});

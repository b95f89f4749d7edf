import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { workingBytes } from '../../lib/inputs/measure.ts';
import { PictureSlots } from '../../lib/inputs/picture-slots.ts';

/** Starts work that ends when the test says so, and lists the names of what has begun. */
function stage(slots: PictureSlots) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const done: Promise<void>[] = [];
  return {
    begun,
    run(name: string, memoryBytes: number) {
      done.push(
        slots.run(memoryBytes, async () => {
          begun.push(name);
          await new Promise<void>((resolve) => ends.set(name, resolve));
        }),
      );
    },
    async end(name: string) {
      ends.get(name)?.();
      await settled();
    },
    all: () => Promise.all(done),
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('slots for pictures', () => {
  test('admit large ones by their memory, one after the other', async () => {
    const slots = new PictureSlots({ atOnce: 4, memoryBytes: 600 });
    const { begun, run, end, all } = stage(slots);
    for (const name of ['a', 'b', 'c', 'd']) run(name, 250);
    await settled();
    expect(begun).toEqual(['a', 'b']);
    expect([slots.active, slots.pending, slots.activeBytes]).toEqual([2, 2, 500]);
    for (const name of ['a', 'b', 'c', 'd']) await end(name);
    await all();
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    expect([slots.active, slots.pending, slots.activeBytes]).toEqual([0, 0, 0]);
  });

  test('keep memory and a turn for small ones', async () => {
    const slots = new PictureSlots({ atOnce: 3, memoryBytes: 600 });
    const { begun, run, end, all } = stage(slots);
    for (let index = 0; index < 8; index++) run(`large ${index}`, 101);
    run('small', 100);
    await settled();
    expect(begun).toEqual(['large 0', 'large 1', 'small']);
    await end('small');
    expect(begun).toHaveLength(3);
    run('another', 1);
    await settled();
    expect(begun.at(-1)).toBe('another');
    for (let index = 0; index < 8; index++) {
      await end('another');
      await end(`large ${index}`);
    }
    await all();
  });

  test('let small ones overtake, but not for ever', async () => {
    const slots = new PictureSlots({ atOnce: 9, memoryBytes: 600 });
    const { begun, run, end, all } = stage(slots);
    for (let index = 0; index < 6; index++) run(`small ${index}`, 100);
    run('large', 500);
    await settled();
    // A large picture counts as if it had come a fraction of a millisecond later. So the others must come
    // after that.
    const then = performance.now();
    while (performance.now() - then < 1);
    // Space that becomes free is kept for it, except for the reserved part.
    for (let index = 0; index < 4; index++) {
      await end(`small ${index}`);
      run(`later ${index}`, 100);
      await settled();
    }
    expect(begun).toHaveLength(6);
    await end('small 4');
    expect(begun.at(-1)).toBe('large');
    await end('small 5');
    for (let index = 0; index < 4; index++) await end(`later ${index}`);
    await end('large');
    for (let index = 0; index < 4; index++) await end(`later ${index}`);
    await all();
  });

  test('take one that is larger than all of them', async () => {
    const slots = new PictureSlots({ atOnce: 1, memoryBytes: 100 });
    expect(await slots.run(1_000_000, async () => 'done')).toBe('done');
  });

  test('are given back when the work fails', async () => {
    const slots = new PictureSlots({ atOnce: 1, memoryBytes: 100 });
    const failing = slots.run(50, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect([slots.active, slots.activeBytes]).toEqual([0, 0]);
  });
});

describe('the memory of a picture', () => {
  const bytesFor = async (encode: (picture: Sharp) => Sharp, channels: 3 | 4 = 3) => {
    const background = { r: 9, g: 99, b: 199, alpha: 0.5 };
    const encoded = await encode(
      sharp({ create: { width: 100, height: 100, channels, background } }),
    ).toBuffer();
    // It seems large, since only its header states the size.
    const header = { ...(await sharp(encoded).metadata()), width: 3000, height: 16_000 };
    return workingBytes(header, encoded) / (3000 * 16_000);
  };

  test('grows with what its decoder keeps, in bytes a pixel', async () => {
    const baseline = await bytesFor((picture) => picture.jpeg());
    expect(baseline).toBeGreaterThan(10);
    expect(baseline).toBeLessThan(11);
    expect(await bytesFor((picture) => picture.png())).toBeCloseTo(baseline, 1);
    expect(
      await bytesFor((picture) => picture.toColourspace('cmyk').jpeg({ progressive: true })),
    ).toBeGreaterThan(11);
    const deep = (picture: Sharp) => picture.toColourspace('rgb16');
    expect(await bytesFor((picture) => deep(picture).png({ progressive: true }), 4)).toBeGreaterThan(11);
  });

  test('of the dearest picture fits beside small ones', async () => {
    const dearest = await bytesFor((picture) => picture.toColourspace('rgb16').png({ progressive: true }), 4);
    expect(dearest * 50 * 2 ** 20).toBeLessThan((768 * 2 ** 20 * 5) / 6);
  });
});

import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { tracesOfPicture } from '../../lib/erasure/traces.ts';

const side = 160;

const isDisc = Array.from(
  { length: side ** 2 },
  (_, place) => Math.hypot((place % side) - side / 2, Math.floor(place / side) - side / 2) <= 50,
);

/** A disc of one colour, which is everywhere the same, before noise that no other picture has. */
function disc(): Promise<Buffer> {
  const pixels = randomBytes(3 * side * side);
  for (const [place, inside] of isDisc.entries()) {
    if (inside) pixels.fill(200, 3 * place, 3 * place + 3);
    else for (let at = 3 * place; at < 3 * place + 3; at++) pixels[at] = 100 + ((pixels[at] ?? 0) % 50);
  }
  const raw = { width: side, height: side, channels: 3 } as const;
  return sharp(pixels, { raw }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
}

test('pictures that agree in an even area have no trace in common', async () => {
  const pictures = await Promise.all(Array.from({ length: 40 }, disc));
  const traces = (await Promise.all(pictures.map((picture) => tracesOfPicture(picture, 'picture')))).map(
    (found) => new Set(found.map(({ sought }) => String(Buffer.isBuffer(sought) && sought.toString('hex')))),
  );
  expect(Math.min(...traces.map(({ size }) => size))).toBeGreaterThanOrEqual(5);
  const all = traces.flatMap((found) => [...found]);
  expect(new Set(all).size).toBe(all.length);
});

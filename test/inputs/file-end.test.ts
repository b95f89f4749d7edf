import { readFile } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { InputUnreadableError } from '../../lib/errors.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { measurePicture } from '../../lib/inputs/measure.ts';

const photo = await readFile(
  new URL('../../node_modules/@vladmandic/face-api/demo/sample1.jpg', import.meta.url),
);
const small = () => sharp(photo).resize(100);
const flat = () => sharp({ create: { width: 50, height: 40, channels: 3, background: '#305070' } });
const endOfJpeg = Buffer.of(0xff, 0xd9);

/** Kinds of files, each with the number of bytes at its end that hold no pixel. */
const kinds: readonly (readonly [kind: string, spare: number, encode: () => Sharp])[] = [
  ['JPEG', 2, () => small().jpeg()],
  ['JPEG of one colour', 2, () => flat().jpeg()],
  ['JPEG 4:4:4', 2, () => small().jpeg({ chromaSubsampling: '4:4:4' })],
  ['progressive JPEG', 2, () => small().jpeg({ progressive: true })],
  ['progressive JPEG of mozjpeg', 2, () => small().jpeg({ mozjpeg: true })],
  ['gray JPEG', 2, () => small().toColourspace('b-w').jpeg()],
  ['progressive gray JPEG', 2, () => small().toColourspace('b-w').jpeg({ progressive: true })],
  ['CMYK JPEG', 2, () => small().toColourspace('cmyk').jpeg()],
  ['PNG', 12, () => small().png()],
  ['interlaced PNG', 12, () => small().png({ progressive: true })],
  ['WebP', 1, () => small().webp()],
  ['lossless WebP', 1, () => small().webp({ lossless: true })],
  ['GIF', 2, () => small().gif()],
];

describe.each(kinds)('the file of a %s', (kind, spare, encode) => {
  test('is taken when its end is missing, and refused when a pixel is', async () => {
    const bytes = await encode().toBuffer();
    const whole = await decodePicture(bytes);
    // The last byte of a WebP may be its padding.
    const cuts = [...Array.from({ length: 24 }, (_, index) => index + 1), 0.1, 0.3, 0.5, 0.8].map((cut) =>
      cut < 1 ? Math.ceil(cut * bytes.length) : cut,
    );
    let taken = 0;
    for (const cut of cuts) {
      const picture = await decodePicture(bytes.subarray(0, -cut)).catch((error: unknown) => {
        expect(error, `${cut} bytes cut off`).toBeInstanceOf(InputUnreadableError);
      });
      if (!picture) continue;
      taken += 1;
      expect(Buffer.compare(picture.pixels, whole.pixels), `${cut} bytes cut off`).toBe(0);
    }
    if (!kind.includes('WebP')) expect(taken).toBeGreaterThanOrEqual(spare);
    expect(taken).toBeLessThan(24);
  });

  test('is taken with what is appended to it', async () => {
    const bytes = await encode().toBuffer();
    const whole = await decodePicture(bytes);
    for (const appended of [
      Buffer.alloc(5000),
      Buffer.from('\0\0\0\x18ftypmp42 a film '.repeat(99)),
      photo,
    ]) {
      const picture = await decodePicture(Buffer.concat([bytes, appended]));
      expect(Buffer.compare(picture.pixels, whole.pixels)).toBe(0);
      expect(picture.original).toHaveLength(bytes.length + appended.length);
    }
  });
});

describe('a JPEG', () => {
  const jpegs = kinds.filter(([kind]) => kind.includes('JPEG'));
  test.each(jpegs)(
    'that was cut off is refused with an end marker of its own: %s',
    async (_kind, _spare, encode) => {
      const bytes = await encode().toBuffer();
      for (const cut of [3, 5, 9, 40]) {
        const closed = Buffer.concat([bytes.subarray(0, -cut), endOfJpeg]);
        await expect(decodePicture(closed), `${cut} bytes cut off`).rejects.toThrow(InputUnreadableError);
      }
    },
  );

  test('that is large is judged alike', async () => {
    const bytes = await sharp(photo).resize(2400).jpeg().toBuffer();
    const whole = await decodePicture(bytes);
    const endless = await decodePicture(bytes.subarray(0, -2));
    expect(Buffer.compare(endless.pixels, whole.pixels)).toBe(0);
    const half = bytes.subarray(0, bytes.length / 2);
    await expect(decodePicture(half)).rejects.toThrow(InputUnreadableError);
    await expect(decodePicture(Buffer.concat([half, endOfJpeg]))).rejects.toThrow(InputUnreadableError);
    // A download stopped early, in a file that had its full length from the start.
    const filled = Buffer.concat([half, Buffer.alloc(bytes.length - half.length)]);
    await expect(decodePicture(filled)).rejects.toThrow(InputUnreadableError);
  });

  test('is not judged by the end marker of the thumbnail that it carries', async () => {
    const thumbnail = await flat().jpeg().toBuffer();
    const bytes = await small().jpeg().toBuffer();
    const head = Buffer.from('\xff\xe2\0\0', 'latin1');
    head.writeUInt16BE(thumbnail.length + 2, 2);
    const carrying = Buffer.concat([bytes.subarray(0, 2), head, thumbnail, bytes.subarray(2)]);
    const whole = await decodePicture(bytes);
    for (const picture of [carrying, carrying.subarray(0, -2)]) {
      expect(Buffer.compare((await decodePicture(picture)).pixels, whole.pixels)).toBe(0);
    }
    await expect(decodePicture(carrying.subarray(0, -40))).rejects.toThrow(InputUnreadableError);
  });
});

test('texts in a PNG are not inflated, however much they promise', async () => {
  const bytes = await flat().png().toBuffer();
  const type = Buffer.from('zTXt');
  const text = Buffer.concat([Buffer.from('x\0\0'), deflateSync(Buffer.alloc(50_000_000))]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(text.length);
  checksum.writeUInt32BE(crc32(text, crc32(type)));
  const bomb = Buffer.concat([length, type, text, checksum]);
  const afterHeader = 33;
  const parts = [bytes.subarray(0, afterHeader), ...Array(20).fill(bomb), bytes.subarray(afterHeader)];
  const measured = await measurePicture(Buffer.concat(parts));
  expect(measured.decodable.length).toBeLessThanOrEqual(bytes.length);
  const picture = await decodePicture(measured);
  expect(Buffer.compare(picture.pixels, (await decodePicture(bytes)).pixels)).toBe(0);
});

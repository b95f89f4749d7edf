import { readFile } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { InputTooLargeError, InputUnreadableError, UnsupportedFormatError } from '../../lib/errors.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { measurePicture } from '../../lib/inputs/measure.ts';
import type { Picture } from '../../lib/inputs/picture.ts';

type Colour = readonly [red: number, green: number, blue: number];

const red: Colour = [220, 40, 40];
const green: Colour = [40, 180, 40];
const blue: Colour = [40, 40, 220];
const white: Colour = [255, 255, 255];

/**
 * Size of the test pictures. They have a different colour in each quarter, so that every turn and mirroring
 * shows.
 */
const width = 48;
const height = 32;
const upright = (x: number, y: number): Colour =>
  y < height / 2 ? (x < width / 2 ? red : green) : x < width / 2 ? blue : white;

function paint(columns: number, rows: number, colourAt: (x: number, y: number) => readonly number[]) {
  const pixels = Array.from({ length: columns * rows }, (_, index) =>
    colourAt(index % columns, Math.floor(index / columns)),
  );
  const channels = (pixels[0]?.length ?? 3) as 1 | 3 | 4;
  return sharp(Uint8Array.from(pixels.flat()), { raw: { width: columns, height: rows, channels } });
}

function pixel(picture: Picture, x: number, y: number): number[] {
  const start = 3 * (y * picture.width + x);
  return [...picture.pixels.subarray(start, start + 3)];
}

/**
 * Expects a picture of the four quarters. Each channel may differ by `tolerance`, for lossy formats and
 * colour conversions.
 */
function expectQuarters(picture: Picture, tolerance: number, expected = upright) {
  expect([picture.width, picture.height]).toEqual([width, height]);
  expect(picture.pixels).toHaveLength(3 * width * height);
  for (const [x, y] of [
    [3, 3],
    [width - 4, 3],
    [3, height - 4],
    [width - 4, height - 4],
  ] as const) {
    const wanted = expected(x, y);
    const difference = Math.max(
      ...pixel(picture, x, y).map((value, channel) => Math.abs(value - (wanted[channel] ?? 0))),
    );
    expect(difference, `at ${x},${y}: ${pixel(picture, x, y)} is not ${wanted}`).toBeLessThanOrEqual(
      tolerance,
    );
  }
}

/** Makes a PNG of one colour from exactly these bytes of pixel data. */
function handmadePng(columns: number, rows: number, pixelData: Uint8Array): Buffer {
  const chunk = (type: string, content: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), content]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(content.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(columns, 0);
  header.writeUInt32BE(rows, 4);
  header[8] = 1; // bit a pixel, of grayscale
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixelData)),
    chunk('IEND', new Uint8Array()),
  ]);
}

let photo: Buffer;
beforeAll(async () => {
  photo = await readFile(
    new URL('../../node_modules/@vladmandic/face-api/demo/sample1.jpg', import.meta.url),
  );
});

describe('a picture', () => {
  test('comes out decoded, with its original bytes and format', async () => {
    const picture = await decodePicture(photo);
    const { width, height } = await sharp(photo).metadata();
    expect(picture).toMatchObject({ width, height, format: 'jpeg' });
    expect(picture.original).toBe(photo);
    expect(picture.pixels).toHaveLength(3 * width * height);
  });

  const source = () => paint(width, height, upright);
  test.each([
    ['a JPEG', 'jpeg', 6, () => source().jpeg({ quality: 95 })],
    ['a progressive JPEG', 'jpeg', 6, () => source().jpeg({ quality: 95, progressive: true })],
    ['a CMYK JPEG', 'jpeg', 90, () => source().toColourspace('cmyk').jpeg({ quality: 95 })],
    ['a CMYK JPEG with a profile', 'jpeg', 90, () => source().withIccProfile('cmyk').jpeg({ quality: 95 })],
    ['a PNG', 'png', 0, () => source().png()],
    ['an interlaced PNG', 'png', 0, () => source().png({ progressive: true })],
    ['a PNG with a palette', 'png', 2, () => source().png({ palette: true })],
    ['a 16-bit PNG', 'png', 1, () => source().toColourspace('rgb16').png()],
    ['a PNG in Display P3', 'png', 3, () => source().withIccProfile('p3').png()],
    ['a WebP', 'webp', 12, () => source().webp({ quality: 95 })],
    ['a lossless WebP', 'webp', 0, () => source().webp({ lossless: true })],
    ['a GIF', 'gif', 2, () => source().gif()],
  ] as const)('is read from %s', async (_kind, format, tolerance, encode) => {
    const picture = await decodePicture(await encode().toBuffer());
    expect(picture.format).toBe(format);
    expectQuarters(picture, tolerance);
  });

  test.each([
    [
      'JPEG',
      () =>
        paint(width, height, (x) => [4 * x])
          .toColourspace('b-w')
          .jpeg({ quality: 95 }),
    ],
    [
      'PNG',
      () =>
        paint(width, height, (x) => [4 * x])
          .toColourspace('b-w')
          .png(),
    ],
    [
      '16-bit PNG',
      () =>
        paint(width, height, (x) => [4 * x])
          .toColourspace('grey16')
          .png(),
    ],
  ])('in grayscale has three equal channels: %s', async (_kind, encode) => {
    const bytes = await encode().toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ channels: 1 });
    const picture = await decodePicture(bytes);
    const [first, second, third] = pixel(picture, 40, 10);
    expect([second, third]).toEqual([first, first]);
    expect(Math.abs((first ?? 0) - 160)).toBeLessThan(4);
  });

  test.each([
    ['PNG', 0, () => transparent().png()],
    ['16-bit PNG', 1, () => transparent().toColourspace('rgb16').png()],
    ['WebP', 0, () => transparent().webp({ lossless: true })],
    ['GIF', 2, () => transparent().gif()],
  ])('that is transparent stands on white: %s', async (_kind, tolerance, encode) => {
    const picture = await decodePicture(await encode().toBuffer());
    expectQuarters(picture, tolerance, (x, y) => (x < width / 2 ? upright(x, y) : white));
  });
  const transparent = () => paint(width, height, (x, y) => [...upright(x, y), x < width / 2 ? 255 : 0]);

  test('that is half transparent is half as strong on white', async () => {
    const picture = await decodePicture(
      await paint(4, 4, () => [200, 0, 100, 128])
        .png()
        .toBuffer(),
    );
    expect(pixel(picture, 1, 1)).toEqual([227, 127, 177]);
  });

  test('of an animation is its first frame', async () => {
    const frames = await Promise.all(
      [red, blue].map((colour) =>
        paint(8, 8, () => colour)
          .png()
          .toBuffer(),
      ),
    );
    for (const format of ['gif', 'webp'] as const) {
      const bytes = await sharp(frames, { join: { animated: true } })
        .toFormat(format)
        .toBuffer();
      expect(await sharp(bytes).metadata()).toMatchObject({ pages: 2 });
      const picture = await decodePicture(bytes);
      expect([picture.width, picture.height]).toEqual([8, 8]);
      const [r = 0, , b = 0] = pixel(picture, 4, 4);
      expect(r).toBeGreaterThan(b);
    }
  });

  /**
   * Place in the upright picture of the pixel that a camera stored at (x, y): CIPA DC-008 (EXIF), tag 274.
   */
  const stored: Record<number, (x: number, y: number) => [number, number]> = {
    1: (x, y) => [x, y],
    2: (x, y) => [width - 1 - x, y],
    3: (x, y) => [width - 1 - x, height - 1 - y],
    4: (x, y) => [x, height - 1 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [width - 1 - y, x],
    7: (x, y) => [width - 1 - y, height - 1 - x],
    8: (x, y) => [y, height - 1 - x],
  };
  test.each(Object.entries(stored))('stands upright with EXIF orientation %s', async (orientation, place) => {
    const [columns, rows] = Number(orientation) < 5 ? [width, height] : [height, width];
    const turned = paint(columns, rows, (x, y) => upright(...place(x, y)));
    const bytes = await turned
      .jpeg({ quality: 95 })
      .withMetadata({ orientation: Number(orientation) })
      .toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ width: columns, orientation: Number(orientation) });
    expectQuarters(await decodePicture(bytes), 6);
  });
});

describe('a picture that is refused', () => {
  test.each([
    ['text', 'Hello, this is no picture.'],
    ['one byte', 'x'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
    [
      'SVG with an XML head',
      '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    ],
    ['PDF', '%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n'],
    ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    ['AVIF', '\0\0\0\x18ftypavif\0\0\0\0mif1avif'],
    ['TIFF', 'II*\0\x08\0\0\0\0\0\0\0\0\0\0\0'],
    ['BMP', 'BM\x1e\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0'],
    ['a sound in a RIFF file', 'RIFF\x24\0\0\0WAVEfmt '],
    ['HTML', '<!doctype html><title>404</title>'],
  ])('as another format, with those that are taken: %s', async (_kind, content) => {
    const decoding = decodePicture(Buffer.from(content, 'latin1'));
    await expect(decoding).rejects.toThrow(UnsupportedFormatError);
    await expect(decoding).rejects.toThrow('JPEG, PNG, WebP or GIF');
  });

  test('never reaches a decoder of another format, not even past the check', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    const tiff = await paint(8, 8, () => red)
      .tiff()
      .toBuffer();
    for (const bytes of [svg, tiff]) {
      await expect(sharp(bytes).toBuffer()).rejects.toThrow('unsupported image format');
    }
  });

  test('for being empty', async () => {
    await expect(decodePicture(new Uint8Array())).rejects.toThrow(InputUnreadableError);
  });

  test.each(['jpeg', 'png', 'webp', 'gif'] as const)('for being cut off: %s', async (format) => {
    const bytes = await sharp(photo).resize(200).toFormat(format).toBuffer();
    for (const share of [0.05, 0.25, 0.5, 0.75, 0.95]) {
      const decoding = decodePicture(bytes.subarray(0, Math.ceil(bytes.length * share)));
      await expect(decoding, `${share} of the file`).rejects.toThrow(InputUnreadableError);
    }
    await expect(decodePicture(bytes)).resolves.toMatchObject({ width: 200 });
  });

  test('for damaged bytes amid a PNG', async () => {
    const bytes = await sharp(photo).resize(50).png().toBuffer();
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = ~(bytes[middle] ?? 0);
    await expect(decodePicture(bytes)).rejects.toThrow(InputUnreadableError);
  });

  test('for a wrong checksum of its pixel data', async () => {
    const bytes = handmadePng(8, 1, new Uint8Array(2));
    await expect(decodePicture(bytes)).resolves.toMatchObject({ width: 8, height: 1 });
    const lastByteOfChecksum = bytes.length - 12 - 1; // before the end chunk, which has 12 bytes
    bytes[lastByteOfChecksum] = ~(bytes[lastByteOfChecksum] ?? 0);
    await expect(decodePicture(bytes)).rejects.toThrow(InputUnreadableError);
  });

  test('but not for stray bytes between the segments of a JPEG', async () => {
    const bytes = await sharp(photo).resize(50).jpeg().toBuffer();
    const secondSegment = 4 + bytes.readUInt16BE(4); // after the start marker, and the first segment's marker and content
    const parts = [
      bytes.subarray(0, secondSegment),
      Buffer.from([0x11, 0x22]),
      bytes.subarray(secondSegment),
    ];
    await expect(decodePicture(Buffer.concat(parts))).resolves.toMatchObject({ width: 50 });
  });

  test.each(['\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'RIFF\x10\0\0\0WEBP', 'GIF89a'])(
    'when only its first bytes are right: %j',
    async (start) => {
      const bytes = Buffer.from(`${start}${'not a picture '.repeat(20)}`, 'latin1');
      await expect(decodePicture(bytes)).rejects.toThrow(InputUnreadableError);
    },
  );

  test('for its pixels, when it is a bomb of 16000 x 16000', async () => {
    const bomb = handmadePng(16_000, 16_000, new Uint8Array(16_000 * (1 + 16_000 / 8)));
    expect(bomb.length).toBeLessThan(100_000);
    const decoding = decodePicture(bomb);
    await expect(decoding).rejects.toThrow(InputTooLargeError);
    await expect(decoding).rejects.toThrow('16000 x 16000 pixels, which is more than 50 megapixels');
  });

  test('for its pixels by the header alone, before any of them is decoded', async () => {
    await expect(decodePicture(handmadePng(16_000, 16_000, new Uint8Array(1)))).rejects.toThrow(
      InputTooLargeError,
    );
    await expect(decodePicture(handmadePng(100, 100, new Uint8Array(1)))).rejects.toThrow(
      InputUnreadableError,
    );
  });

  test.each([
    [1, 49_000_000],
    [24_000_000, 2],
    [50_000_000, 1],
    [16_385, 200],
    [200, 16_385],
    [1001, 10],
    [10, 1001],
    [9000, 6000],
  ])('for its sides, with what they are: %i x %i', async (columns, rows) => {
    const measuring = measurePicture(handmadePng(columns, rows, new Uint8Array(1)));
    await expect(measuring).rejects.toThrow(InputTooLargeError);
    await expect(measuring).rejects.toThrow(`${columns} x ${rows} pixels`);
  });

  test.each([
    [8160, 6144],
    [8192, 6144],
    [6192, 8256],
    [16_384, 3200],
    [164, 16_384],
    [1000, 10],
  ])('or taken, up to the limits: %i x %i', async (columns, rows) => {
    const measured = await measurePicture(handmadePng(columns, rows, new Uint8Array(1)));
    expect(measured.pixelCount).toBe(columns * rows);
  });

  test('for the sides of any format', async () => {
    const long = sharp({ create: { width: 2000, height: 10, channels: 3, background: 'red' } });
    for (const format of ['jpeg', 'png', 'webp', 'gif'] as const) {
      const bytes = await long.clone().toFormat(format).toBuffer();
      await expect(decodePicture(bytes), format).rejects.toThrow(InputTooLargeError);
    }
  });
});

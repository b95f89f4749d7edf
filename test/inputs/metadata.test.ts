import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { measurePicture } from '../../lib/inputs/measure.ts';
import { withoutMetadata } from '../../lib/inputs/metadata.ts';

const secret = 'Lovelace-Ada-secret';
const place = {
  IFD0: { Copyright: secret, ImageDescription: secret },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' },
};
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="${secret}"/></rdf:RDF></x:xmpmeta>`;

/** A picture with a red corner, so that it shows which side is up. */
function drawn() {
  const [width, height] = [64, 40];
  const pixels = new Uint8Array(3 * width * height).fill(90);
  for (let y = 0; y < 8; y += 1)
    for (let x = 0; x < 16; x += 1) pixels.set([230, 30, 30], 3 * (y * width + x));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

const withAll = (orientation?: number) =>
  drawn()
    .withMetadata({ ...(orientation !== undefined && { orientation }) })
    .withExifMerge(place)
    .withXmp(xmp);

const strip = async (bytes: Uint8Array) => {
  const measured = await measurePicture(bytes);
  return Buffer.from(await withoutMetadata(measured, () => decodePicture(measured)));
};

async function expectClean(stripped: Buffer): Promise<void> {
  const { exif, xmp: texts, iptc, orientation } = await sharp(stripped).metadata();
  expect({ exif, texts, iptc, orientation: orientation ?? 1 }).toEqual({ orientation: 1 });
  expect(stripped.includes(secret)).toBe(false);
  expect(stripped.includes('Exif')).toBe(false);
}

const pixelsOf = async (bytes: Uint8Array) => Buffer.from((await decodePicture(bytes)).pixels);

/** Adds what else carries more than pixels, where other programs put it. */
function jpegWithMore(bytes: Buffer): Buffer {
  const segment = (code: number, text: string) => {
    const head = Buffer.from([0xff, code, 0, 0]);
    head.writeUInt16BE(2 + text.length, 2);
    return Buffer.concat([head, Buffer.from(text, 'latin1')]);
  };
  const more = [
    segment(0xfe, secret),
    segment(0xed, `Photoshop 3.0\0${secret}`),
    segment(0xe2, `MPF\0${secret}`),
    segment(0xe0, `JFXX\0\x10${secret}`),
    segment(0xef, secret),
  ];
  // A second picture behind the end, as phones write them, and a video.
  return Buffer.concat([bytes.subarray(0, 2), ...more, bytes.subarray(2), bytes, Buffer.from(secret)]);
}

describe('a stored copy', () => {
  test.each(['jpeg', 'png', 'webp'] as const)(
    'of a %s has the same pixels, and nothing of what was sent along',
    async (format) => {
      const sent = await withAll().toFormat(format).toBuffer();
      expect(sent.includes(secret)).toBe(true);
      const stripped = await strip(sent);
      await expectClean(stripped);
      expect(await pixelsOf(stripped)).toEqual(await pixelsOf(sent));
      expect((await measurePicture(stripped)).format).toBe(format);
    },
  );

  test.each([false, true])(
    'of a JPEG (progressive: %s) loses comments, thumbnails, and what follows its end',
    async (progressive) => {
      const sent = jpegWithMore(await withAll().jpeg({ progressive }).toBuffer());
      const stripped = await strip(sent);
      await expectClean(stripped);
      expect(stripped.subarray(-2)).toEqual(Buffer.of(0xff, 0xd9));
      expect(await pixelsOf(stripped)).toEqual(await pixelsOf(sent));
    },
  );

  test('of a JFIF with a thumbnail in its head keeps the head alone', async () => {
    const plain = await drawn().jpeg().toBuffer();
    const thumbnail = Buffer.alloc(3 * 5 * 5, 77);
    const head = Buffer.concat([
      Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16 + thumbnail.length]),
      Buffer.from('JFIF\0\x01\x02\0\0\x01\0\x01\x05\x05', 'latin1'),
      thumbnail,
    ]);
    const own = plain[3] === 0xe0 ? 4 + plain.readUInt16BE(4) : 2;
    const stripped = await strip(Buffer.concat([head, plain.subarray(own)]));
    expect(stripped.includes(thumbnail)).toBe(false);
    expect(await pixelsOf(stripped)).toEqual(await pixelsOf(plain));
  });

  test('of a GIF keeps its frames, and no comment', async () => {
    const plain = await drawn().gif().toBuffer();
    const comment = Buffer.concat([Buffer.of(0x21, 0xfe, secret.length), Buffer.from(secret), Buffer.of(0)]);
    const flags = plain[10] as number;
    const start = 13 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
    const stripped = await strip(
      Buffer.concat([plain.subarray(0, start), comment, plain.subarray(start), Buffer.from(secret)]),
    );
    await expectClean(stripped);
    expect(await pixelsOf(stripped)).toEqual(await pixelsOf(plain));
  });

  test.each([2, 3, 4, 5, 6, 7, 8])(
    'of a picture with orientation %i is upright by itself',
    async (orientation) => {
      const sent = await withAll(orientation).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
      const stripped = await strip(sent);
      await expectClean(stripped);
      const before = await decodePicture(sent);
      const after = await sharp(stripped).raw().toBuffer({ resolveWithObject: true });
      expect([after.info.width, after.info.height]).toEqual([before.width, before.height]);
      const differences = after.data.map((value, at) => Math.abs(value - (before.pixels[at] ?? 0)));
      expect(Math.max(...differences)).toBeLessThan(24);
    },
  );

  test('keeps a colour profile, without which it would look otherwise', async () => {
    const sent = await withAll().withIccProfile('p3').jpeg().toBuffer();
    const stripped = await strip(sent);
    await expectClean(stripped);
    expect((await sharp(stripped).metadata()).icc).toEqual((await sharp(sent).metadata()).icc);
  });

  test('of a picture that is cut off after its pixels can be decoded as before', async () => {
    const sent = await withAll().jpeg().toBuffer();
    const stripped = await strip(sent.subarray(0, sent.length - 2));
    expect(stripped.includes(secret)).toBe(false);
    expect(await pixelsOf(stripped)).toEqual(await pixelsOf(sent));
  });
});

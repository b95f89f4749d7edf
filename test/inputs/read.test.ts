import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { inspect } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputTooLargeError, InputUnreadableError } from '../../lib/errors.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { createInputReader, identifierOf } from '../../lib/inputs/read.ts';
import { picture, readerOf, sendPicture, startRemoteHost } from './remote-host.ts';

const maxImageBytes = 100_000;
const whatItMayBe =
  'An image is an http(s) URL, base64 (with or without a data:<type>;base64, head) or a local path.';

let imageRoot: string;
beforeAll(async () => {
  imageRoot = await mkdtemp(join(tmpdir(), 'read-'));
  // Paths that begin like the base64 of a JPEG and of a WebP.
  await mkdir(join(imageRoot, 'UklGR'));
  await writeFile(join(imageRoot, 'UklGR/ann.jpg'), picture);
  await writeFile(join(imageRoot, 'ann:2.jpg'), picture);
});
afterAll(async () => {
  await rm(imageRoot, { recursive: true });
});

const reader = () => createInputReader({ imageRoot, maxImageBytes });

async function expectRefusal(reading: Promise<unknown>, message: string) {
  await expect(reading).rejects.toThrow(InputUnreadableError);
  await expect(reading).rejects.toThrow(message);
}

const encode = (format: 'jpeg' | 'png' | 'webp' | 'gif', size: number) =>
  sharp({
    create: {
      width: size,
      height: size,
      channels: 3,
      background: 'teal',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  })
    .toFormat(format)
    .toBuffer();

describe('an image string', () => {
  test.each(['jpeg', 'png', 'webp', 'gif'] as const)(
    'may be base64 of a %s, small or large, with a head or not',
    async (format) => {
      for (const size of [2, 120]) {
        const bytes = await encode(format, size);
        const base64 = bytes.toString('base64');
        const lines = base64.replace(/.{76}/g, '$&\r\n');
        for (const input of [
          base64,
          `${lines}\r\n`,
          ` ${base64}`,
          bytes.toString('base64url'),
          `data:image/x;base64,${base64}`,
        ]) {
          const read = await reader().read(input);
          expect(bytes.equals(read)).toBe(true);
        }
        expect(await decodePicture(bytes)).toMatchObject({ format, width: size });
      }
    },
  );

  test('may be a local path, also one that begins as base64 or a scheme does', async () => {
    for (const path of ['UklGR/ann.jpg', 'ann:2.jpg', join(imageRoot, 'ann:2.jpg')]) {
      expect(Buffer.from(await reader().read(path)).toString()).toBe(picture);
    }
  });

  test('may be the absolute path of an upload, wherever other paths are read from', async () => {
    const uploadsFolder = await mkdtemp(join(tmpdir(), 'uploads-'));
    await writeFile(join(uploadsFolder, 'bob.jpg'), picture);
    for (const root of [imageRoot, undefined]) {
      const { read } = createInputReader({ imageRoot: root, uploadsFolder, maxImageBytes });
      expect(Buffer.from(await read(join(uploadsFolder, 'bob.jpg'))).toString()).toBe(picture);
      for (const path of [
        'bob.jpg',
        `${uploadsFolder}/../${basename(uploadsFolder)}-2/bob.jpg`,
        join(uploadsFolder, 'nobody.jpg'),
      ]) {
        await expect(read(path)).rejects.toThrow(InputUnreadableError);
      }
    }
    const { read } = createInputReader({ imageRoot, uploadsFolder, maxImageBytes });
    expect(Buffer.from(await read('UklGR/ann.jpg')).toString()).toBe(picture);
    await rm(uploadsFolder, { recursive: true });
  });

  test('may be a URL, in capitals and among spaces too', async () => {
    await using host = await startRemoteHost(sendPicture);
    const { read } = createInputReader({ imageRoot, maxImageBytes, readUrl: readerOf(host) });
    expect(Buffer.from(await read(` HTTP://pictures.test:${host.port}/ann.jpg\n`)).toString()).toBe(picture);
  });

  test('that is a URL is read from the public internet only, unless told otherwise', async () => {
    await expectRefusal(reader().read('http://127.0.0.1/'), 'The URL does not lead to a public address.');
    await expectRefusal(reader().read('https://[::1]/'), 'The URL does not lead to a public address.');
  });

  test('may be in S3 where the backend reads that', async () => {
    const uri = 's3://pictures/ann.jpg';
    await expectRefusal(reader().read(uri), 'aws_rekognition');
    const { read } = createInputReader({
      imageRoot,
      maxImageBytes,
      readS3: async (asked) => Buffer.from(asked),
    });
    expect(Buffer.from(await read(uri)).toString()).toBe(uri);
  });

  test.each([
    ['empty', ''],
    ['only spaces', ' \n'],
    ['a file: URL', 'file:///etc/passwd'],
    ['a file: URL without slashes', 'FILE:etc/passwd'],
    ['an ftp URL', 'ftp://pictures.test/ann.jpg'],
    ['a gopher URL', 'gopher://127.0.0.1:6379/_INFO'],
  ])('is refused with what it may be when it is %s', async (_kind, input) => {
    await expectRefusal(reader().read(input), whatItMayBe);
  });

  test('is refused as a path when local paths are off, with the setting that turns them on', async () => {
    const { read } = createInputReader({ imageRoot: undefined, maxImageBytes });
    await expectRefusal(read(join(imageRoot, 'ann:2.jpg')), 'IMAGE_ROOT');
    expect(await read('/9j/AAAA')).toHaveLength(6);
  });

  test('is refused as base64 when it is longer than any path', async () => {
    await expectRefusal(reader().read('x/'.repeat(2048)), 'There is no readable picture file');
    await expectRefusal(reader().read(`${'x/'.repeat(2048)}.`), 'The picture is not valid base64.');
  });

  test('is refused as a data: URL when it holds no picture', async () => {
    await expectRefusal(reader().read('data:text/html,<b>'), 'data:<type>;base64,');
  });

  test.each(['base64', 'path'])('is refused beyond the limit of bytes: %s', async (kind) => {
    const bytes = Buffer.alloc(maxImageBytes + 1);
    await writeFile(join(imageRoot, 'large.jpg'), bytes);
    const input = kind === 'path' ? 'large.jpg' : `data:image/png;base64,${bytes.toString('base64')}`;
    await expect(reader().read(input)).rejects.toThrow(InputTooLargeError);
  });

  test.each([
    'data:image/png;base64,SECRET!',
    '/9j/SECRET.',
    `/9j/${'SECRET'.repeat(100)}.`,
    'ftp://SECRET',
    'http://SECRET@a/',
    's3://SECRET',
    'SECRET',
  ])('is not repeated in what it is refused with: %s', async (input) => {
    const error = await reader()
      .read(input)
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InputUnreadableError);
    expect(inspect(error)).not.toContain('SECRET');
  });
});

describe("an input's identifier", () => {
  test.each([
    ['is the input itself up to 100 characters', 'a'.repeat(100), 'a'.repeat(100)],
    ['is cut after 100 characters', 'a'.repeat(101), `${'a'.repeat(100)}...`],
    ['is not cut amid a character', `${'😀'.repeat(100)}`, '😀'.repeat(100)],
    ['counts characters as clients do', `${'a'.repeat(99)}😀😀`, `${'a'.repeat(99)}😀...`],
    ['keeps spaces', ' a ', ' a '],
    ['of nothing is nothing', '', ''],
  ])('%s', (_rule, input, identifier) => {
    expect(identifierOf(input)).toBe(identifier);
  });
});

describe('a client who may not learn which files there are', () => {
  const upload = 'keep-none-5d1c7e90-4b1f-4c57-8a55-2f8f6c9d0b11.jpg';

  test('gets one answer for every file that is no picture, and for none', async () => {
    const untold = createInputReader({ imageRoot, maxImageBytes, withholdsFiles: true });
    await mkdir(join(imageRoot, 'folder'));
    const whole = await encode('jpeg', 120);
    await writeFile(join(imageRoot, 'whole.jpg'), whole);
    const cut = whole.subarray(0, 700);
    const files: Record<string, string | Uint8Array> = {
      'cut.jpg': cut,
      'cameras.json': '{"cameras": []}',
      empty: '',
      'header.png': (await encode('png', 120)).subarray(0, 20),
      'flat.png': await sharp({ create: { width: 20_000, height: 1, channels: 3, background: 'teal' } })
        .png()
        .toBuffer(),
      'large.jpg': Buffer.concat([whole, Buffer.alloc(maxImageBytes)]),
    };
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(imageRoot, name), bytes);
    const open = async (name: string) => {
      const bytes = await untold.read(name);
      return decodePicture(bytes);
    };
    const answers = await Promise.all(
      [...Object.keys(files), 'absent.jpg', 'folder', '../outside.jpg'].map((name) =>
        open(name).then(
          () => 'a picture',
          ({ code, message }: InputUnreadableError) => `${code}: ${message}`,
        ),
      ),
    );
    expect(new Set(answers)).toEqual(
      new Set([
        'input_unreadable: There is no readable picture file of that path below the folder that IMAGE_ROOT names.',
      ]),
    );
    expect(await open('whole.jpg')).toMatchObject({ format: 'jpeg' });
    // A picture that somebody sends is told of as ever.
    const sent = untold.read(cut.toString('base64'));
    await expect(sent.then(decodePicture)).rejects.toThrow('The picture is damaged or cut off.');
  });

  test('names an upload by its last folder and file', async () => {
    const uploadsFolder = join(imageRoot, 'elsewhere', 'uploads');
    await mkdir(uploadsFolder, { recursive: true });
    await writeFile(join(uploadsFolder, upload), picture);
    const reading = createInputReader({ imageRoot: undefined, maxImageBytes, uploadsFolder });
    expect(Buffer.from(await reading.read(`uploads/${upload}`)).toString()).toBe(picture);
    await expectRefusal(reading.read(`uploads/../uploads/${upload}`), 'Local paths are off');
    await expectRefusal(reading.read('uploads/other.jpg'), 'Local paths are off');
    await reading.forget(`uploads/${upload}`);
    await expectRefusal(reading.read(`uploads/${upload}`), 'no readable picture file');
  });
});

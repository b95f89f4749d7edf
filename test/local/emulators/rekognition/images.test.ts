import { readFile } from 'node:fs/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type S3Emulator, startS3Emulator } from '../../../../local/emulators/s3.ts';
import { s3Credentials } from '../../../../local/emulators/s3-credentials.ts';
import { plainBytes, sampleBytes, startEmulator } from './emulator.ts';

const Bucket = 'pictures';
const mebibyte = 1024 * 1024;
let s3: S3Emulator;
let emulator: Awaited<ReturnType<typeof startEmulator>>;
let put: (Key: string, Body: Uint8Array) => Promise<unknown>;
const resources = new AsyncDisposableStack();

beforeAll(async () => {
  s3 = resources.use(await startS3Emulator({ buckets: [Bucket] }));
  const client = new S3Client({
    endpoint: s3.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: s3Credentials,
  });
  resources.defer(() => client.destroy());
  put = (Key, Body) => client.send(new PutObjectCommand({ Bucket, Key, Body }));
  emulator = resources.use(await startEmulator({ s3Endpoint: s3.url }));
});
afterAll(() => resources.disposeAsync());

const detect = (Bytes: Uint8Array) => emulator.client.detectFaces({ Image: { Bytes } });
const detectObject = (Name: string, more: { Bucket?: string; Version?: string } = {}) =>
  emulator.client.detectFaces({ Image: { S3Object: { Bucket, Name, ...more } } });

/** Adds bytes after a picture's end, which no decoder reads. */
function padded(bytes: Uint8Array, length: number): Uint8Array {
  return Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);
}

describe('a picture in the request', () => {
  it.each(['jpeg', 'png'] as const)('may be a %s', async (format) => {
    expect((await detect(await plainBytes(80, 80, format))).FaceDetails).toEqual([]);
  });

  it.each(['webp', 'gif'] as const)('may not be a %s', async (format) => {
    await expect(detect(await plainBytes(100, 100, format))).rejects.toMatchObject({
      name: 'InvalidImageFormatException',
      message: 'Request has invalid image format',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('may not be damaged, nor text', async () => {
    const whole = await sampleBytes(3);
    for (const bytes of [whole.subarray(0, whole.length / 2), Buffer.from('no picture')]) {
      await expect(detect(bytes)).rejects.toMatchObject({ name: 'InvalidImageFormatException' });
    }
  });

  it.each([
    [79, 200],
    [200, 79],
  ])('has at least 80 pixels a side: not %i x %i', async (width, height) => {
    await expect(detect(await plainBytes(width, height))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Request has invalid parameters',
    });
  });

  it('has at most 5 MB, and not a byte more', async () => {
    const png = await plainBytes(100, 100);
    expect((await detect(padded(png, 5 * mebibyte))).FaceDetails).toEqual([]);
    await expect(detect(padded(png, 5 * mebibyte + 1))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(
        /^1 validation error detected: Value '.*' at 'image\.bytes' failed .* less than or equal to 5242880$/,
      ),
    });
  });

  it('has at least a byte', async () => {
    await expect(detect(new Uint8Array())).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('has not more pixels than can be decoded', async () => {
    await expect(detect(await plainBytes(10_000, 6_000))).rejects.toMatchObject({
      name: 'ImageTooLargeException',
      message: 'Image size is too large',
    });
  });

  it('is turned upright by its EXIF orientation before its boxes are told', async () => {
    const upright = await sampleBytes(3);
    const turned = await sharp(upright).rotate(90).withMetadata({ orientation: 8 }).jpeg().toBuffer();
    const boxes = (details: Awaited<ReturnType<typeof detect>>['FaceDetails']) =>
      details?.map(({ BoundingBox }) => BoundingBox?.Left ?? Number.NaN) ?? [];
    const expected = boxes((await detect(upright)).FaceDetails);
    const found = boxes((await detect(turned)).FaceDetails);
    expect(found).toHaveLength(3);
    found.forEach((left, index) => {
      expect(Math.abs(left - (expected[index] as number))).toBeLessThan(0.03);
    });
  });

  it.each([3, 6])('that is a PNG is left as it lies, whatever its Exif data say: %i', async (orientation) => {
    const plain = await sampleBytes(3);
    const marked = await sharp(plain).withMetadata({ orientation }).png().toBuffer();
    expect((await sharp(marked).metadata()).orientation).toBe(orientation);
    expect((await detect(marked)).FaceDetails).toEqual((await detect(plain)).FaceDetails);
  });

  it('is given in one way', async () => {
    const { client } = emulator;
    const refusal = { name: 'InvalidParameterException', message: 'Request has invalid parameters' };
    await expect(client.detectFaces({ Image: {} })).rejects.toMatchObject(refusal);
    const both = { Bytes: await plainBytes(100, 100), S3Object: { Bucket, Name: 'a.png' } };
    await expect(client.detectFaces({ Image: both })).rejects.toMatchObject(refusal);
  });
});

describe('a picture in S3', () => {
  it('gives the same faces as its bytes do, and counts as the same picture', async () => {
    const { client } = emulator;
    const CollectionId = 's3';
    const bytes = await sampleBytes(3);
    await put('folder/three people.png', bytes);
    await client.createCollection({ CollectionId });
    const Image = { S3Object: { Bucket, Name: 'folder/three people.png' } };
    const fromS3 = await client.indexFaces({ CollectionId, Image, ExternalImageId: 'a' });
    const inline = await client.indexFaces({ CollectionId, Image: { Bytes: bytes }, ExternalImageId: 'a' });
    expect(fromS3.FaceRecords).toHaveLength(3);
    expect(inline.FaceRecords).toEqual(fromS3.FaceRecords);
  });

  it('may have up to 15 MB', async () => {
    const png = await plainBytes(100, 100);
    await put('large.png', padded(png, 15 * mebibyte));
    expect((await detectObject('large.png')).FaceDetails).toEqual([]);
    await put('larger.png', padded(png, 15 * mebibyte + 1));
    await expect(detectObject('larger.png')).rejects.toMatchObject({ name: 'ImageTooLargeException' });
  });

  it.each([
    ['no such key', 'absent.png', {}],
    ['no such bucket', 'large.png', { Bucket: 'nobodys' }],
  ])('that can not be had is refused: %s', async (_what, name, more) => {
    await expect(detectObject(name, more)).rejects.toMatchObject({
      name: 'InvalidS3ObjectException',
      message: 'Unable to get object metadata from S3. Check object key, region and/or access permissions.',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('needs a bucket and a name', async () => {
    const image = { Image: { S3Object: { Name: 'large.png' } } };
    await expect(emulator.client.detectFaces(image)).rejects.toMatchObject({
      name: 'InvalidS3ObjectException',
      message: 'Request has invalid S3 object',
    });
  });

  it('that is no picture is refused', async () => {
    await put('package.json', await readFile('package.json'));
    await expect(detectObject('package.json')).rejects.toMatchObject({ name: 'InvalidImageFormatException' });
  });

  it.each([{}, { AWS_ACCESS_KEY_ID: '', AWS_PROFILE: '' }])(
    'is looked for where the environment says, with its credentials or without (%j)',
    async (changes) => {
      for (const [name, value] of Object.entries({ ...s3.environment, ...changes })) vi.stubEnv(name, value);
      try {
        await using own = await startEmulator();
        await put('small.png', await plainBytes(100, 100));
        const Image = { S3Object: { Bucket, Name: 'small.png' } };
        expect((await own.client.detectFaces({ Image })).FaceDetails).toEqual([]);
      } finally {
        vi.unstubAllEnvs();
      }
    },
  );
});

import { inspect } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BackendUnavailableError, InputTooLargeError, InputUnreadableError } from '../../lib/errors.ts';
import { createInputReader } from '../../lib/inputs/read.ts';
import { createS3Forgetter, createS3Reader } from '../../lib/inputs/s3.ts';
import { type S3Emulator, startS3Emulator } from '../../local/emulators/s3.ts';
import { startHttpServer } from '../http-server.ts';

const region = 'eu-west-1';
const bucket = 'pictures';
const maxImageBytes = 1_000_000;
const prefixes = ['uploads', 'inbox', 'blacklist', 'processed', 'cropped'];

let emulator: S3Emulator;
let client: S3Client;
beforeAll(async () => {
  emulator = await startS3Emulator({ buckets: [bucket, 'others'] });
  Object.assign(process.env, emulator.environment);
  client = new S3Client({ region });
  for (const prefix of [...prefixes, 'rejected', 'secrets']) await put(`${prefix}/a.jpg`);
  await put('a.jpg');
  await put('uploads/a.jpg', 'a picture', 'others');
});
afterAll(() => emulator.close());

async function put(key: string, body: string | Uint8Array = 'a picture', to = bucket): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket: to, Key: key, Body: body }));
}

function reader() {
  return createS3Reader({ region, bucket, maxImageBytes });
}

async function read(uri: string): Promise<string> {
  return Buffer.from(await reader()(uri)).toString();
}

describe('a picture in S3', () => {
  test.each(prefixes)('is read below %s/', async (prefix) => {
    expect(await read(`s3://${bucket}/${prefix}/a.jpg`)).toBe('a picture');
  });

  test('is an image string among others', async () => {
    const inputs = createInputReader({ imageRoot: undefined, maxImageBytes, readS3: reader() });
    expect(Buffer.from(await inputs.read(` S3://${bucket}/uploads/a.jpg\n`)).toString()).toBe('a picture');
  });

  test.each(['inbox/Jane Roe/photo 1.jpg', 'inbox/Zoë 佐藤/a+b&c%20=?#.jpg', 'inbox/7/.../a.jpg'])(
    'may have any letters in its key: %s',
    async (key) => {
      await put(key, key);
      expect(await read(`s3://${bucket}/${key}`)).toBe(key);
    },
  );

  test('is deleted if it is an upload of which nothing is to be kept, and stays otherwise', async () => {
    const upload = 'uploads/keep-none-5d1c7e90-4b1f-4c57-8a55-2f8f6c9d0b11.jpg';
    await put(upload);
    const forget = createS3Forgetter({ region, bucket });
    for (const uri of [
      `s3://others/${upload}`,
      `s3://${bucket}/uploads/a.jpg`,
      `s3://${bucket}/blacklist/a.jpg`,
    ]) {
      await forget(uri);
    }
    expect(await read(`s3://${bucket}/uploads/a.jpg`)).toBe('a picture');
    expect(await read(`s3://${bucket}/${upload}`)).toBe('a picture');
    await forget(`s3://${bucket}/${upload}`);
    await forget(`s3://${bucket}/${upload}`);
    await expect(read(`s3://${bucket}/${upload}`)).rejects.toThrow(InputUnreadableError);
  });

  test.each([
    ['another bucket', 's3://others/uploads/a.jpg'],
    ['another bucket, in other letters', 's3://PICTURES/uploads/a.jpg'],
    ['an access point', 's3://arn:aws:s3:eu-west-1:123456789012:accesspoint/x/uploads/a.jpg'],
    ['no bucket', 's3:///uploads/a.jpg'],
    ['no key', 's3://pictures'],
  ])('is not read from %s', async (_kind, uri) => {
    const reading = read(uri);
    await expect(reading).rejects.toThrow(InputUnreadableError);
    await expect(reading).rejects.toThrow("Pictures in S3 are read from this service's own bucket only.");
  });

  test.each([
    ['below another prefix', 'secrets/a.jpg'],
    ['among the rejected', 'rejected/a.jpg'],
    ['at the top', 'a.jpg'],
    ['a prefix itself', 'uploads'],
    ['a folder', 'uploads/'],
    ['nothing', ''],
    ['out of its prefix by ../', 'uploads/../secrets/a.jpg'],
    ['written with ./', 'uploads/./a.jpg'],
    ['written with //', 'uploads//a.jpg'],
    ['after a slash', '/uploads/a.jpg'],
    ['in a prefix that only begins like one', 'uploads-2/a.jpg'],
    ['with a line break', 'uploads/a\n.jpg'],
    ['with a NUL byte', 'uploads/a.jpg\0'],
    ['with half a character', 'uploads/\ud800.jpg'],
    ['longer than any key', `uploads/${'a'.repeat(1020)}`],
  ])('is not read when its key is %s', async (_kind, key) => {
    const reading = read(`s3://${bucket}/${key}`);
    await expect(reading).rejects.toThrow(InputUnreadableError);
    await expect(reading).rejects.toThrow('its key starts with one of uploads/, inbox/, ');
  });

  test('that is absent is unreadable, and what was asked for is not repeated', async () => {
    const error = await reader()(`s3://${bucket}/uploads/SECRET.jpg`).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InputUnreadableError);
    expect(error.message).toBe('There is no readable picture of that key in the bucket.');
    const refusal = await reader()('s3://SECRET/SECRET').catch((thrown) => thrown);
    expect(inspect(refusal)).not.toContain('SECRET');
  });

  test('may have as many bytes as the limit and not one more', async () => {
    await put('uploads/large.jpg', Buffer.alloc(maxImageBytes));
    expect(await reader()(`s3://${bucket}/uploads/large.jpg`)).toHaveLength(maxImageBytes);
    await put('uploads/large.jpg', Buffer.alloc(maxImageBytes + 1));
    await expect(read(`s3://${bucket}/uploads/large.jpg`)).rejects.toThrow(InputTooLargeError);
  });

  test('gives nothing of an empty object', async () => {
    await put('uploads/empty.jpg', Buffer.alloc(0));
    expect(await read(`s3://${bucket}/uploads/empty.jpg`)).toBe('');
  });
});

/** Reads from a server that gives this answer instead of S3. */
async function readFrom(status: number, code: string, length = 0): Promise<unknown> {
  await using server = await startHttpServer((_request, response) => {
    response.writeHead(status, length > 0 ? { 'Content-Length': length } : {});
    if (length === 0) response.end(`<Error><Code>${code}</Code><Message>No.</Message></Error>`);
    else response.write('the first bytes of many');
  });
  process.env.AWS_ENDPOINT_URL_S3 = server.url;
  try {
    return await read(`s3://${bucket}/uploads/a.jpg`).catch((error) => error);
  } finally {
    Object.assign(process.env, emulator.environment);
  }
}

describe('a picture that S3 does not give', () => {
  test('is unreadable when it is refused or archived, as one that is absent', async () => {
    for (const [status, code] of [
      [403, 'AccessDenied'],
      [403, 'InvalidObjectState'],
      [404, 'NoSuchKey'],
    ] as const) {
      const error = await readFrom(status, code);
      expect(error).toBeInstanceOf(InputUnreadableError);
      expect(error).toHaveProperty('message', 'There is no readable picture of that key in the bucket.');
    }
  });

  test('is no fault of the input when S3 fails or the service is not set up', async () => {
    for (const [status, code] of [
      [500, 'InternalError'],
      [503, 'SlowDown'],
      [404, 'NoSuchBucket'],
      [403, 'InvalidAccessKeyId'],
    ] as const) {
      const error = await readFrom(status, code);
      expect(error, code).toBeInstanceOf(BackendUnavailableError);
      expect(error).toHaveProperty('cause.name', code);
    }
  });

  test('is too large without being read when it says so', async () => {
    expect(await readFrom(200, '', 10 ** 12)).toBeInstanceOf(InputTooLargeError);
  });
});

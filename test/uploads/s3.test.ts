import type { S3Event } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createS3Reader } from '../../lib/inputs/s3.ts';
import type { Upload } from '../../lib/uploads/port.ts';
import { openS3Uploads } from '../../lib/uploads/s3.ts';
import { type S3Emulator, startS3Emulator } from '../../local/emulators/s3.ts';
import { formOf } from './form.ts';

const region = 'eu-west-1';
const bucket = 'pictures';
const maxImageBytes = 1_000_000;
const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';

let emulator: S3Emulator;
beforeAll(async () => {
  emulator = await startS3Emulator({ buckets: [bucket] });
  Object.assign(process.env, emulator.environment);
});
afterAll(() => emulator.close());

const uploads = () => openS3Uploads({ region, bucket, maxImageBytes });
const read = (uri: string) => createS3Reader({ region, bucket, maxImageBytes })(uri);

function post(upload: Upload, file: Uint8Array | string, changes: Record<string, string> = {}) {
  return fetch(upload.url, { method: 'POST', body: formOf({ ...upload.fields, ...changes }, file) });
}

async function refusal(posted: Promise<Response>): Promise<string | undefined> {
  const answer = await posted;
  expect(answer.ok).toBe(false);
  return /<Code>(\w+)<\/Code>/.exec(await answer.text())?.[1];
}

describe('an upload to S3', () => {
  test('brings a picture to where a request can name it, and says what it is', async () => {
    const upload = await uploads().create({ kind: 'process' }, 'image/png');
    expect(upload.image).toMatch(new RegExp(`^s3://pictures/uploads/${uuid}\\.png$`));
    expect(upload.maxBytes).toBe(maxImageBytes);
    expect((await post(upload, 'a picture')).status).toBe(204);
    expect(Buffer.from(await read(upload.image)).toString()).toBe('a picture');
    const stored = await fetch(upload.image.replace('s3:/', emulator.url));
    expect(stored.headers.get('content-type')).toBe('image/png');
  });

  test("brings an entry's picture to its inbox, which is told", async () => {
    const told = new Promise<S3Event>((resolve) => emulator.onEvent(resolve));
    const upload = await uploads().create({ kind: 'entry', entryId: 7 }, 'image/jpeg');
    expect(upload.image).toMatch(new RegExp(`^s3://pictures/inbox/7/${uuid}\\.jpg$`));
    expect((await post(upload, 'a picture')).status).toBe(204);
    const [record] = (await told).Records;
    expect(record?.eventName).toBe('ObjectCreated:Post');
    expect(record?.s3.bucket.name).toBe(bucket);
    expect(record?.s3.object).toMatchObject({ key: upload.image.replace('s3://pictures/', ''), size: 9 });
  });

  test('never gets the key of another', async () => {
    const keys = await Promise.all(
      Array.from({ length: 20 }, () => uploads().create({ kind: 'process' }, 'image/jpeg')),
    );
    expect(new Set(keys.map(({ image }) => image)).size).toBe(20);
  });

  test('takes as many bytes as the limit, not one more, and not none', async () => {
    const upload = await uploads().create({ kind: 'process' }, 'image/jpeg');
    expect((await post(upload, Buffer.alloc(maxImageBytes))).status).toBe(204);
    expect(await read(upload.image)).toHaveLength(maxImageBytes);
    const other = await uploads().create({ kind: 'process' }, 'image/jpeg');
    expect(await refusal(post(other, Buffer.alloc(maxImageBytes + 1)))).toBe('EntityTooLarge');
    expect(await refusal(post(other, ''))).toBe('InvalidArgument');
    await expect(read(other.image)).rejects.toThrow('There is no readable picture');
  });

  test.each([
    ['another key', { key: 'blacklist/7/a.jpg' }],
    ['another type', { 'Content-Type': 'text/html' }],
    ['a field of its own', { acl: 'public-read' }],
    ['another signature', { 'X-Amz-Signature': '0'.repeat(64) }],
    ['a policy of its own', { Policy: btoa('{"expiration":"2999-01-01T00:00:00Z","conditions":[]}') }],
  ])('is refused with %s', async (_kind, changes) => {
    const upload = await uploads().create({ kind: 'process' }, 'image/jpeg');
    expect(await refusal(post(upload, 'a picture', changes))).toBe('AccessDenied');
  });

  test('expires after five minutes', async () => {
    const upload = await uploads().create({ kind: 'process' }, 'image/jpeg');
    const minutes = (upload.expiresAt.getTime() - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(4.9);
    expect(minutes).toBeLessThanOrEqual(5);
    vi.useFakeTimers({ toFake: ['Date'], now: upload.expiresAt.getTime() + 1_000 });
    try {
      expect(await refusal(post(upload, 'a picture'))).toBe('AccessDenied');
    } finally {
      vi.useRealTimers();
    }
  });

  test('is not offered without credentials, which is no fault of the client', async () => {
    const { AWS_ACCESS_KEY_ID } = process.env;
    delete process.env.AWS_ACCESS_KEY_ID;
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true' });
    try {
      await expect(uploads().create({ kind: 'process' }, 'image/jpeg')).rejects.toMatchObject({
        code: 'backend_unavailable',
      });
    } finally {
      Object.assign(process.env, { AWS_ACCESS_KEY_ID });
    }
  });

  test("goes to the bucket's own address where S3 is Amazon's", async () => {
    const { AWS_ENDPOINT_URL_S3 } = process.env;
    delete process.env.AWS_ENDPOINT_URL_S3;
    try {
      const { url } = await uploads().create({ kind: 'process' }, 'image/jpeg');
      expect(url).toBe('https://pictures.s3.eu-west-1.amazonaws.com/');
    } finally {
      Object.assign(process.env, { AWS_ENDPOINT_URL_S3 });
    }
  });

  test('is removed by the bucket, not by the sweep', async () => {
    expect(await uploads().removeStale(new Date())).toBe(0);
  });
});

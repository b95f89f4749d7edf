import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openS3Images } from '../../lib/images/s3.ts';
import { openS3Delivery } from '../../lib/images/s3-delivery.ts';
import { type S3Emulator, startS3Emulator } from '../../local/emulators/s3.ts';
import { startHttpServer } from '../http-server.ts';
import { imageStoreSuite, listed } from '../suites/images.ts';

const region = 'eu-west-1';
const jpeg = 'image/jpeg';

let emulator: S3Emulator;
beforeAll(async () => {
  emulator = await startS3Emulator({ buckets: [] });
  Object.assign(process.env, emulator.environment);
});
afterAll(() => emulator.close());

async function newBucket(): Promise<string> {
  const bucket = `pictures-${randomUUID()}`;
  await emulator.createBucket(bucket);
  return bucket;
}

imageStoreSuite('S3', async () => {
  const bucket = await newBucket();
  return {
    store: openS3Images({ region, bucket }),
    another: () => openS3Images({ region, bucket }),
    delivery: () => openS3Delivery({ region, bucket }),
    location: (key) => `s3://${bucket}/${key}`,
    // The emulator's whole folder is removed later.
    remove: async () => {},
    // A bucket has no folders that come and go.
    races: 10,
  };
});

describe('pictures in a bucket', () => {
  test('say what they are', async () => {
    const bucket = await newBucket();
    await openS3Images({ region, bucket }).put('blacklist/7/a.png', Buffer.from('a'), 'image/png');
    const answer = await fetch(`${emulator.url}/${bucket}/blacklist/7/a.png`);
    expect(answer.headers.get('content-type')).toBe('image/png');
  });

  test('are given out for five minutes, as what they are and not to be kept', async () => {
    const bucket = await newBucket();
    await openS3Images({ region, bucket }).put('blacklist/7/a.png', Buffer.from('a'), 'image/png');
    const delivery = await openS3Delivery({ region, bucket }).deliver('blacklist/7/a.png');
    const url = new URL(delivery && 'url' in delivery ? delivery.url : '');
    expect(url.searchParams.get('X-Amz-Expires')).toBe('300');
    const answer = await fetch(url);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'private, no-store',
      'content-disposition': 'inline',
    });
  });

  test('of others are not listed', async () => {
    const bucket = await newBucket();
    const store = openS3Images({ region, bucket });
    await store.put('blacklist/7/a.jpg', Buffer.from('a'), jpeg);
    const client = new S3Client({ region });
    for (const Key of ['blacklist/7/my photo.jpg', 'blacklist/7/.DS_Store']) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }));
    }
    expect((await listed(store, 'blacklist/')).map(({ key }) => key)).toEqual(['blacklist/7/a.jpg']);
  });

  test('are never half-written', async () => {
    expect(await openS3Images({ region, bucket: await newBucket() }).removeUnfinished(new Date())).toBe(0);
  });

  test('can not be used when there is no such bucket', async () => {
    const store = openS3Images({ region, bucket: 'nowhere' });
    const unavailable = expect.objectContaining({ code: 'backend_unavailable', cause: expect.any(Error) });
    await expect(store.check()).rejects.toEqual(unavailable);
    await expect(store.put('blacklist/7/a.jpg', Buffer.from('a'), jpeg)).rejects.toEqual(unavailable);
    await expect(store.get('blacklist/7/a.jpg')).rejects.toEqual(unavailable);
    await expect(store.delete('blacklist/7/a.jpg')).rejects.toEqual(unavailable);
    await expect(listed(store, 'blacklist/')).rejects.toEqual(unavailable);
  });
});

/** Starts a store on a server that answers in this way instead of S3, and counts its requests. */
async function startFailing(answer: RequestListener) {
  let requests = 0;
  const server = await startHttpServer((request, response) => {
    requests += 1;
    request.resume();
    answer(request, response);
  });
  process.env.AWS_ENDPOINT_URL_S3 = server.url;
  return {
    store: openS3Images({ region, bucket: 'pictures' }),
    requests: () => requests,
    stop: server.stop,
    async [Symbol.asyncDispose]() {
      await server.stop();
      Object.assign(process.env, emulator.environment);
    },
  };
}

describe('when S3 fails, pictures are unavailable', () => {
  const unavailable = (cause: object) =>
    expect.objectContaining({
      code: 'backend_unavailable',
      retryAfterSeconds: 5,
      cause: expect.objectContaining(cause),
    });

  test('after three attempts, when it asks to slow down', async () => {
    await using failing = await startFailing((_request, response) => {
      response.writeHead(503, { 'Content-Type': 'application/xml' });
      response.end('<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>');
    });
    await expect(failing.store.put('blacklist/7/a.jpg', Buffer.from('a'), jpeg)).rejects.toEqual(
      unavailable({ name: 'SlowDown' }),
    );
    expect(failing.requests()).toBe(3);
  });

  test('also for clients', async () => {
    await using _failing = await startFailing((_request, response) => response.writeHead(403).end());
    const { deliver } = openS3Delivery({ region, bucket: 'pictures' });
    await expect(deliver('blacklist/7/a.jpg')).rejects.toEqual(unavailable({}));
  });

  test('at once, when it does not let this service in', async () => {
    await using failing = await startFailing((_request, response) => {
      response.writeHead(403, { 'Content-Type': 'application/xml' });
      response.end('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>');
    });
    await expect(failing.store.get('blacklist/7/a.jpg')).rejects.toEqual(
      unavailable({ name: 'AccessDenied' }),
    );
    // The second request asks if the picture is there at all. None is repeated.
    expect(failing.requests()).toBe(2);
  });

  test('when a picture breaks off', async () => {
    await using failing = await startFailing((_request, response) => {
      response.writeHead(200, { 'Content-Length': 1000 });
      response.write('half', () => response.destroy());
    });
    await expect(failing.store.get('blacklist/7/a.jpg')).rejects.toEqual(unavailable({}));
  });

  test('when a picture never ends, and after three attempts, when it says nothing', async () => {
    await using failing = await startFailing(({ method }, response) => {
      if (method !== 'GET') return;
      response.writeHead(200, { 'Content-Length': 1000 });
      response.write('half');
    });
    const { store } = failing;
    const outcomes = await Promise.allSettled([store.get('blacklist/7/a.jpg'), store.check()]);
    const timedOut = { status: 'rejected', reason: unavailable({ name: 'TimeoutError' }) };
    expect(outcomes).toEqual([timedOut, timedOut]);
    expect(failing.requests()).toBe(1 + 3);
  });

  test('when nobody is there', async () => {
    await using failing = await startFailing(() => {});
    await failing.stop();
    await expect(failing.store.check()).rejects.toEqual(unavailable({ code: 'ECONNREFUSED' }));
  });
});

import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from '../../../../lib/s3.ts';
import { type Gate, startGate } from '../../../../local/emulators/gate/gate.ts';
import type { Roles } from '../../../../local/emulators/gate/policy.ts';
import { startS3Emulator } from '../../../../local/emulators/s3.ts';
import { s3Credentials } from '../../../../local/emulators/s3-credentials.ts';

const pictures = 'arn:aws:s3:::b/pictures/*';
const roles: Roles = {
  reader: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: pictures }],
  narrow: [
    { Effect: 'Allow', Action: 's3:GetObject', Resource: pictures },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::b',
      Condition: { StringLike: { 's3:prefix': ['pictures/*'] } },
    },
  ],
  writer: [
    { Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject'], Resource: pictures },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::b' },
  ],
};

const resources = new AsyncDisposableStack();
let gate: Gate;
beforeAll(async () => {
  const s3 = resources.use(await startS3Emulator({ buckets: ['b'] }));
  gate = resources.use(await startGate({ service: 's3', target: s3.url, roles }));
});
afterAll(() => resources.disposeAsync());

/** Makes a client whose calls come from that function; without a name, from an administrator. */
function clientOf(name?: string): S3Client {
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: gate.url,
    forcePathStyle: true,
    credentials: s3Credentials,
    maxAttempts: 1,
  });
  client.middlewareStack.add(
    (next) => (args) => {
      if (name) (args.request as { headers: Record<string, string> }).headers['x-emulated-function'] = name;
      return next(args);
    },
    { step: 'build' },
  );
  return resources.adopt(client, (one) => one.destroy());
}

const object = (Key: string) => ({ Bucket: 'b', Key });

describe('a gate', () => {
  it("lets through what a function's role allows, and whoever is no function", async () => {
    await clientOf().send(new PutObjectCommand({ ...object('other/1'), Body: 'one' }));
    await clientOf('writer').send(new PutObjectCommand({ ...object('pictures/ä b.jpg'), Body: 'picture' }));
    const { Body } = await clientOf('reader').send(new GetObjectCommand(object('pictures/ä b.jpg')));
    expect(await Body?.transformToString()).toBe('picture');
  });

  it("refuses the rest with S3's own answers, and does nothing", async () => {
    const refused = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
    const reader = clientOf('reader');
    await expect(
      reader.send(new PutObjectCommand({ ...object('pictures/2'), Body: 'x' })),
    ).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining(
        'is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::b/',
      ),
    });
    await expect(reader.send(new GetObjectCommand(object('other/1')))).rejects.toMatchObject(refused);
    await expect(reader.send(new ListObjectsV2Command({ Bucket: 'b' }))).rejects.toMatchObject(refused);
    await expect(reader.send(new DeleteObjectCommand(object('pictures/ä b.jpg')))).rejects.toMatchObject(
      refused,
    );
    await expect(clientOf('unknown').send(new HeadBucketCommand({ Bucket: 'b' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    const { Contents = [] } = await clientOf().send(new ListObjectsV2Command({ Bucket: 'b' }));
    expect(Contents.map(({ Key }) => Key)).toEqual(['other/1', 'pictures/ä b.jpg']);
    const told = await (await fetch(new URL('/refusals', gate.url))).json();
    expect(told).toContainEqual({ function: 'reader', action: 's3:ListBucket', resource: 'arn:aws:s3:::b' });
  });

  it('tells that an object is absent only to those who may list the bucket', async () => {
    const absent = object('pictures/absent');
    await expect(clientOf('reader').send(new GetObjectCommand(absent))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await expect(clientOf('reader').send(new HeadObjectCommand(absent))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    // A read has no prefix, so that a condition on it never holds; a look at the bucket has none either.
    const narrow = clientOf('narrow');
    await expect(narrow.send(new GetObjectCommand(absent))).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(narrow.send(new HeadBucketCommand({ Bucket: 'b' }))).rejects.toThrow();
    const refused = await narrow.send(new HeadObjectCommand(absent)).catch((error: unknown) => error);
    expect(await isMissing(narrow, absent, refused)).toBe(true);
    // One that is there, and is refused for another reason, is not missing.
    expect(await isMissing(narrow, object('pictures/ä b.jpg'), refused)).toBe(false);
    await expect(isMissing(narrow, object('other/1'), refused)).rejects.toThrow();
    for (const who of ['writer', undefined]) {
      await expect(clientOf(who).send(new GetObjectCommand(absent))).rejects.toMatchObject({
        name: 'NoSuchKey',
      });
    }
  });

  it('fails by name when it is told to, before or after the work', async () => {
    const admin = clientOf();
    const put = (key: string) => admin.send(new PutObjectCommand({ ...object(key), Body: 'x' }));
    gate.faults.set([{ kind: 'error', every: 1, times: 1, operation: 'PutObject', error: 'SlowDown' }]);
    await expect(put('faults/1')).rejects.toMatchObject({
      name: 'SlowDown',
      $metadata: { httpStatusCode: 503 },
    });
    gate.faults.set([{ kind: 'fail-after', every: 1, times: 1, operation: 'PutObject' }]);
    await expect(put('faults/2')).rejects.toMatchObject({ name: 'InternalError' });
    gate.faults.set([{ kind: 'fail-after', every: 1, times: 1, operation: 'PutObject', answer: 'drop' }]);
    await expect(put('faults/3')).rejects.toMatchObject({ code: 'ECONNRESET' });
    const post = await fetch(new URL('/faults', gate.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '[]',
    });
    expect(await post.json()).toEqual([]);
    const { Contents = [] } = await admin.send(new ListObjectsV2Command({ Bucket: 'b', Prefix: 'faults/' }));
    expect(Contents.map(({ Key }) => Key)).toEqual(['faults/2', 'faults/3']);
  });

  it.each([
    ['//', 200, 'ListAllMyBucketsResult'],
    ['//elsewhere.example/key', 404, 'Not Found'],
    ['http://elsewhere.example/key', 400, 'InvalidURI'],
    ['/b/%', 400, 'InvalidURI'],
  ])('answers a request for %s by itself, or by its emulator', async (path, status, answer) => {
    const { port } = new URL(gate.url);
    const [response] = await once(http.get({ port, host: '127.0.0.1', path }), 'response');
    expect([response.statusCode, await text(response)]).toEqual([status, expect.stringContaining(answer)]);
  });

  it('refuses a body that no call has', async () => {
    const body = 'a'.repeat(21 * 1024 * 1024);
    const response = await fetch(`${gate.url}/b?delete`, { method: 'POST', body });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('too large')]);
  });
});

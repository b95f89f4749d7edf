import { createReadStream } from 'node:fs';
import { mkdtempDisposable, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3EventRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type S3Emulator, startS3Emulator } from '../../../local/emulators/s3.ts';

const bucket = 'pictures';

let emulator: S3Emulator;
let client: S3Client;
beforeEach(async () => {
  emulator = await startS3Emulator({ buckets: [bucket] });
  Object.assign(process.env, emulator.environment);
  client = new S3Client({ region: 'eu-west-1' });
});
afterEach(() => emulator.close());

async function get(key: string) {
  const { Body, ...object } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return { ...object, bytes: Buffer.from((await Body?.transformToByteArray()) ?? []) };
}

describe('the S3 emulator', () => {
  test('tells of what was put, copied and deleted, with keys as S3 encodes them', async () => {
    const records: S3EventRecord[] = [];
    emulator.onEvent((event) => records.push(...event.Records));
    const source = { Bucket: bucket, Key: 'inbox/Jane Roe/a+b é.jpg' };
    await client.send(new PutObjectCommand({ ...source, Body: 'a picture' }));
    const CopySource = `${bucket}/${encodeURIComponent(source.Key)}`;
    await client.send(new CopyObjectCommand({ Bucket: bucket, Key: 'rejected/a.jpg', CopySource }));
    await client.send(new DeleteObjectCommand(source));
    expect(records.map(({ eventName, s3 }) => [eventName, s3.bucket.name, s3.object.key])).toEqual([
      ['ObjectCreated:Put', bucket, 'inbox/Jane+Roe/a%2Bb+%C3%A9.jpg'],
      ['ObjectCreated:Copy', bucket, 'rejected/a.jpg'],
      ['ObjectRemoved:Delete', bucket, 'inbox/Jane+Roe/a%2Bb+%C3%A9.jpg'],
    ]);
    expect(records[0]?.s3.object).toMatchObject({ size: 9, eTag: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect((await get('rejected/a.jpg')).bytes.toString()).toBe('a picture');
  });

  test("takes streams, which the SDK sends in AWS's own chunks", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 's3-test-'));
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    const path = join(folder.path, 'picture.jpg');
    await writeFile(path, bytes);
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: 'uploads/a.jpg',
        Body: createReadStream(path),
        ContentLength: bytes.length,
        ContentType: 'image/jpeg',
      }),
    );
    const object = await get('uploads/a.jpg');
    expect(object.bytes.equals(bytes)).toBe(true);
    expect([object.ContentType, object.ContentEncoding]).toEqual(['image/jpeg', undefined]);
  });

  test('takes pictures in parts', async () => {
    const object = { Bucket: bucket, Key: 'inbox/7/large.jpg' };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
    const parts = [Buffer.alloc(6_000_000, 'a'), Buffer.alloc(100, 'b')];
    const Parts = await Promise.all(
      parts.map(async (Body, index) => {
        const part = { ...object, UploadId, PartNumber: index + 1, Body };
        const { ETag } = await client.send(new UploadPartCommand(part));
        return { ETag, PartNumber: part.PartNumber };
      }),
    );
    await client.send(
      new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } }),
    );
    expect((await get(object.Key)).bytes.equals(Buffer.concat(parts))).toBe(true);
  });

  test('keeps its objects in the folder that it is given, and no others', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 's3-test-'));
    for (const Body of ['first', 'second']) {
      await using kept = await startS3Emulator({ buckets: [bucket], directory: folder.path });
      Object.assign(process.env, kept.environment);
      client = new S3Client({ region: 'eu-west-1' });
      if (Body === 'second') expect((await get('uploads/a.jpg')).bytes.toString()).toBe('first');
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'uploads/a.jpg', Body }));
    }
    expect(await readdir(folder.path)).toEqual([bucket]);
  });

  test('closes while clients keep their connections', async () => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'uploads/a.jpg', Body: 'a' }));
    await emulator.close();
    await expect(fetch(emulator.url)).rejects.toThrow('fetch failed');
    emulator = await startS3Emulator({ buckets: [] });
  });
});

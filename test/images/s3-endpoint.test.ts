import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openS3Images } from '../../lib/images/s3.ts';
import { openS3Delivery } from '../../lib/images/s3-delivery.ts';
import { wantsPathStyle } from '../../lib/s3.ts';
import { openS3Uploads } from '../../lib/uploads/s3.ts';
import { type S3Emulator, startS3Emulator } from '../../local/emulators/s3.ts';
import { formOf } from '../uploads/form.ts';

describe('the address of a bucket', () => {
  it.each([
    ['http://localhost:9000', true],
    ['http://127.0.0.1:9000', true],
    ['https://minio.example.com', true],
    ['https://not-amazonaws.com', true],
    ['https://s3.eu-west-1.amazonaws.com', false],
    ['https://bucket.vpce-1a2b.s3.eu-west-1.vpce.amazonaws.com', false],
    ['https://s3.cn-north-1.amazonaws.com.cn', false],
    ['https://s3.dualstack.eu-west-1.api.aws', false],
    ['', false],
    ['no URL', false],
  ])('at %s has the bucket in its path: %s', (url, expected) => {
    expect(wantsPathStyle({ AWS_ENDPOINT_URL_S3: url })).toBe(expected);
    expect(wantsPathStyle({ AWS_ENDPOINT_URL: url })).toBe(expected);
  });

  it('is AWS itself without an endpoint, or if endpoints are to be ignored', () => {
    const AWS_ENDPOINT_URL_S3 = 'http://localhost:9000';
    expect(wantsPathStyle({})).toBe(false);
    expect(wantsPathStyle({ AWS_ENDPOINT_URL_S3, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' })).toBe(false);
    const of = { AWS_ENDPOINT_URL_S3: 'https://s3.amazonaws.com', AWS_ENDPOINT_URL: 'http://localhost:9000' };
    expect(wantsPathStyle(of)).toBe(false);
  });
});

describe('an S3 endpoint with a host name', () => {
  const place = { region: 'eu-west-1', bucket: 'pictures' };
  let emulator: S3Emulator;
  beforeAll(async () => {
    emulator = await startS3Emulator({ buckets: [place.bucket] });
    const AWS_ENDPOINT_URL_S3 = emulator.url.replace('127.0.0.1', 'localhost');
    Object.assign(process.env, emulator.environment, { AWS_ENDPOINT_URL_S3 });
  });
  afterAll(() => emulator.close());

  it('keeps pictures, and hands them out by presigned URLs', async () => {
    const key = 'blacklist/1/a.jpg';
    await openS3Images(place).put(key, Buffer.from('picture'), 'image/jpeg');
    expect(Buffer.from((await openS3Images(place).get(key)) ?? []).toString()).toBe('picture');
    const delivery = await openS3Delivery(place).deliver(key);
    const url = delivery && 'url' in delivery ? delivery.url : '';
    expect(url).toMatch(/^http:\/\/localhost:\d+\/pictures\/blacklist\/1\/a\.jpg\?/);
    expect(await (await fetch(url)).text()).toBe('picture');
  });

  it('takes uploads by signed forms', async () => {
    const uploads = openS3Uploads({ ...place, maxImageBytes: 1000 });
    const { url, fields, image } = await uploads.create({ kind: 'process' }, 'image/png');
    expect(new URL(url).pathname).toMatch(/^\/pictures\/?$/);
    const { status } = await fetch(url, { method: 'POST', body: formOf(fields, 'a picture') });
    expect(status).toBe(204);
    const stored = await openS3Images(place).get(image.replace('s3://pictures/', ''));
    expect(Buffer.from(stored ?? []).toString()).toBe('a picture');
  });
});

import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withContract } from '../../../lib/http/endpoint.ts';
import { plainContract, type RunningServer, startServer } from './running-server.ts';

const text = JSON.stringify(Array.from({ length: 200 }, (_, id) => ({ id, name: 'Jane Roe' })));
const answerWith = (path: string, contentType: string, body: string) =>
  withContract(plainContract('GET', path), async () => ({
    statusCode: 200,
    headers: { 'Content-Type': contentType, ETag: '"3"' },
    body,
  }));

let server: RunningServer;
beforeAll(async () => {
  server = await startServer([
    answerWith('/list', 'application/json', text),
    answerWith('/short', 'application/json', '{}'),
    answerWith('/picture', 'image/jpeg', text),
  ]);
});
afterAll(() => server.stop());

const get = (path: string, encoding?: string) =>
  server.send('GET', path, { headers: encoding === undefined ? {} : { 'Accept-Encoding': encoding } });

test.each([
  ['gzip, deflate, br', 'br', brotliDecompressSync],
  ['gzip', 'gzip', gunzipSync],
  ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
])('a client that takes %s gets %s', async (accepted, encoding, decompress) => {
  const { headers, bytes } = await get('/list', accepted);
  expect(headers).toMatchObject({ 'content-encoding': encoding, etag: '"3"' });
  expect(headers.vary).toContain('Accept-Encoding');
  expect(Number(headers['content-length'])).toBe(bytes.length);
  expect(decompress(bytes).toString()).toBe(text);
  expect(bytes.length).toBeLessThan(text.length / 5);
});

test.each([
  ['/list', undefined],
  ['/list', 'identity'],
  ['/short', 'br'],
  ['/picture', 'br'],
])('%s comes as it is to a client that takes %s', async (path, accepted) => {
  const { headers, bytes } = await get(path, accepted);
  expect(headers['content-encoding']).toBeUndefined();
  expect(bytes.toString()).toBe(path === '/short' ? '{}' : text);
});

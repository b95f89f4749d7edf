import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BackendUnavailableError } from '../../lib/errors.ts';
import { openS3Inbox } from '../../lib/inbox/s3.ts';
import { type S3Emulator, startS3Emulator } from '../../local/emulators/s3.ts';
import { startHttpServer } from '../http-server.ts';
import { inboxSuite } from '../suites/inbox.ts';
import { openedBucket } from './bucket.ts';

const place = { region: 'us-east-1', bucket: 'inbox-test' };
let emulator: S3Emulator;

beforeAll(async () => {
  emulator = await startS3Emulator({ buckets: [place.bucket] });
  for (const [name, value] of Object.entries(emulator.environment)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await emulator.close();
});

inboxSuite('S3', async () => openedBucket(place), {
  takesReplacedForSame: 's3rver does not know the conditions If-Match and x-amz-copy-source-if-match.',
});

/** Starts a server that gives every request the same answer, and keeps the requests' headers. */
async function cannedS3(status: number, answer: Record<string, string>, body = '') {
  const requests: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
  const server = await startHttpServer((request, response) => {
    const { method, url, headers } = request;
    requests.push({ method, url, headers });
    request.resume();
    response.writeHead(status, answer).end(body);
  });
  vi.stubEnv('AWS_ENDPOINT_URL_S3', server.url);
  return {
    requests,
    inbox: openS3Inbox(place),
    async [Symbol.asyncDispose]() {
      await server.stop();
      vi.stubEnv('AWS_ENDPOINT_URL_S3', emulator.url);
    },
  };
}

const file = { key: 'inbox/Jane Roe/a.jpg', version: '"0123"', mark: 'a mark', bytes: undefined };
const problem = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>Jane Roe</Message></Error>`;

describe('the inbox in S3, by itself', () => {
  it('removes and rejects on condition that the object is the one that was read', async () => {
    await using s3 = await cannedS3(200, {}, '<CopyObjectResult><ETag>"4"</ETag></CopyObjectResult>');
    await s3.inbox.reject(file, 'It is not good.');
    const [copy, remove] = s3.requests;
    expect(copy).toMatchObject({
      method: 'PUT',
      headers: {
        'x-amz-copy-source': 'inbox-test/inbox/Jane%20Roe/a.jpg',
        'x-amz-copy-source-if-match': file.version,
        'x-amz-metadata-directive': 'REPLACE',
        'x-amz-tagging-directive': 'REPLACE',
        'x-amz-meta-reason': 'It is not good.',
      },
    });
    expect(remove).toMatchObject({ method: 'DELETE', headers: { 'if-match': file.version } });
  });

  it('rejects an object whose key is as long as keys may be', async () => {
    await using s3 = await cannedS3(200, {}, '<CopyObjectResult><ETag>"4"</ETag></CopyObjectResult>');
    await s3.inbox.reject({ ...file, key: `inbox/${'ü'.repeat(509)}` }, 'It is not good.');
    expect(s3.requests[0]?.url).toMatch(/^\/inbox-test\/rejected\/[0-9a-f]{64}\?/);
  });

  it('does nothing when another object is in its place', async () => {
    await using s3 = await cannedS3(412, {}, problem('PreconditionFailed'));
    await s3.inbox.remove(file);
    await s3.inbox.reject(file, 'It is not good.');
    const inInbox = s3.requests.filter(({ url }) => !url?.includes('/inbox-notes/'));
    expect(inInbox.map(({ method }) => method)).toEqual(['DELETE', 'PUT']);
  });

  it('says so when it may not remove an object, and keeps the note that it was indexed', async () => {
    await using s3 = await cannedS3(403, {}, problem('AccessDenied'));
    expect(await s3.inbox.remove(file)).toBe(false);
    expect(s3.requests.map(({ method }) => method)).toEqual(['DELETE']);
  });

  it('fails without a name in what is logged when S3 refuses', async () => {
    await using s3 = await cannedS3(403, {}, problem('AccessDenied'));
    const { inbox } = s3;
    for (const work of [
      () => inbox.read(file.key, 10),
      () => inbox.notes.begin(file.mark, 1),
      () => inbox.reject(file, 'No.'),
    ]) {
      const error: unknown = await work().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(BackendUnavailableError);
      expect(error).toHaveProperty('cause', 'S3: AccessDenied');
    }
  });
});

import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainBytes, startEmulator } from './emulator.ts';

let emulator: Awaited<ReturnType<typeof startEmulator>>;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator[Symbol.asyncDispose]());

const scope = 'AKIDEXAMPLE/20260102/ap-south-1/rekognition/aws4_request';
const signed = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;

/** Sends a request as a program without an SDK would. A header that is `null` is left out. */
async function send(
  operation: string,
  body: string,
  headers: Record<string, string | null> = {},
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const all = {
    'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Target': `RekognitionService.${operation}`,
    Authorization: signed,
    ...headers,
  };
  const given = Object.entries(all).filter((header): header is [string, string] => header[1] !== null);
  const answer = await fetch(emulator.server.url, { method: 'POST', headers: given, body });
  return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) };
}

describe('the wire', () => {
  it("answers in AWS JSON 1.1, with a request id and the region of the request's signature", async () => {
    const answer = await send('CreateCollection', '{"CollectionId": "wire"}');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.body).toEqual({
      StatusCode: 200,
      CollectionArn: 'aws:rekognition:ap-south-1:000000000000:collection/wire',
      FaceModelVersion: '7.0',
    });
  });

  it('gives times in seconds since 1970', async () => {
    await send('CreateCollection', '{"CollectionId": "times"}');
    const { body } = await send('DescribeCollection', '{"CollectionId": "times"}');
    expect(Math.abs(Number(body.CreationTimestamp) - Date.now() / 1000)).toBeLessThan(60);
  });

  it("gives errors in the service's form", async () => {
    const answer = await send('DescribeCollection', '{"CollectionId": "absent"}');
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      __type: 'ResourceNotFoundException',
      Code: 'ResourceNotFoundException',
      Logref: answer.headers.get('x-amzn-requestid'),
      Message: 'The collection id: absent does not exist',
    });
  });

  it('takes null for what is absent, and ignores what it does not know', async () => {
    const body = '{"NextToken": null, "MaxResults": null, "Fantasy": 1}';
    expect((await send('ListCollections', body)).status).toBe(200);
    expect((await send('ListCollections', '')).status).toBe(200);
  });
});

describe('a request that is no request of the service', () => {
  it('wants an Authorization header, whatever it says', async () => {
    const answer = await send('ListCollections', '{}', { Authorization: null });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      __type: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    });
  });

  it.each([
    ['an operation that the emulator does not have', 'DetectLabels', {}],
    ['a name that every object has', 'toString', {}],
    ['another service', '', { 'X-Amz-Target': 'DynamoDB_20120810.ListTables' }],
    ['no target', '', { 'X-Amz-Target': null }],
    ['another content type', 'ListCollections', { 'Content-Type': 'text/plain' }],
  ])('is unknown: %s', async (_what, operation, headers) => {
    const answer = await send(operation, '{}', headers);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ __type: 'UnknownOperationException' });
  });

  it.each([
    ['no JSON', 'ListCollections', '{'],
    ['a list', 'ListCollections', '[]'],
    ['null', 'ListCollections', 'null'],
    ['a number for a string', 'DescribeCollection', '{"CollectionId": 1}'],
    ['a string for a number', 'ListCollections', '{"MaxResults": "1"}'],
    ['a fraction for a whole number', 'ListCollections', '{"MaxResults": 1.5}'],
    ['no base64', 'DetectFaces', '{"Image": {"Bytes": "%%%%"}}'],
    ['a string for a structure', 'DetectFaces', '{"Image": "x"}'],
  ])('is of the wrong type: %s', async (_what, operation, body) => {
    const answer = await send(operation, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ __type: 'SerializationException' });
  });

  it.each([
    ['DescribeCollection', '{}', "Value null at 'collectionId'", 'Member must not be null'],
    ['IndexFaces', '{"CollectionId": "a"}', "Value null at 'image'", 'Member must not be null'],
    [
      'CompareFaces',
      '{"SourceImage": {}, "TargetImage": {}, "QualityFilter": "BEST"}',
      "Value 'BEST' at 'qualityFilter'",
      'Member must satisfy enum value set: [NONE, AUTO, LOW, MEDIUM, HIGH]',
    ],
    [
      'SearchFaces',
      '{"CollectionId": "a", "FaceId": "00000000-0000-4000-8000-000000000000", "MaxFaces": 0}',
      "Value '0' at 'maxFaces'",
      'Member must have value greater than or equal to 1',
    ],
    [
      'DetectFaces',
      '{"Image": {"S3Object": {"Bucket": "b", "Name": "n"}}}',
      "Value 'b' at 'image.s3Object.bucket'",
      'Member must have length greater than or equal to 3',
    ],
  ])('is outside of its limits: %s %s', async (operation, body, value, constraint) => {
    const answer = await send(operation, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      __type: 'ValidationException',
      message: `1 validation error detected: ${value} failed to satisfy constraint: ${constraint}`,
    });
  });

  it('counts all that is wrong', async () => {
    const { body } = await send('SearchFaces', '{"CollectionId": "a b", "FaceMatchThreshold": 101}');
    expect(body.message).toMatch(/^3 validation errors detected: .*; .*; /);
  });

  it('does not repeat a long value whole', async () => {
    const FaceIds = Array.from({ length: 50_000 }, () => 'x'.repeat(100));
    const { body } = await send('DeleteFaces', JSON.stringify({ CollectionId: 'a', FaceIds }));
    expect(body).toMatchObject({ __type: 'ValidationException' });
    expect(String(body.message).length).toBeLessThan(5000);
  });

  it('is too large', async () => {
    const body = JSON.stringify({ Image: { Bytes: 'A'.repeat(16 * 1024 * 1024) } });
    const answer = await send('DetectFaces', body);
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({ __type: 'RequestEntityTooLargeException' });
  });
});

it('answers requests over one connection, one after the other', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set<unknown>();
  agent.on('free', (socket) => sockets.add(socket));
  const { createClient } = await import('./emulator.ts');
  const client = createClient(emulator.server.url, { requestHandler: { httpAgent: agent } });
  const Image = { Bytes: await plainBytes(100, 100) };
  for (let i = 0; i < 3; i++) {
    expect((await client.detectFaces({ Image })).FaceDetails).toEqual([]);
    await expect(client.listFaces({ CollectionId: 'absent' })).rejects.toThrow('does not exist');
  }
  expect(sockets.size).toBe(1);
  client.destroy();
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Faults } from '../../../../local/emulators/rekognition/faults.ts';
import { createClient, plainBytes, sampleBytes, startEmulator } from './emulator.ts';

let emulator: Awaited<ReturnType<typeof startEmulator>>;
beforeAll(async () => {
  emulator = await startEmulator();
  await emulator.client.createCollection({ CollectionId: 'a' });
});
afterAll(() => emulator[Symbol.asyncDispose]());
beforeEach(() => emulator.server.calls.reset());
afterEach(() => emulator.server.faults.set([]));

/** Makes calls one after the other, and lists the names of their errors; `ok` for those that succeeded. */
async function outcomes(count: number, call: () => Promise<unknown>): Promise<string[]> {
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    names.push(
      await call().then(
        () => 'ok',
        (error: Error) => error.name,
      ),
    );
  }
  return names;
}

const list = () => emulator.client.listFaces({ CollectionId: 'a' });
const describeIt = () => emulator.client.describeCollection({ CollectionId: 'a' });
const throttling = 'ProvisionedThroughputExceededException';

describe('throttling', () => {
  it('refuses every n-th call', async () => {
    emulator.server.faults.set([{ kind: 'throttle', every: 3 }]);
    expect(await outcomes(7, list)).toEqual(['ok', 'ok', throttling, 'ok', 'ok', throttling, 'ok']);
    await expect(outcomes(1, list)).resolves.toEqual(['ok']);
    await expect(list()).rejects.toMatchObject({
      message: 'Provisioned Rate exceeded.',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('can be of one operation, of the other kind, and end', async () => {
    emulator.server.faults.set([
      { kind: 'throttle', every: 1, operation: 'ListFaces', error: 'ThrottlingException', times: 2 },
    ]);
    expect(await outcomes(2, describeIt)).toEqual(['ok', 'ok']);
    expect(await outcomes(4, list)).toEqual(['ThrottlingException', 'ThrottlingException', 'ok', 'ok']);
    expect(emulator.server.faults.list()).toEqual([expect.objectContaining({ calls: 4, strikes: 2 })]);
  });

  it('does nothing of what it refuses', async () => {
    emulator.server.faults.set([{ kind: 'throttle', every: 1, times: 1 }]);
    const { client } = emulator;
    await expect(client.createCollection({ CollectionId: 'refused' })).rejects.toThrow();
    expect((await client.listCollections()).CollectionIds).not.toContain('refused');
  });

  it("is overcome by the SDK's own retries", async () => {
    emulator.server.faults.set([{ kind: 'throttle', every: 1, times: 1 }]);
    const patient = createClient(emulator.server.url, { maxAttempts: 3 });
    expect((await patient.listFaces({ CollectionId: 'a' })).$metadata.attempts).toBe(2);
    patient.destroy();
  });
});

describe('failing after the work is done', () => {
  const create = (CollectionId: string) => () => emulator.client.createCollection({ CollectionId });

  it('answers with an error, and a second call finds the work done', async () => {
    emulator.server.faults.set([{ kind: 'fail-after', every: 1, times: 1 }]);
    expect(await outcomes(2, create('after'))).toEqual([
      'InternalServerError',
      'ResourceAlreadyExistsException',
    ]);
  });

  it('can cut the connection instead', async () => {
    emulator.server.faults.set([{ kind: 'fail-after', every: 1, times: 1, answer: 'drop' }]);
    await expect(create('dropped')()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await emulator.client.listCollections()).CollectionIds).toContain('dropped');
  });

  it('leaves no second face when the call is repeated', async () => {
    const { server } = emulator;
    server.faults.set([{ kind: 'fail-after', every: 1, times: 1, operation: 'IndexFaces' }]);
    const patient = createClient(server.url, { maxAttempts: 2 });
    await patient.createCollection({ CollectionId: 'repeated' });
    const Image = { Bytes: await sampleBytes(3) };
    const { FaceRecords } = await patient.indexFaces({
      CollectionId: 'repeated',
      Image,
      ExternalImageId: 'a',
    });
    expect(FaceRecords).toHaveLength(3);
    expect(server.calls.count('IndexFaces')).toBe(2);
    expect(await patient.describeCollection({ CollectionId: 'repeated' })).toMatchObject({ FaceCount: 3 });
    patient.destroy();
  });
});

describe('timing out', () => {
  it('never answers that call, and does answer the others', async () => {
    emulator.server.faults.set([{ kind: 'timeout', every: 2 }]);
    await list();
    const abort = new AbortController();
    const waiting = emulator.client.listFaces({ CollectionId: 'a' }, { abortSignal: abort.signal });
    const outcome = waiting.then(
      () => 'answered',
      (error: Error) => error.name,
    );
    await expect.poll(() => emulator.server.faults.list()[0]?.strikes).toBe(1);
    await list();
    abort.abort();
    expect(await outcome).toBe('AbortError');
  });

  it('does not keep the emulator from stopping', async () => {
    await using own = await startEmulator({ faults: [{ kind: 'timeout', every: 1 }] });
    const outcome = own.client.listCollections().catch((error: Error & { code?: string }) => error.code);
    await expect.poll(() => own.server.faults.list()[0]?.strikes).toBe(1);
    await own.server.close();
    expect(await outcome).toBe('ECONNRESET');
  });
});

describe('the rules of faults', () => {
  it('let the first that is due strike, when there are several', () => {
    const faults = new Faults([
      { kind: 'timeout', every: 2 },
      { kind: 'throttle', every: 2 },
      { kind: 'throttle', every: 3, operation: 'ListFaces' },
    ]);
    const strikes = ['ListFaces', 'ListFaces', 'ListFaces', 'DeleteFaces'].map(
      (operation) => faults.strike(operation)?.kind,
    );
    expect(strikes).toEqual([undefined, 'timeout', 'throttle', 'timeout']);
  });

  it('refuse what is no fault', () => {
    expect(() => new Faults([{ kind: 'throttle', every: 0 }])).toThrow();
    expect(() => new Faults([{ kind: 'timeout', every: 1, operation: 'Sleep' as never }])).toThrow();
  });
});

describe('the calls', () => {
  it('are counted by operation, with how they ended', async () => {
    emulator.server.faults.set([{ kind: 'throttle', every: 1, operation: 'DescribeCollection', times: 1 }]);
    await outcomes(2, list);
    await outcomes(2, describeIt);
    await outcomes(1, () => emulator.client.listFaces({ CollectionId: 'absent' }));
    const { calls } = emulator.server;
    expect(calls.count()).toBe(5);
    expect(calls.count('IndexFaces')).toBe(0);
    expect(calls.counts()).toEqual({ ListFaces: 3, DescribeCollection: 2 });
    expect(calls.list()).toEqual([
      { operation: 'ListFaces' },
      { operation: 'ListFaces' },
      { operation: 'DescribeCollection', error: throttling },
      { operation: 'DescribeCollection' },
      { operation: 'ListFaces', error: 'ResourceNotFoundException' },
    ]);
  });

  it('keep nothing of pictures', async () => {
    const Bytes = await plainBytes(100, 100);
    await emulator.client.detectFaces({ Image: { Bytes } });
    expect(emulator.server.calls.list()).toEqual([{ operation: 'DetectFaces' }]);
  });
});

describe('over HTTP', () => {
  async function send(method: string, path: string, body?: string, type = 'application/json') {
    const answer = await fetch(`${emulator.server.url}${path}`, {
      method,
      ...(body !== undefined && { body, headers: { 'Content-Type': type } }),
    });
    return { status: answer.status, body: await answer.json() };
  }

  it('faults are set, shown and ended', async () => {
    const set = await send('POST', '/faults', '[{"kind": "throttle", "every": 2}]');
    expect(set).toEqual({
      status: 200,
      body: [{ kind: 'throttle', every: 2, error: throttling, calls: 0, strikes: 0 }],
    });
    expect(await outcomes(2, list)).toEqual(['ok', throttling]);
    expect((await send('GET', '/faults')).body).toEqual([expect.objectContaining({ calls: 2, strikes: 1 })]);
    await send('POST', '/faults', '[]');
    expect(await outcomes(2, list)).toEqual(['ok', 'ok']);
  });

  it('a wrong fault is refused and changes nothing', async () => {
    await send('POST', '/faults', '[{"kind": "timeout", "every": 1000}]');
    for (const body of ['[{"kind": "explode", "every": 1}]', '{}', '[{"kind": "timeout"}]', 'no JSON']) {
      expect(await send('POST', '/faults', body)).toMatchObject({
        status: 400,
        body: { message: expect.any(String) },
      });
    }
    expect((await send('POST', '/faults', '[]', 'text/plain')).status).toBe(415);
    expect(emulator.server.faults.list()).toHaveLength(1);
  });

  it('calls are counted, and counted anew', async () => {
    await list();
    expect(await send('GET', '/calls')).toEqual({
      status: 200,
      body: { total: 1, counts: { ListFaces: 1 }, calls: [{ operation: 'ListFaces' }] },
    });
    await send('DELETE', '/calls');
    expect((await send('GET', '/calls')).body).toEqual({ total: 0, counts: {}, calls: [] });
  });
});

describe('eventual consistency', () => {
  afterEach(() => {
    emulator.server.consistency.delayMs = 0;
  });

  it('hides a new face from searches and lists, and shows a deleted one, for a while', async () => {
    const { client, server } = emulator;
    await client.createCollection({ CollectionId: 'slow' });
    const bytes = await sampleBytes(1);
    server.consistency.delayMs = 60_000;
    const { FaceRecords } = await client.indexFaces({ CollectionId: 'slow', Image: { Bytes: bytes } });
    const FaceId = FaceRecords?.[0]?.Face?.FaceId;
    await expect(client.searchFaces({ CollectionId: 'slow', FaceId })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'faceId was not found in the collection.',
    });
    const found = () => client.searchFacesByImage({ CollectionId: 'slow', Image: { Bytes: bytes } });
    expect((await found()).FaceMatches).toEqual([]);
    expect((await client.listFaces({ CollectionId: 'slow' })).Faces).toEqual([]);
    server.consistency.delayMs = 0;
    const search = async () =>
      (await found()).FaceMatches?.filter(({ Face }) => Face?.FaceId === FaceId).length;
    expect(await search()).toBe(1);
    server.consistency.delayMs = 60_000;
    const FaceIds = [FaceId ?? ''];
    expect((await client.deleteFaces({ CollectionId: 'slow', FaceIds })).DeletedFaces).toEqual(FaceIds);
    expect(await search()).toBe(1);
    expect((await client.deleteFaces({ CollectionId: 'slow', FaceIds })).UnsuccessfulFaceDeletions).toEqual([
      { FaceId, Reasons: ['FACE_NOT_FOUND'] },
    ]);
    server.consistency.delayMs = 0;
    expect(await search()).toBe(0);
  });

  it('is set over HTTP', async () => {
    const { server } = emulator;
    const url = new URL('/consistency-ms', server.url);
    const post = (body: string) =>
      fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(await (await post('250')).json()).toEqual({ ms: 250 });
    expect(server.consistency.delayMs).toBe(250);
    expect((await post('-1')).status).toBe(400);
    expect(await (await fetch(url)).json()).toEqual({ ms: 250 });
  });
});

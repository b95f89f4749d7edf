import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Deadline } from '../../../lib/deadline.ts';
import { BackendUnavailableError } from '../../../lib/errors.ts';
import type { EnrolledFace } from '../../../lib/faces/face.ts';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { enrollAs, entriesOf, gallery, heldPicture, owner, owners } from '../../suites/faces/fixtures.ts';
import { portraits, smallSample } from '../samples.ts';
import { openAdapter, startEmulator } from './open.ts';

const { emulator, stop } = await startEmulator();
afterAll(stop);

describe('when Rekognition fails', () => {
  let backend: FaceBackend;
  let her: Picture;
  let hers: EnrolledFace;

  beforeAll(async () => {
    backend = openAdapter();
    her = (await portraits(backend, 3))[1] as Picture;
  });
  afterAll(() => backend.close());
  beforeEach(async () => {
    emulator.faults.set([]);
    await backend.remove(await gallery(backend));
    hers = await enrollAs(backend, her, owner(2));
    emulator.calls.reset();
  });

  test.each(['ProvisionedThroughputExceededException', 'ThrottlingException'] as const)(
    'every second call with %s for a while, all answers are as ever',
    async (error) => {
      const group = await smallSample(3);
      // Fewer times than a call has attempts, so even a call that is throttled each time does not give up.
      emulator.faults.set([{ kind: 'throttle', every: 2, times: 6, error }]);
      const results = await Promise.all(Array.from({ length: 3 }, () => backend.match(group, {})));
      const expected = (await backend.match(group, {})).faces.map(entriesOf);
      expect(expected.flat()).toEqual([2]);
      expect(results.map(({ faces }) => faces.map(entriesOf))).toEqual(results.map(() => expected));
      expect(emulator.calls.list().filter((call) => call.error === error)).toHaveLength(6);
    },
  );

  test('at every call, to slow us down, it says when to come again, and never that there is nobody', async () => {
    emulator.faults.set([{ kind: 'throttle', every: 1 }]);
    const outcomes = await Promise.allSettled([
      backend.detect(her, {}),
      backend.match(her, {}),
      backend.enroll(her, owner(3)),
      backend.remove([hers]),
      gallery(backend),
      backend.check(),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'backend_unavailable',
          retryAfterSeconds: 5,
          cause: { name: 'ProvisionedThroughputExceededException' },
        },
      });
    }
    emulator.faults.set([]);
    expect(await owners(backend)).toEqual([owner(2)]);
  });

  test('for as long as a request may take, it is given up then', async () => {
    const group = await smallSample(3);
    const operations = ['SearchFacesByImage', 'CompareFaces'] as const;
    emulator.faults.set(operations.map((operation) => ({ kind: 'throttle', every: 1, operation })));
    const end = performance.now() + 2_000;
    const deadline = new Deadline(() => end - performance.now());
    const outcomes = await Promise.allSettled([
      backend.match(group, { deadline }),
      backend.compare(heldPicture(group), heldPicture(her), { deadline }),
      backend.compareWith(heldPicture(group), [{ imageId: hers.imageId, withPicture: heldPicture(her) }], {
        deadline,
      }),
    ]);
    // An attempt that began in time may last a second longer, and more on a machine that stalls.
    expect(deadline.remainingMs()).toBeGreaterThan(-5_000);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ reason: expect.any(BackendUnavailableError) });
  });

  test.each(['error', 'drop'] as const)(
    'after it has enrolled a face (%s), the face is there once',
    async (answer) => {
      emulator.faults.set([{ kind: 'fail-after', every: 1, operation: 'IndexFaces', answer, times: 2 }]);
      const { face, faceCount } = await backend.enroll(her, owner(5));
      expect(faceCount).toBe(1);
      expect(emulator.calls.counts()).toEqual({ IndexFaces: 3 });
      expect((await gallery(backend)).filter(({ entryId }) => entryId === 5)).toEqual([
        { ...owner(5), faceId: face.id, isCurrent: true },
      ]);
    },
  );

  test('to say who looks alike, the face is enrolled all the same, within seconds', async () => {
    emulator.faults.set([{ kind: 'throttle', every: 1, operation: 'SearchFaces' }]);
    const started = performance.now();
    const { face, similar } = await backend.enroll(her, owner(5), { compare: true });
    expect(similar).toBeNull();
    // Some three seconds, where the machine does not stall.
    expect(performance.now() - started).toBeLessThan(15_000);
    expect((await gallery(backend)).filter(({ entryId }) => entryId === 5)).toEqual([
      { ...owner(5), faceId: face.id, isCurrent: true },
    ]);
  });

  test('to know yet a face that it has just indexed, it is asked until it does', async () => {
    emulator.consistency.delayMs = 700;
    try {
      const { similar } = await backend.enroll(her, owner(5), { compare: true });
      expect(similar?.map(({ entryId }) => entryId)).toEqual([2]);
      const { SearchFaces = 0 } = emulator.calls.counts();
      expect(SearchFaces).toBeGreaterThan(1);
    } finally {
      emulator.consistency.delayMs = 0;
    }
  });

  test('to know yet the collection that it has just made, the first face is enrolled all the same', async () => {
    emulator.consistency.delayMs = 400;
    const first = openAdapter();
    try {
      const { face } = await first.enroll(her, owner(1));
      expect(face.id).not.toBe('');
      expect(emulator.calls.counts()).toMatchObject({ CreateCollection: 1 });
      emulator.consistency.delayMs = 0;
      await expect.poll(() => owners(first)).toEqual([owner(1)]);
    } finally {
      emulator.consistency.delayMs = 0;
      await first.close();
    }
  });

  test.each(['AccessDeniedException', 'LimitExceededException', 'ServiceQuotaExceededException'] as const)(
    'with %s, nothing is repeated, and it is never said that there is nobody',
    async (error) => {
      emulator.faults.set([{ kind: 'error', every: 1, error }]);
      const outcomes = await Promise.allSettled([
        backend.detect(her, {}),
        backend.match(her, {}),
        backend.compare(heldPicture(her), heldPicture(her), {}),
        backend.compareWith(heldPicture(her), [{ imageId: hers.imageId, withPicture: heldPicture(her) }], {}),
        backend.enroll(her, owner(3)),
        backend.remove([hers]),
        gallery(backend),
        backend.hasGallery(),
        backend.check(),
      ]);
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({
          status: 'rejected',
          reason: { code: 'backend_unavailable', retryAfterSeconds: 60, cause: { name: error } },
        });
      }
      const counts = Object.values(emulator.calls.counts());
      expect(counts.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(outcomes.length + 2);
      emulator.faults.set([]);
      expect(await owners(backend)).toEqual([owner(2)]);
    },
  );

  test('to delete a face although it answers well, that is told, and the face can be deleted later', async () => {
    emulator.faults.set([{ kind: 'unsuccessful-deletions', every: 1, times: 1, operation: 'DeleteFaces' }]);
    await expect(backend.remove([hers])).rejects.toMatchObject({
      code: 'backend_unavailable',
      message: expect.stringContaining('ASSOCIATED_TO_AN_EXISTING_USER'),
    });
    expect(await owners(backend)).toEqual([owner(2)]);
    await backend.remove([hers]);
    expect(await owners(backend)).toEqual([]);
  });

  test('to answer at all, it is asked once more', async () => {
    emulator.faults.set([{ kind: 'timeout', every: 1, operation: 'DetectFaces', times: 1 }]);
    expect((await backend.match(her, {})).faces.map(entriesOf)).toEqual([[2]]);
    expect(emulator.calls.counts()).toEqual({ DetectFaces: 2, SearchFacesByImage: 1 });
  });

  test('because it is not there, that is said', async () => {
    const absent = openAdapter();
    process.env.AWS_ENDPOINT_URL_REKOGNITION = 'http://127.0.0.1:1';
    try {
      await expect(absent.detect(her, {})).rejects.toThrow(BackendUnavailableError);
    } finally {
      process.env.AWS_ENDPOINT_URL_REKOGNITION = emulator.url;
      await absent.close();
    }
  });

  test('because nobody told us who we are, that is said', async () => {
    const { AWS_ACCESS_KEY_ID, ...others } = process.env;
    delete process.env.AWS_ACCESS_KEY_ID;
    process.env.AWS_EC2_METADATA_DISABLED = 'true';
    const stranger = openAdapter();
    try {
      await expect(stranger.check()).rejects.toMatchObject({
        code: 'backend_unavailable',
        cause: { name: 'CredentialsProviderError' },
      });
    } finally {
      process.env = { ...others, AWS_ACCESS_KEY_ID };
      await stranger.close();
    }
  });
});

test('what would have to wait too long is refused at once; closing ends the waiting of all others', async () => {
  const slow = openAdapter({ rekognitionCallsPerSecond: 1 });
  emulator.calls.reset();
  const calls = Array.from({ length: 20 }, () => slow.check());
  const settled = Promise.allSettled(calls);
  await calls[0];
  await expect(calls[19]).rejects.toMatchObject({ code: 'backend_unavailable', retryAfterSeconds: 11 });
  await slow.close();
  const reasons = (await settled).flatMap((outcome) => (outcome.status === 'rejected' ? outcome.reason : []));
  const messages = reasons.map(({ message }: Error) => message);
  expect(messages).toEqual([
    ...Array(10).fill('The connection to Rekognition is closed.'),
    ...Array(9).fill('Too many calls to Rekognition are waiting.'),
  ]);
  expect(emulator.calls.count()).toBe(1);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawnEyes, drawnFace } from '../../../lib/faces/drawn-face.ts';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import { decodePicture } from '../../../lib/inputs/decode.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { listen } from '../../../lib/metrics/in-process.ts';
import { type Galleries, galleries } from './open.ts';

let files: Galleries;
let engine: FaceBackend;
beforeAll(async () => {
  files = await galleries();
  engine = await files.open();
});
afterAll(() => files.remove());

/** Number of times that this process searched a picture for faces. */
let looks = 0;
listen({
  answered() {},
  ended() {},
  waited() {},
  passed(stage) {
    if (stage === 'detect') looks++;
  },
  worked() {},
  unusable() {},
  called() {},
});

/** Makes an empty picture so large that SSD takes more than a second. */
function longWork(): Picture {
  const [width, height] = [2_000, 1_500];
  const pixels = Uint8Array.from({ length: 3 * width * height }, (_, at) => (at * 7919) % 251);
  return { width, height, pixels, original: pixels, format: 'png' };
}

describe('the drawn face', () => {
  test.each(['mediapipe', 'ssd', 'mediapipe+ssd'])(
    'is found by %s, its eyes where they are',
    async (detector) => {
      const faces = await engine.detect(await decodePicture(drawnFace), { detectorBackend: detector });
      expect(faces).toHaveLength(1);
      expect(faces[0]?.confidence).toBeGreaterThan(0.85);
      for (const [found, [x, y]] of [
        [faces[0]?.area.left_eye, drawnEyes.left],
        [faces[0]?.area.right_eye, drawnEyes.right],
      ] as const) {
        expect(Math.hypot((found?.[0] ?? 0) - x, (found?.[1] ?? 0) - y)).toBeLessThan(3);
      }
    },
  );
});

describe("the engine's test", () => {
  test.each(['Fusion', 'MobileFaceNet', 'Dlib'] as const)(
    'is passed with %s, by a detector that must be sure',
    async (modelName) => {
      const strict = await files.open({ modelName, detectionConfidenceThreshold: 0.99 });
      await expect(strict.test()).resolves.toBeUndefined();
    },
  );

  test('is made once for all who ask at once, and for those who ask later', async () => {
    const before = looks;
    await Promise.all(Array.from({ length: 5 }, () => engine.test()));
    await engine.test();
    expect(looks - before).toBe(1);
  });

  describe('while the only worker is at something else', () => {
    const open = (stillMs: number): Promise<FaceBackend> =>
      files.open({ testLimits: { everyMs: 60_000, answerMs: 200, stillMs } });

    test('is passed, for the engine is only busy', async () => {
      const engine = await open(60_000);
      let isDone = false;
      const work = engine.detect(longWork(), { detectorBackend: 'ssd' }).then(() => {
        isDone = true;
      });
      await engine.test();
      expect(isDone).toBe(false);
      await work;
    });

    test('is failed when that has taken too long, and passed once it has ended; it does not wait for others', async () => {
      const engine = await open(100);
      const order: string[] = [];
      const running = engine.detect(longWork(), { detectorBackend: 'ssd' });
      const waiting = engine.detect(longWork(), { detectorBackend: 'ssd' }).then(() => order.push('waiting'));
      await expect(engine.test()).rejects.toMatchObject({
        code: 'backend_unavailable',
        message: expect.stringMatching(/^The face engine hangs: it has finished nothing for \d+ s\.$/),
      });
      await running;
      // The self-test itself may also wait longer than the limit for its turn.
      while ((await Promise.allSettled([engine.test()]))[0].status === 'rejected');
      order.push('test');
      await waiting;
      expect(order).toEqual(['test', 'waiting']);
    });
  });

  test('is failed by a closed engine', async () => {
    await engine.close();
    await expect(engine.test()).rejects.toMatchObject({ code: 'backend_unavailable' });
  });
});

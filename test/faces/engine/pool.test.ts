import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { crowdPicture, crowdSize as wholeSize } from '../../../bench/accuracy/pictures.ts';
import { BackendUnavailableError } from '../../../lib/errors.ts';
import type { FromWorker, Job, JobFace } from '../../../lib/faces/engine/job.ts';
import { type EmbeddingModelName, embeddingModels } from '../../../lib/faces/engine/models/models.ts';
import { WorkerPool } from '../../../lib/faces/engine/pool.ts';
import { codeOf, createSharedGallery, writeRow } from '../../../lib/faces/engine/search/gallery-memory.ts';
import { decodePicture } from '../../../lib/inputs/decode.ts';
import { pictureOfNobody, smallSample } from '../samples.ts';

/** The left half of the crowd. */
const crowdSize = wholeSize / 2;
const settings = { minConfidence: 0.5, modelName: 'MobileFaceNet' } as const;
const failed = expect.objectContaining({ code: 'backend_unavailable', cause: expect.any(Error) });

describe("the engine's workers", () => {
  /** Job with an empty picture, which is quick. */
  let blank: Job;
  let group: Job;
  let crowd: Job;
  beforeAll(async () => {
    const jobOf = ({
      width,
      height,
      pixels,
    }: {
      width: number;
      height: number;
      pixels: Uint8Array;
    }): Job => ({
      picture: { width, height, pixels },
      models: ['MobileFaceNet'],
    });
    blank = jobOf(await pictureOfNobody());
    group = jobOf(await smallSample(3));
    const half = sharp(await crowdPicture(undefined)).extract({ left: 0, top: 0, width: 960, height: 1080 });
    crowd = jobOf(await decodePicture(await half.png().toBuffer()));
  });

  /** Workers that this process started, as Node reports them. */
  const started: Worker[] = [];
  const note = (worker: Worker) => started.push(worker);
  const pools: WorkerPool[] = [];
  async function start(size: number): Promise<WorkerPool> {
    started.length = 0;
    process.off('worker', note);
    process.on('worker', note);
    const pool = await WorkerPool.start(size, settings);
    pools.push(pool);
    return pool;
  }
  afterEach(async () => {
    process.off('worker', note);
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
  });

  test('a picture that the engine cannot work on fails alone', async () => {
    const pool = await start(1);
    const impossible: Job = { ...group, models: ['Nobody' as EmbeddingModelName] };
    const [before, broken, after] = await Promise.allSettled([
      pool.run(group),
      pool.run(impossible),
      pool.run(group),
    ]);
    expect(broken).toEqual({
      status: 'rejected',
      reason: expect.objectContaining({ code: 'input_unreadable', cause: expect.any(Error) }),
    });
    expect(before).toEqual(after);
    expect(before.status === 'fulfilled' && before.value).toHaveLength(3);
    expect(started).toHaveLength(2);
  });

  test('many large pictures take no more memory than one', async () => {
    const pool = await start(1);
    const picture = { width: 2000, height: 2000, pixels: new Uint8Array(3 * 2000 * 2000) };
    const heldBy = async (pictures: number) => {
      for (let count = 0; count < pictures; count++) await pool.run({ picture, models: [] });
      return process.memoryUsage().arrayBuffers;
    };
    const first = await heldBy(1);
    expect((await heldBy(3)) - first).toBeLessThan(picture.pixels.length);
  });

  test('a worker that dies fails its own picture, and another takes its place', async () => {
    const pool = await start(2);
    const [first, second] = started as [Worker, Worker];
    // The thread ends on a message that it can't read, before it gets to the picture. Ending during an
    // inference would end the whole process.
    first.postMessage(null);
    const outcomes = Promise.allSettled(Array.from({ length: 6 }, () => pool.run(blank)));
    const groups = Map.groupBy(await outcomes, ({ status }) => status);
    expect(groups.get('rejected')).toEqual([{ status: 'rejected', reason: failed }]);
    expect(groups.get('fulfilled')).toEqual(Array(5).fill({ status: 'fulfilled', value: [] }));

    expect(started).toHaveLength(3);
    await second.terminate();
    expect(() => pool.check()).not.toThrow();
    expect(await pool.run(group)).toHaveLength(3);
  });

  test("a crowd's faces are shared out among free workers, and are the same as on one", async () => {
    const alone = await (await start(1)).run(crowd);
    expect(alone).toHaveLength(crowdSize);

    const pool = await start(2);
    const done: Worker[] = [];
    for (const worker of started) {
      worker.on('message', ({ kind }: FromWorker) => {
        if (kind === 'done') done.push(worker);
      });
    }
    expect(await pool.run(crowd)).toEqual(alone);
    expect(new Set(done)).toEqual(new Set(started));
    // The looks for faces, their meshes and their embeddings.
    expect(done.length).toBeGreaterThanOrEqual(4);
    expect(pool.figures()).toMatchObject({ workers: 2, busy: 0, waiting: 0 });

    done.length = 0;
    // Both have a picture of their own.
    expect(await Promise.all([pool.run(crowd), pool.run(crowd)])).toEqual([alone, alone]);
    expect(done.length).toBeGreaterThanOrEqual(2);
  });

  test('what a worker that dies leaves of its share of a crowd is done by the one that asked', async () => {
    const pool = await start(2);
    const [first, second] = started as [Worker, Worker];
    for (const [worker, other] of [
      [first, second],
      [second, first],
    ] as const) {
      worker.prependOnceListener('message', ({ kind }: FromWorker) => {
        if (kind === 'share') other.postMessage(null);
      });
    }
    const found = await pool.run(crowd);
    expect(found).toHaveLength(crowdSize);
    expect(started).toHaveLength(3);
    expect(await pool.run(crowd)).toEqual(found);
  });

  test('while the only worker is replaced, pictures wait; the next one knows the same faces', async () => {
    const pool = await start(1);
    const [found] = (await pool.run(group)) as [JobFace];
    const embedding = found.embeddings.MobileFaceNet as Float32Array;
    const module = new URL('./read-one.ts', import.meta.url).href;
    const place = { module, location: JSON.stringify([...embedding]) };
    const gallery = createSharedGallery(embeddingModels.MobileFaceNet.dimensions, place);
    writeRow(gallery, 0, { faceId: 5, entryId: 5 }, codeOf(embedding));
    pool.share('MobileFaceNet', gallery);
    await started[0]?.terminate();
    const search = { embedder: 'MobileFaceNet', metric: 'cosine', threshold: 0.5 } as const;
    const faces = await pool.run({ ...group, searches: [search] });
    const idsOf = ({ hits }: JobFace) => hits.map((found) => found.map(({ faceId }) => faceId));
    expect(faces.map(idsOf)).toEqual([[[5]], [[]], [[]]]);
    expect(started).toHaveLength(2);
  });

  test('a store that cannot be read fails its own searches alone', async () => {
    const pool = await start(1);
    const module = new URL('./read-one.ts', import.meta.url).href;
    const unreadable = { module, location: 'no numbers' };
    pool.share('MobileFaceNet', createSharedGallery(embeddingModels.MobileFaceNet.dimensions, unreadable));
    const search = { embedder: 'MobileFaceNet', metric: 'cosine', threshold: 0.5 } as const;
    await expect(pool.run({ ...group, searches: [search] })).rejects.toThrow(
      new BackendUnavailableError('The enrolled faces could not be read.', 5),
    );
    expect(await pool.run(group)).toHaveLength(3);
    expect(started).toHaveLength(1);
  });

  test('closing lets the running one end, refuses what waits and what comes later, and ends the workers', async () => {
    const pool = await start(1);
    const exits = started.map((worker) => once(worker, 'exit'));
    const outcomes = Promise.allSettled([pool.run(group), pool.run(group)]);
    await pool.close();
    const [running, waiting] = await outcomes;
    expect(running.status === 'fulfilled' && running.value).toHaveLength(3);
    expect(waiting).toMatchObject({ status: 'rejected', reason: { code: 'backend_unavailable' } });
    expect(() => pool.check()).toThrow(BackendUnavailableError);
    expect(() => pool.run(group)).toThrow(BackendUnavailableError);
    await Promise.all(exits);
    expect(started).toHaveLength(1);
  });

  test('an engine whose model cannot be loaded does not start', async () => {
    const modelName = 'Nobody' as EmbeddingModelName;
    await expect(WorkerPool.start(2, { ...settings, modelName })).rejects.toThrow(
      new BackendUnavailableError('The face engine does not start.', 60),
    );
  });
});

import type { Reason } from '@aws-sdk/client-rekognition';
import pLimit, { type LimitFunction } from 'p-limit';
import { BackendUnavailableError } from '../../../lib/errors.ts';
import { usualMinConfidence } from '../../../lib/faces/engine/detect/confidence.ts';
import type { MeasuredQuality } from '../../../lib/faces/engine/detect/quality.ts';
import { WorkerPool } from '../../../lib/faces/engine/pool.ts';
import type { JobFace } from '../../../lib/faces/engine/worker.ts';
import type { MeasuredPicture } from '../../../lib/inputs/measure.ts';
import { PictureSlots } from '../../../lib/inputs/picture-slots.ts';
import { throttled } from './errors.ts';
import { type DefaultFaceDetail, describeFace, type PictureSize } from './face-detail.ts';
import { decodeImage, imageIdOf, readImage } from './image.ts';
import type { Image, QualityFilter } from './parameters.ts';
import { qualityProblems } from './quality.ts';
import { RecentResults } from './recent-results.ts';
import type { ObjectReader } from './s3.ts';

/** Faces that are reported of a picture at most: the largest ones, like the service. */
const maxFaces = 100;

/** Requests that may wait for the engine; further ones are throttled, because each holds a picture. */
const maxWaiting = 200;

/** Pictures that are read for each that is worked on, so that a small one can overtake large ones. */
const readsForOne = 8;

/** Memory for all pictures in work together. */
const pictureMemoryBytes = 768 * 2 ** 20;

/** Pictures whose faces are remembered: who tests against the emulator sends the same ones again. */
const maxRemembered = 256;

const model = 'MobileFaceNet';

type Embedded = 'none' | 'largest' | 'all';

export interface AnalysedFace {
  readonly detail: DefaultFaceDetail;
  /** Reasons why it does not pass the quality filter; empty if it passes. */
  readonly problems: readonly Reason[];
  /** Embedding of length 1; absent if none was requested. */
  readonly embedding: Float32Array | undefined;
}

export interface Analysis {
  readonly imageId: string;
  /** Faces, the largest first, 100 at most. */
  readonly faces: readonly AnalysedFace[];
}

/** Finds and embeds the faces of pictures. */
export class Engine {
  readonly #pool: WorkerPool;
  readonly #objects: ObjectReader;
  readonly #reads: LimitFunction;
  readonly #slots: PictureSlots;
  readonly #remembered = new RecentResults<readonly JobFace[]>(maxRemembered);

  private constructor(pool: WorkerPool, objects: ObjectReader, workers: number) {
    this.#pool = pool;
    this.#objects = objects;
    // One more than there are workers, so that the next picture is decoded while they compute.
    this.#slots = new PictureSlots({ atOnce: workers + 1, memoryBytes: pictureMemoryBytes });
    this.#reads = pLimit(readsForOne * (workers + 1));
  }

  /**
   * Starts the workers.
   *
   * @throws BackendUnavailableError if a worker does not start.
   */
  static async start(workers: number, objects: ObjectReader): Promise<Engine> {
    const pool = await WorkerPool.start(workers, {
      minConfidence: usualMinConfidence,
      modelName: model,
    });
    return new Engine(pool, objects, workers);
  }

  /** Reads a picture and describes its faces. `embed` says which of them are embedded. */
  analyse(image: Image, { embed, filter }: { embed: Embedded; filter: QualityFilter }): Promise<Analysis> {
    if (this.#reads.pendingCount >= maxWaiting) throw throttled('ThrottlingException');
    return this.#reads(async () => {
      const measured = await readImage(image, this.#objects);
      const imageId = imageIdOf(measured.original);
      const faces = await this.#remembered.get(`${imageId} ${embed}`, () =>
        this.#slots.run(measured.memoryBytes, () => this.#find(measured, embed)),
      );
      return { imageId, faces: faces.map((face) => analysed(face, measured, filter)) };
    });
  }

  async #find(measured: MeasuredPicture, embed: Embedded): Promise<readonly JobFace[]> {
    const { width, height, pixels } = await decodeImage(measured);
    const faces = await this.#run({
      picture: { width, height, pixels },
      models: embed === 'none' ? [] : [model],
      largestOnly: embed === 'largest',
      measure: 'all',
    });
    return faces.slice(0, maxFaces);
  }

  /** Lets the running pictures end. */
  async close(): Promise<void> {
    await this.#pool.close();
    this.#objects.close();
  }

  async #run(job: Parameters<WorkerPool['run']>[0]) {
    try {
      return await this.#pool.run(job);
    } catch (error) {
      if (error instanceof BackendUnavailableError) throw error;
      throw new Error('The engine failed on a picture.', { cause: error });
    }
  }
}

function analysed(face: JobFace, size: PictureSize, filter: QualityFilter): AnalysedFace {
  const quality = face.quality as MeasuredQuality;
  const problems = qualityProblems(face, quality, filter);
  return { detail: describeFace(face, quality, size), embedding: face.embeddings[model], problems };
}

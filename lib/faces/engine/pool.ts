import { Worker } from 'node:worker_threads';
import { meter } from '#metrics';
import { BackendUnavailableError, InputUnreadableError } from '../../errors.ts';
import type { Stage } from '../../metrics/port.ts';
import type { EngineFigures } from '../port.ts';
import type { Pixels } from './geometry/align.ts';
import type { EmbeddingModelName } from './models/models.ts';
import type { SharedGallery } from './search/gallery-memory.ts';
import type { FromWorker, Job, JobFace, ToWorker, WorkerSettings } from './worker.ts';

// From 1.29 on, ONNX Runtime's own binaries report their use to their maker, unless they are told not to before they load. Workers
// can't: their `process.env` is a copy.
process.env.ORT_DISABLE_TELEMETRY = '1';

interface Task {
  readonly job: Job;
  /** `performance.now()` when it came. */
  readonly came: number;
  readonly resolve: (faces: JobFace[]) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  task: Task | undefined;
  /** The pixels of the picture that it works on, or did last. */
  pixels: SharedArrayBuffer;
  deadline?: NodeJS.Timeout;
  ready: boolean;
  /** `performance.now()` when it began what it does, or ended what it did last. */
  moved: number;
  /** Until it is ready, or has ended. */
  readonly begun: Promise<unknown>;
}

/** Far more than 50 megapixels with 200 faces take. A worker that is not done by then is replaced. */
const jobTimeoutMs = 120_000;

/** A worker that dies this many times in a row before it is ready is not started again. */
const maxStartFailures = 3;

/** Runs jobs on worker threads, one at a time on each, in the order they came. */
export class WorkerPool {
  readonly #settings: WorkerSettings;
  readonly #threads = new Set<Thread>();
  readonly #queue: Task[] = [];
  readonly #unsettled = new Set<Promise<unknown>>();
  readonly #galleries = new Map<EmbeddingModelName, SharedGallery>();
  #startFailures = 0;
  #failure: Error | undefined;
  #closing = false;

  private constructor(settings: WorkerSettings) {
    this.#settings = settings;
  }

  /**
   * Starts the workers and waits until each has loaded its models.
   * @throws BackendUnavailableError when one can't.
   */
  static async start(size: number, settings: WorkerSettings): Promise<WorkerPool> {
    const pool = new WorkerPool(settings);
    try {
      await Promise.all(Array.from({ length: size }, () => pool.#startThread()));
    } catch (error) {
      await pool.close();
      throw new BackendUnavailableError('The face engine does not start.', 60, { cause: error });
    }
    return pool;
  }

  /**
   * Finds, embeds and looks up the faces of one picture.
   * @param isUrgent it goes before those that wait.
   * @throws InputUnreadableError when the engine fails on this picture.
   * @throws BackendUnavailableError when the engine is down, or the worker dies.
   */
  run(job: Job, { isUrgent = false } = {}): Promise<JobFace[]> {
    this.check();
    const faces = new Promise<JobFace[]>((resolve, reject) => {
      const task = { job, came: performance.now(), resolve, reject };
      if (isUrgent) this.#queue.unshift(task);
      else this.#queue.push(task);
      this.#dispatch();
    });
    const settled: Promise<unknown> = faces.then(
      () => this.#unsettled.delete(settled),
      () => this.#unsettled.delete(settled),
    );
    this.#unsettled.add(settled);
    return faces;
  }

  /** Lets every worker see a gallery: each job that is given after this call searches it. */
  share(model: EmbeddingModelName, gallery: SharedGallery): void {
    this.#galleries.set(model, gallery);
    for (const { worker, ready } of this.#threads) {
      if (ready) post(worker, { kind: 'gallery', model, gallery });
    }
  }

  figures(): Omit<EngineFigures, 'enrolled'> {
    const busy = [...this.#threads].filter(({ task }) => task).length;
    return { workers: this.#threads.size, busy, waiting: this.#queue.length };
  }

  /** For how long none of the workers has begun or ended anything, in milliseconds. */
  get stillMs(): number {
    return performance.now() - Math.max(...[...this.#threads].map(({ moved }) => moved));
  }

  /** @throws BackendUnavailableError when no worker is left. */
  check(): void {
    if (this.#closing) throw new BackendUnavailableError('The face engine is stopping.', 10);
    if (this.#threads.size === 0) {
      throw new BackendUnavailableError('The face engine is down.', 60, { cause: this.#failure });
    }
  }

  /**
   * Refuses the jobs that wait, lets the running ones end, and then ends the workers: ONNX Runtime aborts the process when its thread is
   * ended while it loads a model, or in the middle of an inference.
   */
  async close(): Promise<void> {
    this.#closing = true;
    const stopping = new BackendUnavailableError('The face engine is stopping.', 10);
    for (const task of this.#queue.splice(0)) task.reject(stopping);
    await Promise.all(this.#unsettled);
    const ends = [...this.#threads].map(async ({ worker, begun }) => {
      await begun;
      await worker.terminate();
    });
    await Promise.all(ends);
  }

  #startThread(): Promise<void> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: this.#settings,
      // Short-lived garbage would otherwise make the young generation grow for hours.
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    const begun = new Promise((resolve) => worker.once('message', resolve).once('exit', resolve));
    const pixels = new SharedArrayBuffer(0);
    const moved = performance.now();
    const thread: Thread = { worker, task: undefined, pixels, ready: false, moved, begun };
    this.#threads.add(thread);
    return new Promise((resolve, reject) => {
      let lastError = new Error('The worker ended.');
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') {
          this.#makeReady(thread);
          resolve();
        } else this.#finish(thread, message);
      });
      worker.on('error', (error: unknown) => {
        lastError = error as Error;
      });
      worker.on('exit', () => {
        reject(lastError);
        this.#replace(thread, lastError);
      });
    });
  }

  #makeReady(thread: Thread): void {
    this.#startFailures = 0;
    this.#failure = undefined;
    thread.ready = true;
    thread.moved = performance.now();
    for (const [model, gallery] of this.#galleries) post(thread.worker, { kind: 'gallery', model, gallery });
    this.#dispatch();
  }

  #finish(thread: Thread, message: Exclude<FromWorker, { kind: 'ready' }>): void {
    if (!this.#threads.has(thread)) {
      void thread.worker.terminate();
      return;
    }
    const task = thread.task;
    thread.task = undefined;
    thread.moved = performance.now();
    clearTimeout(thread.deadline);
    if (message.kind === 'done') {
      for (const [stage, seconds] of Object.entries(message.times)) meter.passed(stage as Stage, seconds);
      task?.resolve(message.faces);
      this.#dispatch();
      return;
    }
    const cause = message.error;
    task?.reject(new InputUnreadableError('The face engine can not process this picture.', { cause }));
    // WASM that ran out of memory, say, fails from then on: a new thread is sure to work.
    thread.ready = false;
    void thread.worker.terminate();
  }

  /** A worker that takes too long is left behind until it is done: ended in the middle of an inference, it would take the process along. */
  #leaveBehind(thread: Thread): void {
    thread.worker.unref();
    this.#replace(thread, new Error(`The worker was not done after ${jobTimeoutMs / 1000} s.`));
  }

  /** A worker that died takes its job with it, and nothing else. */
  #replace(thread: Thread, error: Error): void {
    if (!this.#threads.delete(thread)) return;
    clearTimeout(thread.deadline);
    thread.task?.reject(engineFailure(error));
    if (this.#closing) return;
    this.#failure = error;
    if (!thread.ready) this.#startFailures++;
    if (this.#startFailures < maxStartFailures) {
      this.#startThread().catch(() => undefined);
    } else if (this.#threads.size === 0) {
      for (const task of this.#queue.splice(0)) task.reject(engineFailure(error));
    }
  }

  #dispatch(): void {
    for (const thread of this.#threads) {
      if (!thread.ready || thread.task) continue;
      const task = this.#queue.shift();
      if (!task) return;
      let picture: Pixels;
      try {
        picture = shown(thread, task.job.picture);
      } catch (error) {
        // There was no memory for the pixels.
        task.reject(engineFailure(error as Error));
        this.#dispatch();
        return;
      }
      thread.task = task;
      thread.moved = performance.now();
      meter.waited('engine', (thread.moved - task.came) / 1000);
      thread.deadline = setTimeout(() => this.#leaveBehind(thread), jobTimeoutMs);
      post(thread.worker, { kind: 'job', job: { ...task.job, picture } });
    }
  }
}

/**
 * The picture with its pixels where the worker reads them: in shared memory of this thread, picture after picture. Shared memory for
 * each picture would go only after both threads' garbage collections found it unused, and these don't count shared memory when they
 * decide that it is time: as chance would have it, hundreds of pictures would stay.
 */
function shown(thread: Thread, { width, height, data }: Pixels): Pixels {
  // A power of 2, so that few pictures want a larger one. What no picture reaches takes no memory.
  if (thread.pixels.byteLength < data.length) {
    thread.pixels = new SharedArrayBuffer(2 ** Math.ceil(Math.log2(data.length)));
  }
  const copy = new Uint8Array(thread.pixels, 0, data.length);
  copy.set(data);
  return { width, height, data: copy };
}

function post(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}

function engineFailure(cause: Error): BackendUnavailableError {
  return new BackendUnavailableError('The face engine failed on this picture.', 10, { cause });
}

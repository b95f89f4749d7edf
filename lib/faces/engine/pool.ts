import { Worker } from 'node:worker_threads';
import { meter } from '#metrics';
import { BackendUnavailableError, InputUnreadableError } from '../../errors.ts';
import type { DecodedPicture } from '../../inputs/picture.ts';
import type { EngineFigures } from '../port.ts';
import { sharesOf } from './crowd.ts';
import type { FromWorker, Job, JobFace, Part, WorkerSettings } from './job.ts';
import type { EmbedderName } from './models/models.ts';
import type { RuntimeName } from './runtime/port.ts';
import type { SharedGallery } from './search/gallery-memory.ts';
import { engineFailure, meterStages, post, shown, type Task, type Thread } from './worker-thread.ts';

// From 1.29 on, ONNX Runtime's own binaries send usage data to their maker. This variable stops them, if it
// is set before they load. Workers can't set it, because their `process.env` is a copy.
process.env.ORT_DISABLE_TELEMETRY = '1';

/**
 * Limit on a job in milliseconds: far more than 50 megapixels with 200 faces take on ONNX Runtime. A worker
 * that exceeds it is replaced.
 */
const usualJobTimeoutMs = 120_000;

/** Factors by which a picture takes longer than on ONNX Runtime, at most. */
const slowness: Readonly<Record<RuntimeName, number>> = { onnx: 1, 'tfjs-node': 5, 'tfjs-wasm': 10 };

/** Limit on a worker's failed starts in a row; then it is not started again. */
const maxStartFailures = 3;

/** Runs jobs on worker threads, one at a time on each, in the order of the requests. */
export class WorkerPool {
  readonly #settings: WorkerSettings;
  readonly #threads = new Set<Thread>();
  readonly #queue: Task[] = [];
  readonly #unsettled = new Set<Promise<unknown>>();
  readonly #galleries = new Map<EmbedderName, SharedGallery>();
  #runtime: RuntimeName = 'onnx';
  #startFailures = 0;
  #failure: Error | undefined;
  #closing = false;

  private constructor(settings: WorkerSettings) {
    this.#settings = settings;
  }

  /**
   * Starts the workers, and waits until each has loaded its models.
   * @throws BackendUnavailableError when one can't start
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
   * Finds and embeds the faces of one picture, and searches the galleries for them.
   * @param isUrgent puts the job before those that wait
   * @param isPatient lets all other jobs go before it
   * @throws InputUnreadableError when the engine fails on this picture
   * @throws BackendUnavailableError when the engine is down, the worker dies, or the galleries can't be read
   */
  run(job: Job, { isUrgent = false, isPatient = false } = {}): Promise<JobFace[]> {
    this.check();
    const faces = this.#noted((resolve, reject) => {
      this.#enqueue({ job, came: performance.now(), resolve, reject, isPatient }, isUrgent);
      this.#dispatch();
    });
    return faces as Promise<JobFace[]>;
  }

  /** Makes a task's promise, for whose end `close` waits. */
  #noted(begin: (resolve: Task['resolve'], reject: Task['reject']) => void): Promise<readonly unknown[]> {
    const results = new Promise<readonly unknown[]>(begin);
    const settled: Promise<unknown> = results.then(
      () => this.#unsettled.delete(settled),
      () => this.#unsettled.delete(settled),
    );
    this.#unsettled.add(settled);
    return results;
  }

  #enqueue(task: Task, isUrgent: boolean): void {
    const firstPatient = this.#queue.findIndex(({ isPatient }) => isPatient);
    const end = task.isPatient || firstPatient === -1 ? this.#queue.length : firstPatient;
    this.#queue.splice(isUrgent ? 0 : end, 0, task);
  }

  /** Shares a gallery with every worker: each later job searches it. */
  share(embedder: EmbedderName, gallery: SharedGallery): void {
    this.#galleries.set(embedder, gallery);
    for (const { worker, ready } of this.#threads) {
      if (ready) post(worker, { kind: 'gallery', embedder, gallery });
    }
  }

  figures(): Omit<EngineFigures, 'enrolled'> {
    const busy = [...this.#threads].filter(({ task }) => task).length;
    return { workers: this.#threads.size, busy, waiting: this.#queue.length, runtime: this.#runtime };
  }

  /** Largest ratio between the time of work on this runtime and its time on ONNX Runtime. */
  get slowness(): number {
    return slowness[this.#runtime];
  }

  get #jobTimeoutMs(): number {
    return this.slowness * usualJobTimeoutMs;
  }

  /** Milliseconds since any of the workers last started or ended a job. */
  get stillMs(): number {
    return performance.now() - Math.max(...[...this.#threads].map(({ moved }) => moved));
  }

  /**
   * Checks that a worker is left.
   * @throws BackendUnavailableError when none is
   */
  check(): void {
    if (this.#closing) throw new BackendUnavailableError('The face engine is stopping.', 10);
    if (this.#threads.size === 0) {
      throw new BackendUnavailableError('The face engine is down.', 60, { cause: this.#failure });
    }
  }

  /**
   * Rejects the waiting jobs, lets the running ones end, and then ends the workers. ONNX Runtime aborts the
   * process if its thread is ended during an inference or while it loads a model.
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
      // Otherwise short-lived garbage would make the young generation grow for hours.
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
          this.#runtime = message.runtime;
          this.#makeReady(thread);
          resolve();
        } else if (message.kind === 'share') this.#shareOut(thread, message.part);
        else this.#finish(thread, message);
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
    for (const [embedder, gallery] of this.#galleries) {
      post(thread.worker, { kind: 'gallery', embedder, gallery });
    }
    this.#dispatch();
  }

  /** Gives a share of a part to each idle worker, and their results to the one that asks. */
  #shareOut(thread: Thread, { work, items, smaller }: Part): void {
    const { task, picture } = thread;
    const isOurs = task && picture && this.#threads.has(thread) && !task.isPatient && !this.#closing;
    const free = isOurs ? [...this.#threads].filter((other) => other.ready && !other.task) : [];
    const shares = sharesOf(items.length, 1 + free.length);
    post(thread.worker, { kind: 'shares', shares });
    const [own = 0, ...others] = shares;
    let first = own;
    const running = others.map((size, index) => {
      const { models, searches } = (task as Task).job;
      const part = { work, items: items.slice(first, first + size), smaller };
      first += size;
      const job = { picture: picture as DecodedPicture, part, models, ...(searches && { searches }) };
      return this.#runShare(free[index] as Thread, job);
    });
    void Promise.allSettled(running).then((ends) => {
      const results = ends.map((end) => (end.status === 'fulfilled' ? end.value : undefined));
      post(thread.worker, { kind: 'shared', results });
    });
  }

  #runShare(helper: Thread, job: Job): Promise<readonly unknown[]> {
    return this.#noted((resolve, reject) => {
      const came = performance.now();
      helper.task = { job, came, resolve, reject, isPatient: false, isShare: true };
      helper.moved = came;
      this.#post(helper, job);
    });
  }

  #finish(thread: Thread, message: Exclude<FromWorker, { kind: 'ready' | 'share' }>): void {
    if (!this.#threads.has(thread)) {
      void thread.worker.terminate();
      return;
    }
    const task = thread.task;
    thread.moved = performance.now();
    clearTimeout(thread.deadline);
    thread.task = undefined;
    if (message.kind === 'done') {
      if (!task?.isShare) meterStages(message.times);
      task?.resolve(message.results);
      this.#dispatch();
      return;
    }
    const cause = message.error;
    if (message.isStore) {
      task?.reject(new BackendUnavailableError(cause.message, 5, { cause }));
      this.#dispatch();
      return;
    }
    task?.reject(new InputUnreadableError('The face engine can not process this picture.', { cause }));
    // WASM that ran out of memory, for example, fails from then on, so a new thread takes over.
    thread.ready = false;
    void thread.worker.terminate();
  }

  /**
   * Replaces a worker that takes too long, and lets it end its job alone. If it were ended during an
   * inference, it would abort the process.
   */
  #leaveBehind(thread: Thread): void {
    thread.worker.unref();
    this.#replace(thread, new Error(`The worker was not done after ${this.#jobTimeoutMs / 1000} s.`));
  }

  /** Replaces a worker that died. Its job fails, and nothing else. */
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

  /**
   * Chooses the free thread whose memory fits the picture best, so that few threads keep memory for large
   * ones.
   */
  #threadFor(picture: DecodedPicture): Thread | undefined {
    const free = [...this.#threads].filter(({ ready, task }) => ready && !task);
    const roomOf = ({ pixels }: Thread) => pixels.byteLength;
    free.sort((one, other) => roomOf(one) - roomOf(other));
    return free.find((thread) => roomOf(thread) >= picture.pixels.length) ?? free.at(-1);
  }

  #dispatch(): void {
    for (;;) {
      const [next] = this.#queue;
      const thread = next && this.#threadFor(next.job.picture);
      const task = thread && this.#queue.shift();
      if (!task) return;
      thread.task = task;
      thread.moved = performance.now();
      meter.waited('engine', (thread.moved - task.came) / 1000);
      void this.#hand(thread, task);
    }
  }

  /** Gives a job to the thread that is kept for it. */
  async #hand(thread: Thread, task: Task): Promise<void> {
    try {
      const { picture, room } = await shown(thread, task.job.picture);
      // The thread may have ended meanwhile, which has failed the task.
      if (!this.#threads.has(thread)) return;
      thread.picture = picture;
      this.#post(thread, { ...task.job, picture, room });
    } catch (error) {
      // There was not enough memory for the pixels.
      thread.task = undefined;
      task.reject(engineFailure(error as Error));
      this.#dispatch();
    }
  }

  /** Sends a job to a thread, and gives it its time. */
  #post(thread: Thread, job: Job): void {
    thread.deadline = setTimeout(() => this.#leaveBehind(thread), this.#jobTimeoutMs);
    post(thread.worker, { kind: 'job', job });
  }
}

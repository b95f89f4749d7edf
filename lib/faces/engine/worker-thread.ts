import type { Worker } from 'node:worker_threads';
import { meter } from '#metrics';
import { copyInTurns } from '../../bytes-in-turns.ts';
import { BackendUnavailableError } from '../../errors.ts';
import type { DecodedPicture } from '../../inputs/picture.ts';
import type { Stage } from '../../metrics/port.ts';
import type { Job, JobFace, StageTimes, ToWorker } from './job.ts';

/** A job that waits or runs. */
export interface Task {
  readonly job: Job;
  /** Time of the request, by `performance.now()`. */
  readonly came: number;
  readonly resolve: (faces: JobFace[]) => void;
  readonly reject: (error: Error) => void;
  /** True for a camera's frame, before which every other picture goes. */
  readonly isPatient: boolean;
  /** Shares of its faces that other workers embed. */
  readonly shares: Promise<JobFace[]>[];
  /** True for such a share of another task. */
  readonly isShare?: boolean;
}

/** A worker, and what it does. */
export interface Thread {
  readonly worker: Worker;
  task: Task | undefined;
  /** Pixels of the picture that the worker processes, or processed last. */
  pixels: SharedArrayBuffer;
  /** Picture of its task, in that memory. */
  picture?: DecodedPicture;
  deadline?: NodeJS.Timeout;
  ready: boolean;
  /** Time of its last start or end of a job, by `performance.now()`. */
  moved: number;
  /** Promise that resolves when the worker is ready, or has ended. */
  readonly begun: Promise<unknown>;
}

/** Counts the time of a job's stages. */
export function meterStages(times: StageTimes): void {
  for (const [stage, seconds] of Object.entries(times)) meter.passed(stage as Stage, seconds);
}

/**
 * Copies the picture's pixels to shared memory, which the thread uses again for each picture. New shared
 * memory for each picture would stay until both threads' garbage collections had found it unused. They ignore
 * shared memory when they decide to run, so hundreds of pictures could pile up.
 */
export async function shown(
  thread: Thread,
  { width, height, pixels }: DecodedPicture,
): Promise<DecodedPicture> {
  // Its size is a power of 2, so that few pictures need a larger one. Pages that no picture reaches take no
  // memory.
  if (thread.pixels.byteLength < pixels.length) {
    thread.pixels = new SharedArrayBuffer(2 ** Math.ceil(Math.log2(pixels.length)));
  }
  const copy = new Uint8Array(thread.pixels, 0, pixels.length);
  await copyInTurns(pixels, copy);
  return { width, height, pixels: copy };
}

/** Sends a message to a worker. */
export function post(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}

/** Makes the error of a picture on which a worker failed. */
export function engineFailure(cause: Error): BackendUnavailableError {
  return new BackendUnavailableError('The face engine failed on this picture.', 10, { cause });
}

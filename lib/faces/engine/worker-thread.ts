import type { Worker } from 'node:worker_threads';
import { meter } from '#metrics';
import { copyInTurns } from '../../bytes-in-turns.ts';
import { BackendUnavailableError } from '../../errors.ts';
import type { DecodedPicture } from '../../inputs/picture.ts';
import type { Stage } from '../../metrics/port.ts';
import type { Job, StageTimes, ToWorker } from './job.ts';

/** A job that waits or runs. */
export interface Task {
  readonly job: Job;
  /** Time of the request, by `performance.now()`. */
  readonly came: number;
  readonly resolve: (results: readonly unknown[]) => void;
  readonly reject: (error: Error) => void;
  /** True for a camera's frame, before which every other picture goes. */
  readonly isPatient: boolean;
  /** True for a part of another task. */
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

/** Share of a picture's pixels that copies at a half, a quarter … of its size take together. */
const smallerShare = 1 / 3;

/**
 * Copies the picture's pixels to shared memory, which the thread uses again for each picture. New shared
 * memory for each picture would stay until both threads' garbage collections had found it unused. They ignore
 * shared memory when they decide to run, so hundreds of pictures could pile up. Behind the pixels is room for
 * smaller copies of the picture.
 */
export async function shown(
  thread: Thread,
  { width, height, pixels }: DecodedPicture,
): Promise<{ picture: DecodedPicture; room: Uint8Array }> {
  // Its size is a power of 2, so that few pictures need a larger one. Pages that no picture reaches take no
  // memory.
  const needed = Math.ceil((1 + smallerShare) * pixels.length);
  if (thread.pixels.byteLength < needed) {
    thread.pixels = new SharedArrayBuffer(2 ** Math.ceil(Math.log2(needed)));
  }
  const copy = new Uint8Array(thread.pixels, 0, pixels.length);
  await copyInTurns(pixels, copy);
  return { picture: { width, height, pixels: copy }, room: new Uint8Array(thread.pixels, pixels.length) };
}

/** Sends a message to a worker. */
export function post(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}

/** Makes the error of a picture on which a worker failed. */
export function engineFailure(cause: Error): BackendUnavailableError {
  return new BackendUnavailableError('The face engine failed on this picture.', 10, { cause });
}

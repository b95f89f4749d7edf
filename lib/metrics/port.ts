import type { Throughput } from '../contract/endpoints/status.ts';

/** Steps of the work on a picture. `mesh` is the landmarks, `embed` the chips with the embeddings. */
export const stages = ['decode', 'detect', 'mesh', 'embed', 'search', 'draw', 'store'] as const;
export type Stage = (typeof stages)[number];

/** Queues that a picture waits in: for a slot before it is decoded, and for a thread of the engine. */
export const queues = ['turn', 'engine'] as const;
export type Queue = (typeof queues)[number];

/** Outcomes of a call. `refused` means that it would fail again, such as for a picture without faces. */
export const callOutcomes = ['ok', 'refused', 'throttled', 'failed'] as const;
export type CallOutcome = (typeof callOutcomes)[number];

/** A request that was answered. */
export interface AnsweredRequest {
  /** Operation of the contract; null if no route has the request's path, as is then `route`. */
  readonly operation: string | null;
  readonly route: string | null;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

/** A picture of `process-images` whose result was stored. */
export interface WorkedPicture {
  readonly faces: number;
  /** Number of faces that matched somebody. */
  readonly matches: number;
  /** Source that the client told. */
  readonly source: string | null;
  /** Seconds from the start of the work on it, without its wait. */
  readonly seconds: number;
}

/**
 * Receives the service's measurements. They contain no names of people, keys or identifiers, and cost next to
 * nothing. The container and the Lambda functions each have their own meter, see `#metrics` in package.json.
 * @example
 * meter.passed('decode', (performance.now() - started) / 1000);
 */
export interface Meter {
  /**
   * Records an answered request. It is the last call for a request.
   * @throws Never
   */
  answered(request: AnsweredRequest): void;
  /**
   * Records the end of a function's run for which no client waits. It is the last call for such a run.
   * @throws Never
   */
  ended(operation: string, seconds: number): void;
  /**
   * Records the time that a picture waited in a queue.
   * @throws Never
   */
  waited(queue: Queue, seconds: number): void;
  /**
   * Records one run of a stage. A picture may have several runs, some of them in parallel.
   * @throws Never
   */
  passed(stage: Stage, seconds: number): void;
  /**
   * Records a picture of `process-images` whose result was stored.
   * @throws Never
   */
  worked(picture: WorkedPicture): void;
  /**
   * Records a picture of `process-images` that could not be read.
   * @throws Never
   */
  unusable(source: string | null): void;
  /**
   * Records one attempt to call Rekognition.
   * @throws Never
   */
  called(operation: string, outcome: CallOutcome): void;
}

/** Exports of each host's module `#metrics`. */
export interface Metrics {
  readonly meter: Meter;
  /**
   * Returns this process's throughput. It is null on Lambda, where many processes know nothing of each other.
   * @throws Never
   */
  throughput(): Throughput | null;
  /**
   * Returns the start time of this process. It is null on Lambda, where it means nothing.
   * @throws Never
   */
  startedAt(): Date | null;
}

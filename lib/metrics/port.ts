import type { Throughput } from '../contract/endpoints/status.ts';

/** The steps of the work on a picture. `mesh` is the landmarks, `embed` the chips with the embeddings. */
export const stages = ['decode', 'detect', 'mesh', 'embed', 'search', 'draw', 'store'] as const;
export type Stage = (typeof stages)[number];

/** Queues that a picture waits in: for a slot before it is decoded, and for a thread of the engine. */
export const queues = ['turn', 'engine'] as const;
export type Queue = (typeof queues)[number];

/** `refused`: the service says no, and would again, such as to a picture that shows nobody. */
export const callOutcomes = ['ok', 'refused', 'throttled', 'failed'] as const;
export type CallOutcome = (typeof callOutcomes)[number];

/** A request that was answered. */
export interface AnsweredRequest {
  /** The contract's operation and path; null when no route has the request's path. */
  readonly operation: string | null;
  readonly route: string | null;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

/** A picture of `process-images` whose result was kept. */
export interface WorkedPicture {
  readonly faces: number;
  /** Faces that matched somebody. */
  readonly matches: number;
  /** The source that the client told. */
  readonly source: string | null;
  /** From its turn on. */
  readonly seconds: number;
}

/**
 * Receiver of the service's measurements. They contain no names of people, keys or identifiers, and cost next
 * to nothing. The container and the Lambda functions each have their own meter, see `#metrics` in
 * package.json.
 */
export interface Meter {
  /** Records an answered request. It is the last call for a request. */
  answered(request: AnsweredRequest): void;
  /** Records the end of a function's run for which no client waits. It is the last call for such a run. */
  ended(operation: string, seconds: number): void;
  waited(queue: Queue, seconds: number): void;
  /** Records one run of a stage. A picture may have several runs, some of them in parallel. */
  passed(stage: Stage, seconds: number): void;
  worked(picture: WorkedPicture): void;
  /** Records a picture of `process-images` that could not be read. */
  unusable(source: string | null): void;
  /** Records one attempt to call Rekognition. */
  called(operation: string, outcome: CallOutcome): void;
}

/** Exports of each host's module `#metrics`. */
export interface Metrics {
  readonly meter: Meter;
  /**
   * Returns this process's throughput. It is null on Lambda, where many processes know nothing of each other.
   */
  throughput(): Throughput | null;
  /** Returns the start time of this process. It is null on Lambda, where it means nothing. */
  startedAt(): Date | null;
}

import type { Throughput } from '../contract/endpoints/status.ts';

/** The steps of the work on a picture. `mesh` is the landmarks, `embed` the chips with the embeddings. */
export const stages = ['decode', 'detect', 'mesh', 'embed', 'search', 'draw', 'store'] as const;
export type Stage = (typeof stages)[number];

/** Where a picture waits: for its turn, before it is decoded, and then for a thread of the engine. */
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
  /** From its turn on. */
  readonly seconds: number;
}

/**
 * What the service tells of its work as it goes on. It holds no names, keys or identifiers, and costs nothing worth measuring. The container
 * and the Lambda functions each have a meter of their own: package.json's `#metrics`.
 */
export interface Meter {
  /** The last that is told of a request. */
  answered(request: AnsweredRequest): void;
  /** The last that is told of a function's run for which no client waits. */
  ended(operation: string, seconds: number): void;
  waited(queue: Queue, seconds: number): void;
  /** One run of a stage; a picture may have several, and some side by side. */
  passed(stage: Stage, seconds: number): void;
  worked(picture: WorkedPicture): void;
  /** A picture of `process-images` could not be read. */
  unusable(): void;
  /** An attempt to call Rekognition. */
  called(operation: string, outcome: CallOutcome): void;
}

/** What a host's module of metrics has. */
export interface Metrics {
  readonly meter: Meter;
  /** Of this process; null where there are many, of which none knows the others' work. */
  throughput(): Throughput | null;
  /** When this process started; null where that means nothing. */
  startedAt(): Date | null;
}

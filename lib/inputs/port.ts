import type { LimitFunction } from 'p-limit';

/**
 * Slots for decoded pictures, so that their memory stays within a limit. All requests of a process share
 * them.
 * @example
 * await slots.run(measured.memoryBytes, async () => work(await decodePicture(measured)));
 */
export interface PictureSlots {
  /** Limit on the pictures in work at the same time. */
  readonly concurrency: number;
  /** Number of pictures in work. */
  readonly active: number;
  /** Number of pictures that wait for their turn. */
  readonly pending: number;
  /**
   * Makes a limiter for one request's pictures, so that they take turns with those of other requests.
   * @throws Never
   */
  fairShare(): LimitFunction;
  /**
   * Runs work as soon as there is room for it. The work must not wait for another run of the same slots,
   * because that might never begin.
   * @param memoryBytes peak of the work's memory, see `measurePicture`; it is capped at what large pictures
   *   may have
   * @throws the errors of the work
   */
  run<Result>(memoryBytes: number, work: () => Promise<Result>): Promise<Result>;
}

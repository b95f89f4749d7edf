/** A decoded picture of a camera: 8-bit sRGB, row by row. */
export interface FramePixels {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

export interface Frame extends FramePixels {
  /** Milliseconds since 1970 by this machine's clock. A recording begins when it is read. */
  readonly at: number;
}

/**
 * Source of frames that is open once: it ends with its connection, and with an error that says why. Only the
 * newest frame is kept, so that whoever is slow misses frames and is never late. A recording gives all.
 * @example
 * for await (const frame of source.frames(signal)) await look(frame);
 */
export interface FrameSource {
  /**
   * Opens the source, and gives its frames until the signal ends it. Their pixels last until the next but one
   * is asked for: whoever uses them for longer copies them.
   * @throws SourceError when it can't be opened, or breaks off
   */
  frames(signal: AbortSignal): AsyncIterable<Frame>;
  /**
   * Number of frames that came, and of those that nobody had time for.
   * @throws Never
   */
  readonly counts: { readonly received: number; readonly dropped: number };
}

/** Reason why a camera gives no frames: a sentence that names no user, password or path. */
export class SourceError extends Error {
  /** True if it refuses the password: asking again soon would lock the account. */
  readonly isRefused: boolean;

  constructor(message: string, options: { readonly isRefused?: boolean; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.isRefused = options.isRefused ?? false;
  }
}

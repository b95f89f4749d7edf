import type { CustomModelConfig } from '../../../config.ts';

/**
 * Order of a picture's values: channel after channel (NCHW), or the channels of each pixel together (NHWC).
 */
export type Layout = 'NCHW' | 'NHWC';

/** Input of a network that takes square pictures. */
export interface PictureInput {
  readonly layout: Layout;
  /** Side of the picture, in pixels. */
  readonly size: number;
  /**
   * Number of chips in one inference. The first layers of MobileFaceNet and dlib fill the second-level cache
   * with one chip. In batches of eight, MobileFaceNet takes 25% longer for each chip, and dlib 15% less.
   */
  readonly batch: number;
  /** True if the network takes exactly this number. */
  readonly isBatchFixed: boolean;
}

/**
 * The user's own network: its file and its input. It has only plain values, because it is sent to workers by
 * message.
 */
export interface CustomNetwork extends PictureInput {
  readonly path: string;
  /** Hash of the file, by which a worker that starts later notices another file. */
  readonly sha256: string;
  readonly channels: CustomModelConfig['channels'];
  readonly means: CustomModelConfig['means'];
  readonly scales: CustomModelConfig['scales'];
}

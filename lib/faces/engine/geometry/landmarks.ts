import type { Point } from './align.ts';

/** Places of a face's parts, in pixels of the picture, unrounded. "Left" is the person's own left. */
export interface Landmarks {
  readonly leftEye: Point;
  readonly rightEye: Point;
  readonly noseTip: Point;
  readonly mouthCentre: Point;
  /** Points that only the face mesh tells; a face that turns too far away has none. */
  readonly mesh?: {
    readonly mouthLeft: Point;
    readonly mouthRight: Point;
    readonly leftEyeOuter: Point;
    readonly leftEyeInner: Point;
    readonly rightEyeOuter: Point;
    readonly rightEyeInner: Point;
    readonly noseBase: Point;
  };
}

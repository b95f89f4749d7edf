import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import type { Moment, SeenFace } from './same-face.ts';
import { headlineOf, type Tone } from './verdict-words.ts';

/** Names the verdict that a door shows. */

/** Result of a look that is shown. Its moment is that of the last look that gave this verdict. */
export interface Shown extends Moment {
  /** Result of that look, with what the list says and people have said since. */
  readonly result: ImageProcessingResult;
  /** Name of that look: another look has another picture. */
  readonly look: symbol;
  readonly tone: Tone;
  /** True if a match is told as a possible one, because no other look has agreed yet. */
  readonly isDoubted: boolean;
  /** Number of looks at this person since the verdict is shown, and of those that agree with it. */
  readonly looks: number;
  readonly agreeing: number;
  /** Time at which the service kept the picture, or somebody has judged it; undefined if it did not. */
  readonly keptAt: number | undefined;
  readonly named: Named;
  /** Faces that the verdict is about. */
  readonly faces: readonly SeenFace[];
}

/** Ids of the entries that the last look with a match named. A second look soon after it confirms them. */
export interface Named extends Moment {
  readonly ids: readonly number[];
}

/** Takes over what is known by now of the people who are shown. */
export function withResult(shown: Shown, result: ImageProcessingResult): Shown {
  return result === shown.result ? shown : { ...shown, result, tone: headlineOf(result).tone };
}

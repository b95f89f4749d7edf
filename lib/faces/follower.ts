import type { Box } from '../contract/shapes.ts';
import type { DecodedPicture } from '../inputs/picture.ts';
import type { FaceOptions, UsedOptions } from './comparing.ts';
import type { Face, FaceMatch } from './face.ts';
import type { FacePrint } from './print.ts';

/** Places of a frame at which to look for faces. */
export interface LookPlaces {
  /** Squares, each looked at once. They may reach beyond the frame. */
  readonly regions: readonly Box[];
  /** Boxes in which followed faces must be. */
  readonly faces: readonly Box[];
  /** Boxes of those that need no print. */
  readonly known: readonly Box[];
}

/** A face of a frame. */
export interface FaceLook extends Face {
  /** Null for a face that was only found again. */
  readonly print: FacePrint | null;
}

/** Neighbours of prints in the gallery. */
export interface NearestFaces extends UsedOptions {
  /** Reference images within the threshold of each print, nearest first. */
  readonly neighbours: readonly (readonly FaceMatch[])[];
}

/** Cosine distances of two prints by which a face is followed. They depend on the model. */
export interface PrintScale {
  /** Within it they show one person: hardly two people in a million are as alike. */
  readonly same: number;
  /** Beyond it they hardly show one person. */
  readonly differs: number;
}

/**
 * Follows faces through the frames of a camera. It gives way to all other work on pictures.
 * @example
 * const [look] = await follower.look(frame, { regions, faces: [], known: [] });
 * if (look?.print) await follower.nearest([look.print], {});
 */
export interface FaceFollower {
  /** Distances on the scale of its prints. */
  readonly scale: PrintScale;
  /**
   * Joins the prints of one face, freed of what bad pictures add to all faces: such a mean needs no look that
   * agrees. It is absent where the model has no such mean.
   * @param weights how much each print counts
   */
  readonly mean?: (prints: readonly FacePrint[], weights: readonly number[]) => FacePrint;
  /**
   * Finds upright faces at some places of a frame, largest first.
   * @throws BackendUnavailableError
   */
  look(frame: DecodedPicture, places: LookPlaces): Promise<readonly FaceLook[]>;
  /**
   * Searches the gallery for prints that `look` made, or for means of them.
   * @throws BackendUnavailableError
   */
  nearest(prints: readonly FacePrint[], options: FaceOptions): Promise<NearestFaces>;
}

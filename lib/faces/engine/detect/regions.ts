import type { Box } from '../../../contract/shapes.ts';
import type { LookPlaces } from '../../follower.ts';
import type { Similarity } from '../geometry/align.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
import { type BlazeFace, blazeFaceInput, type FoundFace } from './blazeface.ts';
import { sharedWithSmaller, withoutDoubles } from './overlap.ts';
import { tileView } from './views.ts';

/** BlazeFace's score of a face in a look that shows it well, 0..1. */
const leastScore = 0.4;

/** Faces that stand upright, at the places of a picture, each once. */
export async function findAt(
  pyramid: Pyramid,
  blazeFace: BlazeFace,
  { regions, faces, known }: LookPlaces,
): Promise<{ readonly fresh: FoundFace[]; readonly known: FoundFace[] }> {
  const views = regions.map(viewOf);
  const tiles = faces.map((face) => tileView({ ...face, confidence: 1 }, 0));
  const seen = [
    ...(tiles.length > 0 ? await blazeFace.detectInTiles(pyramid, tiles) : []),
    ...(views.length > 0 ? await blazeFace.detect(pyramid, views) : []),
  ];
  const sure = seen.flat().filter(({ confidence }) => confidence >= leastScore);
  const found = withoutDoubles(sure.sort((one, other) => other.confidence - one.confidence));
  const isKnown = (face: FoundFace) => known.some((box) => sharedWithSmaller(face, box) > 0.5);
  return { fresh: found.filter((face) => !isKnown(face)), known: found.filter(isKnown) };
}

/** Fills BlazeFace's square with a region. */
function viewOf({ x, y, w, h }: Box): Similarity {
  const scale = blazeFaceInput.size / Math.max(w, h);
  const shift = (from: number) => scale * (0.5 - from) - 0.5;
  return { a: scale, b: 0, tx: shift(x), ty: shift(y) };
}

import pLimit from 'p-limit';
import type { Box } from '../../contract/shapes.ts';
import type { Deadline } from '../../deadline.ts';
import type { Picture } from '../../inputs/picture.ts';
import { allInTurns, allOrFirstError } from '../../promises.ts';
import { bestOfEntries, nearMissesAmong } from '../best-of-entries.ts';
import {
  type Face,
  type FaceMatch,
  type MatchedFace,
  type MatchResult,
  nearMissesSearched,
} from '../port.ts';
import type { QualityReason } from '../quality-reasons.ts';
import { encodePart, minSide, type SentPicture, sendWhole } from './encode.ts';
import type { Galleries, Gallery } from './galleries.ts';
import { frameAround, overlap } from './geometry.ts';
import {
  detectFaces,
  type MeasuredFace,
  mostFaces,
  type NotSearched,
  type Searched,
  type SearchLimits,
  search,
} from './search.ts';

/** Limit on the faces of one picture that are searched for at the same time. */
const searchesAtOnce = 4;

/** Intersection over union from which on two boxes are taken for one face. */
export const sameFaceOverlap = 0.3;

/**
 * Margins around a face in a part that is cut out, in shares of its box on each side. The narrower one is
 * tried if the service took something else for the face.
 */
const margins = [0.5, 0.1] as const;

/** Parameters of a match. */
interface Match {
  /** Largest distance of a match, see `distanceOf`. */
  readonly threshold: number;
  /** Number of near misses, see `MatchOptions`. */
  readonly candidates: number;
  /** Largest distance of a near miss; see `MatchResult`. */
  readonly nearThreshold: number;
  /** Deadline of the request, see `FaceOptions`. */
  readonly deadline: Deadline | undefined;
}

/**
 * Finds every face of the picture with its matches. A search uses only the largest face of the picture it
 * gets. So the whole picture is searched while its faces are detected, and then a part around each other
 * face.
 */
export async function matchFaces(
  galleries: Galleries,
  picture: Picture,
  { threshold, candidates, nearThreshold, deadline }: Match,
): Promise<Pick<MatchResult, 'faces' | 'hasGallery' | 'warnings'>> {
  const { faces, matchesOf } = await searchPicture(galleries, picture, {
    ...(candidates > 0
      ? {
          within: Number.POSITIVE_INFINITY,
          isEnough: (found) => nearMissesAmong(found, threshold).length >= candidates,
        }
      : { within: nearThreshold }),
    deadline,
  });
  if (!matchesOf) {
    const unmatched = faces.map((face) => ({ ...face, matches: [], candidates: [] }));
    return { faces: unmatched, hasGallery: false, warnings: [] };
  }
  const warnings: string[] = [];
  const matched = await allInTurns(faces, pLimit(searchesAtOnce), async (face): Promise<MatchedFace> => {
    const searched = await matchesOf(face);
    const { matches: found, isCut, isPart } = searched ?? nothingFound;
    const matches = found.filter(({ distance }) => distance <= threshold);
    if (isCut && matches.length === found.length) warnings.push(cutWarning(faces.indexOf(face)));
    const nearMisses = nearMissesAmong(found, threshold).slice(0, candidates || nearMissesSearched);
    // A face that the service does not find again in its part was compared with nobody.
    const reasons: QualityReason[] = isPart ? ['LOW_FACE_QUALITY', ...face.reasons] : [...face.reasons];
    return { ...face, matches: bestOfEntries(matches), candidates: nearMisses, reasons };
  });
  return { faces: matched, hasGallery: true, warnings };
}

/** Searches for one face whose place is known, with one call for each collection. */
export async function matchKnownFace(
  galleries: Galleries,
  picture: Picture,
  area: Box,
  { threshold, deadline }: Pick<Match, 'threshold' | 'deadline'>,
): Promise<Pick<MatchResult, 'hasGallery'> & { readonly matches: readonly FaceMatch[] }> {
  const part = await encodePart(picture, frameAround(area, margins[0], minSide, picture), area, []);
  const [found, required] = await allOrFirstError([
    searchAll(galleries, (gallery) => search(gallery, picture, part, { within: threshold, deadline })),
    galleries.required(),
  ]);
  if (isLost(found, required)) return { matches: [], hasGallery: false };
  const meant = found.map(({ outcome }) => (isMeant(outcome, area) ? outcome : undefined));
  return { matches: bestOfEntries(merged(meant)?.matches ?? []), hasGallery: true };
}

function cutWarning(index: number): string {
  return (
    `Face ${index} matches the ${mostFaces.toLocaleString('en')} listed pictures that Amazon Rekognition tells at most: ` +
    'there may be other persons whom it matches too.'
  );
}

/** Faces of a picture, largest first, with a way to the matches of each. */
interface SearchedPicture {
  readonly faces: readonly MeasuredFace[];
  /**
   * Search for one face; it returns `undefined` if the service does not find the face. It is absent while
   * there is no collection.
   */
  readonly matchesOf?: (face: Face) => Promise<FoundMatches | undefined>;
}

/** Result of a search for one face. */
interface FoundMatches {
  /** Faces of the collections, nearest first. */
  readonly matches: readonly FaceMatch[];
  /** True if a search returned as many faces as it may; others may be near enough too. */
  readonly isCut: boolean;
  /** True if the face was not found again for some of the collections, and not compared with theirs. */
  readonly isPart: boolean;
}

const nothingFound: FoundMatches = { matches: [], isCut: false, isPart: true };

/** Finds the faces of a picture, and at the same time searches for the largest. */
export async function searchPicture(
  galleries: Galleries,
  picture: Picture,
  limits: SearchLimits,
): Promise<SearchedPicture> {
  const [faces, wholes, required] = await sendWhole(picture, (sent) =>
    allOrFirstError([
      detectFaces(galleries.caller, picture, sent, limits.deadline?.remainingMs()),
      searchAll(galleries, (gallery) => search(gallery, picture, sent, limits)),
      galleries.required(),
    ]),
  );
  if (isLost(wholes, required)) return { faces };
  return {
    faces,
    async matchesOf(face) {
      const others = faces.filter((other) => other !== face).map(({ area }) => area);
      const partOf = partsAround(picture, face, others);
      const present = wholes.filter(({ outcome }) => outcome !== 'no collection');
      const found = present.map(({ gallery, outcome }) => {
        const isSearched = typeof outcome === 'object' && nearestFace(faces, outcome.box) === face;
        return isSearched ? outcome : searchOne(gallery, picture, face, partOf, limits);
      });
      return merged(await allOrFirstError(found));
    },
  };
}

/** Outcome of a search in one collection. */
interface SearchedGallery {
  readonly gallery: Gallery;
  readonly outcome: Searched | NotSearched;
}

/** Searches all collections at the same time. */
async function searchAll(
  { all }: Galleries,
  searchIn: (gallery: Gallery) => Promise<SearchedGallery['outcome']>,
): Promise<SearchedGallery[]> {
  const outcomes = await allOrFirstError(all.map(searchIn));
  return all.map((gallery, index) => ({ gallery, outcome: outcomes[index] ?? 'no collection' }));
}

/** Returns true if a collection does not exist that must, see `Galleries`. */
function isLost(searched: readonly SearchedGallery[], required: number): boolean {
  return searched.slice(0, required).some(({ outcome }) => outcome === 'no collection');
}

/**
 * Joins what the collections have found, nearest first; `undefined` if the face was found for none of them.
 */
function merged(
  found: readonly (Pick<Searched, 'matches' | 'isCut'> | undefined)[],
): FoundMatches | undefined {
  const all = found.filter((each) => each !== undefined);
  if (all.length === 0) return undefined;
  return {
    matches: all.flatMap(({ matches }) => matches).sort((one, other) => one.distance - other.distance),
    isCut: all.some(({ isCut }) => isCut),
    isPart: all.length < found.length,
  };
}

/** Finds the face that the service means by a box. */
export function nearestFace(faces: readonly Face[], box: Box): Face | undefined {
  const nearest = faces.toSorted((one, other) => overlap(other.area, box) - overlap(one.area, box))[0];
  return nearest && overlap(nearest.area, box) >= sameFaceOverlap ? nearest : undefined;
}

/** Makes a function that cuts out a part around a face, once for each margin. */
function partsAround(
  picture: Picture,
  { area }: Face,
  others: readonly Box[],
): (margin: number) => Promise<SentPicture> {
  const parts = new Map<number, Promise<SentPicture>>();
  return (margin) => {
    const part =
      parts.get(margin) ?? encodePart(picture, frameAround(area, margin, minSide, picture), area, others);
    parts.set(margin, part);
    return part;
  };
}

/**
 * Searches one collection for one face by a part cut out around it. Returns `undefined` if the service finds
 * no face in it, or another one.
 */
async function searchOne(
  gallery: Gallery,
  picture: Picture,
  { area }: Face,
  partOf: (margin: number) => Promise<SentPicture>,
  limits: SearchLimits,
): Promise<Searched | undefined> {
  for (const margin of margins) {
    const found = await search(gallery, picture, await partOf(margin), limits);
    if (found === 'no collection') break;
    if (isMeant(found, area)) return found;
  }
  return undefined;
}

/** Returns true if the service used the face of that box. */
function isMeant(found: SearchedGallery['outcome'], area: Box): found is Searched {
  return typeof found === 'object' && overlap(found.box, area) >= sameFaceOverlap;
}

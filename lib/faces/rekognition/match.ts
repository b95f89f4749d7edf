import {
  DetectFacesCommand,
  type FaceMatch as RekognitionMatch,
  SearchFacesByImageCommand,
  SearchFacesCommand,
} from '@aws-sdk/client-rekognition';
import pLimit from 'p-limit';
import type { Box } from '../../contract/shapes.ts';
import type { Picture } from '../../inputs/picture.ts';
import { allInTurns, allOrFirstError } from '../../promises.ts';
import { bestOfEntries, nearMissesAmong } from '../best-of-entries.ts';
import type { Face, FaceMatch, FaceOptions, MatchedFace, MatchResult } from '../port.ts';
import type { RekognitionCaller } from './caller.ts';
import { encodePart, encodeWhole, minSide, type SentPicture } from './encode.ts';
import { meaningOf } from './failures.ts';
import { boxOf, faceOf, frameAround, overlap, sizeOf } from './geometry.ts';
import { ownerOf } from './names.ts';

/** What a search has to give. */
export interface SearchLimits {
  /** A distance, see `distanceOf`. */
  readonly within: number;
  /** Says whether the first answer is enough, which has the nearest 100 at most; without it, a search is for all that there are. */
  readonly isEnough?: (found: readonly FaceMatch[]) => boolean;
  /** See `FaceOptions`. */
  readonly remainingMs?: FaceOptions['remainingMs'];
}

/** A search gives no more faces, the nearest. */
export const mostFaces = 4096;
/** Nearly always enough to tell near misses, of which there is no end. */
const fewFaces = 100;

/** Faces of one picture that are searched for side by side. */
const searchesAtOnce = 4;

/** Two boxes with so much in common mean one face: the share of both together. */
const sameFaceOverlap = 0.3;

/** What is cut out around a face, in shares of its box on each side: tighter when the service has taken something else for the face. */
const margins = [0.5, 0.1] as const;

/** What a match is looked for with. */
export interface Gallery {
  readonly caller: RekognitionCaller;
  readonly collectionId: string;
}

/** What a look for faces like one that was enrolled may take: nobody waits longer for a warning. */
const maxCompareMs = 5_000;

/** Every face of the picture, largest first. */
export async function detectFaces(
  caller: RekognitionCaller,
  picture: Picture,
  { bytes, frame }: SentPicture,
  limitMs?: number,
): Promise<Face[]> {
  const command = new DetectFacesCommand({ Image: { Bytes: bytes } });
  const { FaceDetails = [] } = await caller.send(command, limitMs);
  return FaceDetails.map((detail) => faceOf(detail, frame, picture)).sort(
    (one, other) => sizeOf(other.area) - sizeOf(one.area),
  );
}

/** What a picture is matched with. */
interface Match {
  /** The largest distance that is a match, see `distanceOf`. */
  readonly threshold: number;
  /** See `MatchOptions`. */
  readonly candidates: number;
  /** See `FaceOptions`. */
  readonly remainingMs: FaceOptions['remainingMs'];
}

/**
 * Every face of the picture with its matches. A search looks at the largest face of what it is given: the whole picture is searched while
 * its faces are being detected, and then what is cut out around each face that this has not answered.
 */
export async function matchFaces(
  gallery: Gallery,
  picture: Picture,
  { threshold, candidates, remainingMs }: Match,
): Promise<Pick<MatchResult, 'faces' | 'hasGallery' | 'warnings'>> {
  const { faces, near } = await searchPicture(gallery, picture, {
    ...(candidates > 0
      ? {
          within: Number.POSITIVE_INFINITY,
          isEnough: (found) => nearMissesAmong(found, threshold).length >= candidates,
        }
      : { within: threshold }),
    remainingMs,
  });
  if (!near) {
    const unmatched = faces.map((face) => ({ ...face, matches: [], candidates: [] }));
    return { faces: unmatched, hasGallery: false, warnings: [] };
  }
  const warnings: string[] = [];
  const matched = await allInTurns(faces, pLimit(searchesAtOnce), async (face): Promise<MatchedFace> => {
    const { matches: found, isCut } = (await near(face)) ?? { matches: [], isCut: false };
    const matches = found.filter(({ distance }) => distance <= threshold);
    if (isCut && matches.length === found.length) warnings.push(cutWarning(faces.indexOf(face)));
    const nearMisses = nearMissesAmong(found, threshold).slice(0, candidates);
    return { ...face, matches: bestOfEntries(matches), candidates: nearMisses };
  });
  return { faces: matched, hasGallery: true, warnings };
}

function cutWarning(index: number): string {
  return (
    `Face ${index} matches the ${mostFaces.toLocaleString('en')} listed pictures that Amazon Rekognition tells at most: ` +
    'there may be other persons whom it matches too.'
  );
}

/** The faces of a picture, largest first, and what is near to each. */
interface SearchedPicture {
  readonly faces: readonly Face[];
  /** `undefined` when the service does not see the face. There is no way to ask while there is no collection. */
  readonly near?: (face: Face) => Promise<FoundMatches | undefined>;
}

/** What is near to a face. */
interface FoundMatches {
  /** Nearest first. */
  readonly matches: readonly FaceMatch[];
  /** True if the service may have more that are near enough, but tells no more. */
  readonly isCut: boolean;
}

/** Finds the faces of a picture, and what is near to the largest at the same time. */
export async function searchPicture(
  gallery: Gallery,
  picture: Picture,
  limits: SearchLimits,
): Promise<SearchedPicture> {
  const sent = await encodeWhole(picture);
  const [faces, whole] = await allOrFirstError([
    detectFaces(gallery.caller, picture, sent, limits.remainingMs?.()),
    search(gallery, picture, sent, limits),
  ]);
  if (whole === 'no collection') return { faces };
  const searched = whole === 'no face' ? undefined : nearestFace(faces, whole.box);
  return {
    faces,
    async near(face) {
      if (face === searched && whole !== 'no face') return whole;
      const others = faces.filter((other) => other !== face).map(({ area }) => area);
      return searchOne(gallery, picture, face, others, limits);
    },
  };
}

/** The face that the service means by a box. */
export function nearestFace(faces: readonly Face[], box: Box): Face | undefined {
  const nearest = faces.toSorted((one, other) => overlap(other.area, box) - overlap(one.area, box))[0];
  return nearest && overlap(nearest.area, box) >= sameFaceOverlap ? nearest : undefined;
}

/** What is near to one face; `undefined` when the service does not see it, or sees something else, in what is cut out. */
async function searchOne(
  gallery: Gallery,
  picture: Picture,
  { area }: Face,
  others: readonly Box[],
  limits: SearchLimits,
): Promise<FoundMatches | undefined> {
  for (const margin of margins) {
    const part = await encodePart(picture, frameAround(area, margin, minSide, picture), area, others);
    const found = await search(gallery, picture, part, limits);
    if (found === 'no collection') break;
    if (found !== 'no face' && overlap(found.box, area) >= sameFaceOverlap) return found;
  }
  return undefined;
}

/** What a search gives: the face that it has looked at, and its matches. */
interface Searched extends FoundMatches {
  readonly box: Box;
}

async function search(
  gallery: Gallery,
  picture: Picture,
  sent: SentPicture,
  limits: SearchLimits,
): Promise<Searched | 'no face' | 'no collection'> {
  const { isEnough } = limits;
  const first = await searchNearest(gallery, picture, sent, limits, isEnough ? fewFaces : mostFaces);
  if (typeof first === 'string' || !isEnough || !first.isCut || isEnough(first.matches)) return first;
  return searchNearest(gallery, picture, sent, limits, mostFaces);
}

async function searchNearest(
  { caller, collectionId }: Gallery,
  picture: Picture,
  { bytes, frame }: SentPicture,
  { within, remainingMs }: SearchLimits,
  maxFaces: number,
): Promise<Searched | 'no face' | 'no collection'> {
  const command = new SearchFacesByImageCommand({
    CollectionId: collectionId,
    Image: { Bytes: bytes },
    MaxFaces: maxFaces,
    FaceMatchThreshold: widerSimilarity(within),
  });
  try {
    const { SearchedFaceBoundingBox, FaceMatches = [] } = await caller.send(command, remainingMs?.());
    const box = boxOf(SearchedFaceBoundingBox, frame, picture);
    const matches = matchesWithin(within, FaceMatches);
    return { box, matches, isCut: FaceMatches.length >= maxFaces };
  } catch (error) {
    const meaning = meaningOf(error);
    if (meaning === 'no face' || meaning === 'no collection') return meaning;
    throw error;
  }
}

/**
 * The other faces of the collection that match one of them.
 * @param faceId Rekognition's own
 * @param threshold the largest distance that is a match, see `distanceOf`
 */
export async function matchEnrolled(
  { caller, collectionId }: Gallery,
  faceId: string,
  threshold: number,
): Promise<FaceMatch[]> {
  const command = new SearchFacesCommand({
    CollectionId: collectionId,
    FaceId: faceId,
    MaxFaces: mostFaces,
    FaceMatchThreshold: widerSimilarity(threshold),
  });
  const { FaceMatches } = await caller.send(command, maxCompareMs);
  return bestOfEntries(matchesWithin(threshold, FaceMatches));
}

/** Best first. */
function matchesWithin(threshold: number, found: readonly RekognitionMatch[] = []): FaceMatch[] {
  return found
    .flatMap(matchOf)
    .filter(({ distance }) => distance <= threshold)
    .sort((one, other) => one.distance - other.distance);
}

/**
 * The distance that a similarity of 0..100 stands for: 1 - similarity / 100, rounded to more digits than Rekognition's similarities have, so
 * that 95 is a distance of 0.05 and not the least bit more.
 */
export function distanceOf(similarity: number): number {
  return Math.round((100 - similarity) * 1e6) / 1e8;
}

/** What to ask for so that rounding, the service's or ours, loses no match: a little less than the threshold's similarity, 0..100. */
function widerSimilarity(threshold: number): number {
  return Math.min(100, Math.max(0, 100 - 100 * threshold - 0.001));
}

/** None for a face that is not ours, or that a match can't be told of. */
function matchOf({ Face, Similarity = 0 }: RekognitionMatch): FaceMatch[] {
  const owner = ownerOf(Face?.ExternalImageId);
  if (!owner || Face?.FaceId === undefined) return [];
  return [
    {
      ...owner,
      identity: `aws_rekognition_external_id:${owner.entryId}`,
      target: null,
      distance: distanceOf(Similarity),
      similarity: Similarity,
      metadata: { awsSimilarity: Similarity, awsFaceId: Face.FaceId },
    },
  ];
}

import {
  DetectFacesCommand,
  type FaceMatch as RekognitionMatch,
  SearchFacesByImageCommand,
  SearchFacesCommand,
} from '@aws-sdk/client-rekognition';
import pLimit from 'p-limit';
import type { Box } from '../../contract/shapes.ts';
import type { Picture } from '../../inputs/picture.ts';
import { allInTurns, allSettled } from '../../settled.ts';
import type { Face, FaceMatch, FaceOptions, MatchedFace, MatchResult } from '../port.ts';
import type { RekognitionCaller } from './caller.ts';
import { encodePart, encodeWhole, minSide, type SentPicture } from './encode.ts';
import { meaningOf } from './failures.ts';
import { boxOf, faceOf, frameAround, overlap, sizeOf } from './geometry.ts';
import { ownerOf } from './names.ts';

/** What a search gives at most. */
export interface SearchLimits {
  /** A distance, see `distanceOf`. */
  readonly within: number;
  /** 1..4096 */
  readonly maxFaces: number;
  /** See `FaceOptions`. */
  readonly remainingMs?: FaceOptions['remainingMs'];
}

/** A face gets its nearest matches, as many as the embedded engine gives. */
const maxMatches = 100;

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
  /** Whether to tell near misses too. */
  readonly candidates: boolean;
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
): Promise<Pick<MatchResult, 'faces' | 'hasGallery'>> {
  const within = candidates ? Number.POSITIVE_INFINITY : threshold;
  const { faces, near } = await searchPicture(gallery, picture, {
    within,
    maxFaces: maxMatches,
    remainingMs,
  });
  if (!near) {
    return { faces: faces.map((face) => ({ ...face, matches: [], candidates: [] })), hasGallery: false };
  }
  const matched = await allInTurns(faces, pLimit(searchesAtOnce), async (face): Promise<MatchedFace> => {
    const found = (await near(face)) ?? [];
    const matches = found.filter(({ distance }) => distance <= threshold);
    return { ...face, matches, candidates: found.slice(matches.length) };
  });
  return { faces: matched, hasGallery: true };
}

/** The faces of a picture, largest first, and what is near to each. */
interface SearchedPicture {
  readonly faces: readonly Face[];
  /** Nearest first; `undefined` when the service does not see the face. There is no way to ask while there is no collection. */
  readonly near?: (face: Face) => Promise<readonly FaceMatch[] | undefined>;
}

/** Finds the faces of a picture, and what is near to the largest at the same time. */
export async function searchPicture(
  gallery: Gallery,
  picture: Picture,
  limits: SearchLimits,
): Promise<SearchedPicture> {
  const sent = await encodeWhole(picture);
  const [faces, whole] = await allSettled([
    detectFaces(gallery.caller, picture, sent, limits.remainingMs?.()),
    search(gallery, picture, sent, limits),
  ]);
  if (whole === 'no collection') return { faces };
  const searched = whole === 'no face' ? undefined : nearestFace(faces, whole.box);
  return {
    faces,
    async near(face) {
      if (face === searched && whole !== 'no face') return whole.matches;
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
): Promise<FaceMatch[] | undefined> {
  for (const margin of margins) {
    const part = await encodePart(picture, frameAround(area, margin, minSide, picture), area, others);
    const found = await search(gallery, picture, part, limits);
    if (found === 'no collection') break;
    if (found !== 'no face' && overlap(found.box, area) >= sameFaceOverlap) return found.matches;
  }
  return undefined;
}

/** What a search gives: the face that it has looked at, and its matches. */
interface Searched {
  readonly box: Box;
  readonly matches: FaceMatch[];
}

async function search(
  { caller, collectionId }: Gallery,
  picture: Picture,
  { bytes, frame }: SentPicture,
  { within, maxFaces, remainingMs }: SearchLimits,
): Promise<Searched | 'no face' | 'no collection'> {
  const command = new SearchFacesByImageCommand({
    CollectionId: collectionId,
    Image: { Bytes: bytes },
    MaxFaces: maxFaces,
    FaceMatchThreshold: widerSimilarity(within),
  });
  try {
    const found = await caller.send(command, remainingMs?.());
    const box = boxOf(found.SearchedFaceBoundingBox, frame, picture);
    return { box, matches: matchesWithin(within, found.FaceMatches) };
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
    MaxFaces: maxMatches,
    FaceMatchThreshold: widerSimilarity(threshold),
  });
  return matchesWithin(threshold, (await caller.send(command, maxCompareMs)).FaceMatches);
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
      awsSimilarity: Similarity,
      awsFaceId: Face.FaceId,
    },
  ];
}

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
import type { Face, FaceMatch, MatchedFace, MatchResult } from '../port.ts';
import type { RekognitionCaller } from './caller.ts';
import { encodePart, encodeWhole, minSide, type SentPicture } from './encode.ts';
import { meaningOf } from './failures.ts';
import { boxOf, faceOf, frameAround, overlap, sizeOf } from './geometry.ts';
import { ownerOf } from './names.ts';

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

/** What faces are searched with. */
interface Search {
  /** The largest distance that is a match, see `distanceOf`. */
  readonly threshold: number;
  /** See `FaceOptions`. */
  readonly remainingMs?: (() => number) | undefined;
}

/**
 * Every face of the picture with its matches. A search looks at the largest face of what it is given: the whole picture is searched while
 * its faces are being detected, and then what is cut out around each face that this has not answered.
 */
export async function matchFaces(
  gallery: Gallery,
  picture: Picture,
  how: Search,
): Promise<Pick<MatchResult, 'faces' | 'hasGallery'>> {
  const sent = await encodeWhole(picture);
  const [faces, whole] = await allSettled([
    detectFaces(gallery.caller, picture, sent, how.remainingMs?.()),
    search(gallery, picture, sent, how),
  ]);
  if (whole === 'no collection') {
    return { faces: faces.map((face) => ({ ...face, matches: [] })), hasGallery: false };
  }
  const searched = whole === 'no face' ? undefined : nearestFace(faces, whole.box);
  const matched = await allInTurns(faces, pLimit(searchesAtOnce), async (face): Promise<MatchedFace> => {
    if (face === searched && whole !== 'no face') return { ...face, matches: whole.matches };
    const others = faces.filter((other) => other !== face).map(({ area }) => area);
    return { ...face, matches: await searchOne(gallery, picture, face, others, how) };
  });
  return { faces: matched, hasGallery: true };
}

/** The face that a search of the whole picture has looked at. */
function nearestFace(faces: readonly Face[], box: Box): Face | undefined {
  const nearest = faces.toSorted((one, other) => overlap(other.area, box) - overlap(one.area, box))[0];
  return nearest && overlap(nearest.area, box) >= sameFaceOverlap ? nearest : undefined;
}

/** One face's matches; none when the service does not see it, or sees something else, in what is cut out. */
async function searchOne(
  gallery: Gallery,
  picture: Picture,
  { area }: Face,
  others: readonly Box[],
  how: Search,
): Promise<FaceMatch[]> {
  for (const margin of margins) {
    const part = await encodePart(picture, frameAround(area, margin, minSide, picture), area, others);
    const found = await search(gallery, picture, part, how);
    if (found === 'no collection') break;
    if (found !== 'no face' && overlap(found.box, area) >= sameFaceOverlap) return found.matches;
  }
  return [];
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
  { threshold, remainingMs }: Search,
): Promise<Searched | 'no face' | 'no collection'> {
  const command = new SearchFacesByImageCommand({
    CollectionId: collectionId,
    Image: { Bytes: bytes },
    MaxFaces: maxMatches,
    FaceMatchThreshold: widerSimilarity(threshold),
  });
  try {
    const found = await caller.send(command, remainingMs?.());
    const box = boxOf(found.SearchedFaceBoundingBox, frame, picture);
    return { box, matches: matchesWithin(threshold, found.FaceMatches) };
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

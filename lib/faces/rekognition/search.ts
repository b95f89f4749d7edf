import {
  DetectFacesCommand,
  type FaceMatch as RekognitionMatch,
  SearchFacesByImageCommand,
  SearchFacesCommand,
} from '@aws-sdk/client-rekognition';
import type { Box } from '../../contract/shapes.ts';
import { Deadline } from '../../deadline.ts';
import { BackendUnavailableError } from '../../errors.ts';
import type { Picture } from '../../inputs/picture.ts';
import { allOrFirstError } from '../../promises.ts';
import type { FaceMatch, MatchedFace } from '../port.ts';
import type { RekognitionCaller } from './caller.ts';
import { type SentPicture, sendWhole } from './encode.ts';
import { onceKnown } from './eventually.ts';
import { meaningOf } from './failures.ts';
import type { Gallery } from './galleries.ts';
import { boxOf, faceOf, sizeOf } from './geometry.ts';
import { ownerOf } from './names.ts';
import { poorQuality, qualityOf } from './quality.ts';

/** Limits of a search. */
export interface SearchLimits {
  /** Largest distance to return, see `distanceOf`. */
  readonly within: number;
  /**
   * Tells if the first answer, which has only the nearest 100 faces, is enough. Without it, the search asks
   * for all faces at once.
   */
  readonly isEnough?: (found: readonly FaceMatch[]) => boolean;
  /** Deadline of the request, see `FaceOptions`. */
  readonly deadline?: Deadline | undefined;
}

/** Limit of a search on the faces that it returns. */
export const mostFaces = 4096;
/**
 * Number of faces that nearly always contains all near misses; at any distance, every face of the collection
 * is one.
 */
const fewFaces = 100;

/**
 * Limit in milliseconds on the search for faces like an enrolled one: nobody should wait longer for a
 * warning.
 */
const maxCompareMs = 5_000;

/** A detected face with its quality. */
export type MeasuredFace = Omit<MatchedFace, 'matches' | 'candidates'>;

/** Finds every face of the picture, largest first. */
export async function detectFaces(
  caller: RekognitionCaller,
  picture: Picture,
  { bytes, frame }: SentPicture,
  limitMs?: number,
): Promise<MeasuredFace[]> {
  const command = new DetectFacesCommand({ Image: { Bytes: bytes } });
  const { FaceDetails = [] } = await caller.send(command, limitMs);
  const faces = FaceDetails.map((detail): MeasuredFace => {
    const face = faceOf(detail, frame, picture);
    const quality = qualityOf(detail);
    return { ...face, quality, reasons: poorQuality(quality, face.area, face.confidence) };
  });
  return faces.sort((one, other) => sizeOf(other.area) - sizeOf(one.area));
}

/** Result of a search: the face that the service used, and its matches. */
export interface Searched {
  readonly box: Box;
  /** Faces of the collection, nearest first. */
  readonly matches: readonly FaceMatch[];
  /** True if it returned as many faces as it may; others may be near enough too. */
  readonly isCut: boolean;
}

/** Result of a search that found no face in the picture, or has no collection to search in. */
export type NotSearched = 'no face' | 'no collection';

/** Searches one collection for the largest face of a picture. */
export async function search(
  gallery: Gallery,
  picture: Picture,
  sent: SentPicture,
  limits: SearchLimits,
): Promise<Searched | NotSearched> {
  const { isEnough } = limits;
  const first = await searchNearest(gallery, picture, sent, limits, isEnough ? fewFaces : mostFaces);
  if (typeof first === 'string' || !isEnough || !first.isCut || isEnough(first.matches)) return first;
  return searchNearest(gallery, picture, sent, limits, mostFaces);
}

async function searchNearest(
  { caller, collectionId }: Gallery,
  picture: Picture,
  { bytes, frame }: SentPicture,
  { within, deadline }: SearchLimits,
  maxFaces: number,
): Promise<Searched | NotSearched> {
  const command = new SearchFacesByImageCommand({
    CollectionId: collectionId,
    Image: { Bytes: bytes },
    MaxFaces: maxFaces,
    FaceMatchThreshold: widerSimilarity(within),
  });
  try {
    const { SearchedFaceBoundingBox, FaceMatches = [] } = await caller.send(command, deadline?.remainingMs());
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
 * Finds the other faces of the collection that match one of them.
 * @param faceId Rekognition's own id
 * @param threshold the largest distance of a match, see `distanceOf`
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
  const { FaceMatches } = await onceKnown('unknown face', maxCompareMs, (leftMs) =>
    caller.send(command, leftMs),
  );
  return matchesWithin(threshold, FaceMatches);
}

/**
 * Finds the faces of other collections that match the largest face of an enrolled picture.
 * @throws BackendUnavailableError also when one of them could not be searched for it
 */
export async function matchElsewhere(
  galleries: readonly Gallery[],
  picture: Picture,
  threshold: number,
): Promise<FaceMatch[]> {
  const end = performance.now() + maxCompareMs;
  const deadline = new Deadline(() => end - performance.now());
  const found = await sendWhole(picture, (sent) =>
    allOrFirstError(
      galleries.map((gallery) => search(gallery, picture, sent, { within: threshold, deadline })),
    ),
  );
  return found.flatMap((searched) => {
    if (typeof searched === 'string') throw new BackendUnavailableError(`A collection has ${searched}.`, 5);
    return searched.matches;
  });
}

/** Converts the matches within a threshold, best first. */
function matchesWithin(threshold: number, found: readonly RekognitionMatch[] = []): FaceMatch[] {
  return found
    .flatMap(matchOf)
    .filter(({ distance }) => distance <= threshold)
    .sort((one, other) => one.distance - other.distance);
}

/**
 * Converts a similarity (0..100) to a distance: `1 - similarity / 100`. It is rounded to more digits than
 * Rekognition's similarities have, so that 95 becomes exactly 0.05.
 */
export function distanceOf(similarity: number): number {
  return Math.round((100 - similarity) * 1e6) / 1e8;
}

/**
 * Computes the similarity (0..100) to ask for. It is a little below the threshold's, so that rounding, by the
 * service or here, loses no match.
 */
export function widerSimilarity(threshold: number): number {
  return Math.min(100, Math.max(0, 100 - 100 * threshold - 0.001));
}

/** Converts a match; returns none for a face that is not ours, or that has no id. */
function matchOf({ Face, Similarity = 0 }: RekognitionMatch): FaceMatch[] {
  const owner = ownerOf(Face?.ExternalImageId, Face?.FaceId);
  if (!owner || Face?.FaceId === undefined) return [];
  const { entryId, imageId } = owner;
  return [
    {
      entryId,
      imageId,
      identity: `aws_rekognition_external_id:${entryId}`,
      target: null,
      distance: distanceOf(Similarity),
      similarity: Similarity,
      metadata: { awsSimilarity: Similarity, awsFaceId: Face.FaceId },
    },
  ];
}

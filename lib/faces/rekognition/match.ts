import {
  DetectFacesCommand,
  type FaceMatch as RekognitionMatch,
  SearchFacesByImageCommand,
  SearchFacesCommand,
} from '@aws-sdk/client-rekognition';
import pLimit from 'p-limit';
import type { Box } from '../../contract/shapes.ts';
import { Deadline } from '../../deadline.ts';
import { BackendUnavailableError } from '../../errors.ts';
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
import type { RekognitionCaller } from './caller.ts';
import { encodePart, minSide, type SentPicture, sendWhole } from './encode.ts';
import { onceKnown } from './eventually.ts';
import { meaningOf } from './failures.ts';
import type { Galleries, Gallery } from './galleries.ts';
import { boxOf, faceOf, frameAround, overlap, sizeOf } from './geometry.ts';
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

/** Limit on the faces of one picture that are searched for at the same time. */
const searchesAtOnce = 4;

/** Intersection over union from which on two boxes are taken for one face. */
export const sameFaceOverlap = 0.3;

/**
 * Margins around a face in a part that is cut out, in shares of its box on each side. The narrower one is
 * tried if the service took something else for the face.
 */
const margins = [0.5, 0.1] as const;

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
  readonly outcome: Searched | 'no face' | 'no collection';
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
function merged(found: readonly (Omit<FoundMatches, 'isPart'> | undefined)[]): FoundMatches | undefined {
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

/** Result of a search: the face that the service used, and its matches. */
interface Searched extends Omit<FoundMatches, 'isPart'> {
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
  { within, deadline }: SearchLimits,
  maxFaces: number,
): Promise<Searched | 'no face' | 'no collection'> {
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

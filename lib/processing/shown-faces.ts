import { matchedEntry } from '../blacklist/matched-entry.ts';
import { outOfForceAmong } from '../blacklist/out-of-force.ts';
import type { BlacklistMatch, DetectedFace } from '../contract/shapes.ts';
import { bestOfEntries } from '../faces/best-of-entries.ts';
import type { MatchResult } from '../faces/comparing.ts';
import type { FaceMatch, MatchedFace } from '../faces/face.ts';
import type { Ports } from '../ports.ts';
import type { RecordStore } from '../records/port.ts';
import { faceVerdict } from './verdicts.ts';

/** Options for what is told of a face besides its matches. */
interface ShownOptions {
  /** Largest number of near misses for each face. */
  readonly candidateCount: number;
  /** True to tell of entries that are suspended or have expired. */
  readonly outOfForce?: boolean | undefined;
}

/**
 * Converts the faces to the API's form, with the matches whose image is active and whose entry is in force.
 */
export async function shownFaces(
  { images, records }: Pick<Ports, 'images' | 'records'>,
  { faces, nearThreshold, ...used }: MatchResult,
  { candidateCount, outOfForce = false }: ShownOptions,
): Promise<DetectedFace[]> {
  const imageIds = faces.flatMap(({ matches, candidates }) =>
    [...matches, ...candidates].map(({ imageId }) => imageId),
  );
  const active = await records.findActive([...new Set(imageIds)]);
  const hidden = outOfForce ? imageIds.filter((id) => !active.has(id)) : [];
  const others = await outOfForceAmong({ records }, [...new Set(hidden)]);
  return faces.map((face, index) => {
    const show = (match: FaceMatch) => shownMatch({ images }, used, face, match, active);
    const showOther = (match: FaceMatch) => shownMatch({ images }, used, face, match, others);
    const isOther = ({ imageId }: FaceMatch) => others.has(imageId);
    const nearMisses = face.candidates.filter(({ distance }) => distance <= nearThreshold);
    const matches = {
      blacklist_matches: notesOnce(face.matches.flatMap(show)),
      near_misses: nearMisses.flatMap(show).slice(0, 1).map(withoutNotes),
    };
    return {
      face_index: index,
      facial_area: face.area,
      confidence: face.confidence,
      ...matches,
      quality: face.quality,
      ...faceVerdict(matches, face.reasons),
      candidates: candidateCount > 0 ? face.candidates.flatMap(show).slice(0, candidateCount) : null,
      ...(outOfForce && {
        out_of_force: bestOfEntries([...face.matches, ...nearMisses].filter(isOther), 1)
          .flatMap(showOther)
          .map(withoutNotes),
      }),
    };
  });
}

/** Leaves out an entry's notes: nobody is to act on a near miss, and it is kept. */
export function withoutNotes(match: BlacklistMatch): BlacklistMatch {
  return { ...match, entry: { ...match.entry, notes: null } };
}

/**
 * Leaves an entry's notes in its first match alone: a hundred reference pictures would repeat them as often.
 */
function notesOnce(matches: readonly BlacklistMatch[]): BlacklistMatch[] {
  const shownIds = new Set<number>();
  return matches.map((match) => {
    if (!shownIds.has(match.entry.id)) {
      shownIds.add(match.entry.id);
      return match;
    }
    return { ...match, entry: { ...match.entry, notes: null } };
  });
}

/** Returns the match as the API has it, or nothing if its entry or image is hidden. */
function shownMatch(
  { images }: Pick<Ports, 'images'>,
  { model, detectorBackend, metric, threshold }: Omit<MatchResult, 'faces' | 'nearThreshold'>,
  { area }: MatchedFace,
  match: FaceMatch,
  active: Pick<Awaited<ReturnType<RecordStore['findActive']>>, 'get'>,
): BlacklistMatch[] {
  const listed = active.get(match.imageId);
  if (!listed) return [];
  const box = listed.image.face?.box;
  // A face that was adopted without its picture has a box without size.
  const target = match.target ?? (box && box.w > 0 ? box : undefined);
  return [
    {
      identity: match.identity ?? images.location(listed.image.key),
      target_x: target?.x ?? null,
      target_y: target?.y ?? null,
      target_w: target?.w ?? null,
      target_h: target?.h ?? null,
      source_x: area.x,
      source_y: area.y,
      source_w: area.w,
      source_h: area.h,
      threshold,
      distance: match.distance,
      similarity: match.similarity,
      ...awsFieldsOf(match),
      model,
      detector_backend: detectorBackend,
      similarity_metric: metric,
      entry: matchedEntry(listed.entry),
      image_id: match.imageId,
      review: null,
    },
  ];
}

/** Reads the contract's fields of Rekognition alone from a match; they are null with any other backend. */
function awsFieldsOf({ metadata }: FaceMatch): Pick<BlacklistMatch, 'aws_similarity' | 'aws_face_id'> {
  const { awsSimilarity, awsFaceId } = metadata ?? {};
  return {
    aws_similarity: typeof awsSimilarity === 'number' ? awsSimilarity : null,
    aws_face_id: typeof awsFaceId === 'string' ? awsFaceId : null,
  };
}

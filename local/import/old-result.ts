import type { BlacklistMatch, DetectedFace, FacialArea } from '../../lib/contract/shapes.ts';
import { type SimilarityMetric, similarityMetrics } from '../../lib/contract/vocabulary.ts';
import type { ProcessedResult } from '../../lib/records/processed.ts';

/** Entry of a match, as this service shows it. */
export type MatchedEntry = BlacklistMatch['entry'];

/** Parts of a processed picture's answer that its JSON holds. */
export type OldAnswer = Pick<ProcessedResult, 'faces' | 'error' | 'has_blacklist_match'> & {
  readonly identifier: string | undefined;
};

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads an answer of the old service. Fields that it lacks are null. Matches of all faces together, as some
 * versions had them, go to the face that they name.
 * @param entryOf finds the entry that a match's `identity` names
 * @returns `undefined` if the text is no such answer
 */
export function oldAnswer(
  text: string | null,
  entryOf: (identity: string) => MatchedEntry,
): OldAnswer | undefined {
  const parsed = parse(text);
  const [first] = Array.isArray(parsed) ? parsed : [parsed];
  const isList = Array.isArray(parsed) && (!isObject(first) || !('faces' in first));
  const answer: unknown = isList ? { faces: parsed } : first;
  if (!isObject(answer)) return undefined;
  const faces = objects(answer.faces).map((face, index) => faceOf(face, index, entryOf));
  const folded = objects(answer.blacklist_matches).map((match) => matchOf(match, undefined, entryOf));
  for (const match of folded) giveToFace(match, faces);
  const hasMatch = faces.some(({ blacklist_matches }) => blacklist_matches.length > 0);
  return {
    identifier: textOf(answer.image_path_or_identifier),
    faces,
    error: textOf(answer.error) ?? null,
    has_blacklist_match:
      typeof answer.has_blacklist_match === 'boolean' ? answer.has_blacklist_match || hasMatch : hasMatch,
  };
}

/** Strings of JSON, and the numbers that Python writes and JSON lacks. */
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/** Parses JSON as Python writes it. Some versions stored the text of a text. */
function parse(text: string | null): unknown {
  const plain = (text ?? '').replaceAll(stringOrNumber, (found) => (found.startsWith('"') ? found : 'null'));
  try {
    const value: unknown = JSON.parse(plain);
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return undefined;
  }
}

/** Fields of a face that the old service did not tell. */
const notTold = { near_misses: null, quality: null, verdict: null, verdict_reasons: null };

function faceOf(face: Json, index: number, entryOf: (identity: string) => MatchedEntry): DetectedFace {
  const area = areaOf(face.facial_area);
  const confidence = numberOf(face.confidence);
  return {
    face_index: wholeOf(face.face_index) ?? index,
    facial_area: area,
    confidence: confidence === undefined ? null : Math.min(1, Math.max(0, confidence)),
    blacklist_matches: objects(face.blacklist_matches ?? face.matches)
      .map((match) => matchOf(match, area ?? undefined, entryOf))
      .sort((one, other) => one.distance - other.distance),
    candidates: null,
    ...notTold,
  };
}

function areaOf(area: unknown): FacialArea | null {
  if (!isObject(area)) return null;
  const [x, y, w, h] = [area.x, area.y, area.w, area.h].map(wholeOf);
  if (x === undefined || y === undefined || w === undefined || h === undefined) return null;
  return {
    x,
    y,
    w,
    h,
    left_eye: pointOf(area.left_eye),
    right_eye: pointOf(area.right_eye),
    nose: pointOf(area.nose),
    mouth_left: pointOf(area.mouth_left),
    mouth_right: pointOf(area.mouth_right),
  };
}

function pointOf(point: unknown): [number, number] | null {
  const [x, y] = Array.isArray(point) ? point.map(wholeOf) : [];
  return x === undefined || y === undefined ? null : [x, y];
}

function matchOf(
  match: Json,
  area: FacialArea | undefined,
  entryOf: (identity: string) => MatchedEntry,
): BlacklistMatch {
  const identity = textOf(match.identity) ?? '';
  const distance = numberOf(match.distance) ?? 0;
  const awsSimilarity = numberOf(match.aws_similarity) ?? null;
  const threshold = numberOf(match.threshold) ?? distance;
  return {
    identity,
    target_x: wholeOf(match.target_x) ?? null,
    target_y: wholeOf(match.target_y) ?? null,
    target_w: wholeOf(match.target_w) ?? null,
    target_h: wholeOf(match.target_h) ?? null,
    source_x: wholeOf(match.source_x) ?? area?.x ?? 0,
    source_y: wholeOf(match.source_y) ?? area?.y ?? 0,
    source_w: wholeOf(match.source_w) ?? area?.w ?? 0,
    source_h: wholeOf(match.source_h) ?? area?.h ?? 0,
    threshold,
    distance,
    similarity: numberOf(match.similarity) ?? awsSimilarity ?? similarityOf(distance, threshold),
    aws_similarity: awsSimilarity,
    aws_face_id: textOf(match.aws_face_id) ?? null,
    model: textOf(match.model) ?? textOf(match.model_name) ?? 'unknown',
    detector_backend: textOf(match.detector_backend) ?? 'unknown',
    similarity_metric: metricOf(match.similarity_metric ?? match.distance_metric, awsSimilarity !== null),
    entry: entryOf(identity),
    image_id: null,
    review: null,
  };
}

/** Computes a similarity of 0..100 for a distance of the old service, which had none: 50 at its threshold. */
function similarityOf(distance: number, threshold: number): number {
  if (threshold <= 0) return distance <= 0 ? 100 : 0;
  return Math.min(100, Math.max(0, 100 - (50 * distance) / threshold));
}

function metricOf(name: unknown, isAws: boolean): SimilarityMetric {
  return similarityMetrics.find((metric) => metric === name) ?? (isAws ? 'aws_similarity' : 'cosine');
}

/** Adds a match to the face with its box, or else to the first face. */
function giveToFace(match: BlacklistMatch, faces: DetectedFace[]): void {
  const { source_x: x, source_y: y, source_w: w, source_h: h } = match;
  const noPoints = { left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };
  const own = faces.find(
    ({ facial_area: area }) => area && area.x === x && area.y === y && area.w === w && area.h === h,
  );
  const face = own ?? faces[0];
  if (face) {
    const isKnown = face.blacklist_matches.some(({ identity }) => identity === match.identity);
    if (!isKnown) face.blacklist_matches.push(match);
    return;
  }
  faces.push({
    face_index: 0,
    facial_area: { x, y, w, h, ...noPoints },
    confidence: null,
    blacklist_matches: [match],
    candidates: null,
    ...notTold,
  });
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function wholeOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number === undefined ? undefined : Math.round(number);
}

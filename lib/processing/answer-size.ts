import type { BlacklistMatch, DetectedFace, ImageProcessingResult } from '../contract/shapes.ts';

/** Share of an answer after which no further picture is begun: those in work must still fit. */
const fullShare = 0.8;

/** Numbers of matches, and of near misses, of each face that are tried until an answer fits. */
const matchLimits = [100, 20, 5, 1];

export const noRoomLeft =
  'There was no room left in the answer for this picture: send it again, with fewer others.';

/**
 * Counts the bytes of a request's results, so that no picture is processed whose result could not be sent.
 */
export class AnswerBudget {
  readonly #fullBytes: number;
  #bytes = 0;

  /** @param maxBytes limit on the answer, as JSON inside of JSON */
  constructor(maxBytes: number) {
    this.#fullBytes = fullShare * maxBytes;
  }

  /** True if no further picture should be begun. */
  get isSpent(): boolean {
    return this.#bytes >= this.#fullBytes;
  }

  /** Counts a result, and returns it. */
  count<Result extends object>(result: Result): Result {
    if (this.#fullBytes !== Number.POSITIVE_INFINITY) this.#bytes += sentBytes(result);
    return result;
  }
}

/**
 * Shortens results that are too large for an answer together: their pictures are processed and kept, so they
 * can't be refused any more. Each face keeps its best matches, of different entries first, and `warnings`
 * names what was left out.
 * @param maxBytes limit on all results, as JSON inside of JSON
 */
export function fitted(
  results: readonly ImageProcessingResult[],
  maxBytes: number,
): readonly ImageProcessingResult[] {
  if (maxBytes === Number.POSITIVE_INFINITY) return results;
  let shortened = results;
  for (const limit of matchLimits) {
    if (sentBytes(shortened) <= maxBytes) break;
    shortened = results.map((result) => withFewerMatches(result, limit));
  }
  return shortened;
}

/** Measures a value in the body of a function's answer: a JSON text that is a string of another JSON. */
function sentBytes(value: object): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(value)));
}

function withFewerMatches(result: ImageProcessingResult, limit: number): ImageProcessingResult {
  const faces = result.faces.map((face) => shortenedFace(face, limit));
  const left = faces.reduce(
    (sum, { blacklist_matches }, index) => sum + matchCount(result.faces[index]) - blacklist_matches.length,
    0,
  );
  if (left === 0) return { ...result, faces };
  const warning = `The answer has only the best ${limit} of each face's matches, because it would be too large: ${left} are left out.`;
  return { ...result, faces, warnings: [...(result.warnings ?? []), warning] };
}

function matchCount(face: DetectedFace | undefined): number {
  return face?.blacklist_matches.length ?? 0;
}

function shortenedFace(face: DetectedFace, limit: number): DetectedFace {
  return {
    ...face,
    blacklist_matches: bestMatches(face.blacklist_matches, limit),
    candidates: face.candidates?.slice(0, limit) ?? null,
    ...(face.out_of_force && { out_of_force: face.out_of_force.slice(0, limit) }),
  };
}

/** Chooses the best matches, at first one of each entry, and leaves them in their order. */
function bestMatches(matches: readonly BlacklistMatch[], limit: number): BlacklistMatch[] {
  const entryIds = new Set<number>();
  const [first, further]: [BlacklistMatch[], BlacklistMatch[]] = [[], []];
  for (const match of matches) {
    (entryIds.has(match.entry.id) ? further : first).push(match);
    entryIds.add(match.entry.id);
  }
  const chosen = new Set([...first, ...further].slice(0, limit));
  return matches.filter((match) => chosen.has(match));
}

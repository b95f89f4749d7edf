import type { MatchEvent } from '../contract/match-event.ts';
import type { BlacklistMatch, ImageProcessingResult } from '../contract/shapes.ts';

type EventFace = MatchEvent['data']['faces'][number];
type EventMatch = EventFace['matches'][number];

/**
 * Limit on an event as JSON. EventBridge takes 256 KB; receivers of webhooks, and those to whom they pass
 * events on, have similar limits.
 */
export const maxEventBytes = 200_000;
/** Bytes for the fields of an event outside its matches and entries, most of them for the origin. */
const frameBytes = 4_000;

/** Makes the event of a processed picture; returns `undefined` if nobody was found in it. */
export function matchEvent(
  pictureId: string,
  { db_id, processing_timestamp, faces, source, reference, camera, track }: ImageProcessingResult,
): MatchEvent | undefined {
  const matching = faces.filter(({ blacklist_matches }) => blacklist_matches.length > 0);
  const all = matching.flatMap(({ blacklist_matches }) => blacklist_matches);
  if (all.length === 0 || db_id === null) return undefined;
  const kept = bestThatFit(all);
  const eventFaces = matching.map(
    ({ face_index, facial_area, blacklist_matches }): EventFace => ({
      face_index,
      box: facial_area && { x: facial_area.x, y: facial_area.y, w: facial_area.w, h: facial_area.h },
      matches: blacklist_matches.flatMap((match) => kept.get(match) ?? []),
    }),
  );
  return eventOf({
    type: 'face.matched',
    timestamp: processing_timestamp ?? '',
    data: {
      picture_id: pictureId,
      db_id,
      source,
      reference,
      camera,
      track,
      entries: [],
      faces: eventFaces,
      truncated: kept.size < all.length,
    },
  });
}

/** Removes people who are no longer listed from an event; returns `undefined` if nobody is left. */
export function withoutUnlisted(event: MatchEvent, listed: ReadonlySet<number>): MatchEvent | undefined {
  const faces = event.data.faces.map((face) => ({
    ...face,
    matches: face.matches.filter(({ entry }) => listed.has(entry.id)),
  }));
  return eventOf({ ...event, data: { ...event.data, faces } });
}

export function entryIdsOf({ data }: MatchEvent): number[] {
  return data.entries.map(({ id }) => id);
}

/** Leaves out faces without matches, and lists the entries found in the others. */
function eventOf(event: MatchEvent): MatchEvent | undefined {
  const faces = event.data.faces.filter(({ matches }) => matches.length > 0);
  if (faces.length === 0) return undefined;
  const entries = new Map<number, MatchEvent['data']['entries'][number]>();
  for (const { entry, similarity } of faces.flatMap(({ matches }) => matches)) {
    if (similarity > (entries.get(entry.id)?.similarity ?? -1))
      entries.set(entry.id, { ...entry, similarity });
  }
  const bestFirst = [...entries.values()].sort((one, other) => other.similarity - one.similarity);
  return { ...event, data: { ...event.data, entries: bestFirst, faces } };
}

/**
 * Chooses the best matches, as many as an event has room for, and returns each in the event's format. The
 * best match of every entry comes before any second one, so that an entry with many pictures does not push
 * another out.
 */
function bestThatFit(matches: readonly BlacklistMatch[]): Map<BlacklistMatch, EventMatch> {
  const kept = new Map<BlacklistMatch, EventMatch>();
  const faceBytes = 100;
  let bytes = frameBytes;
  const bestFirst = matches.toSorted((one, other) => one.distance - other.distance);
  const firsts = new Map(bestFirst.toReversed().map((match) => [match.entry.id, match]));
  const isFirst = (match: BlacklistMatch) => firsts.get(match.entry.id) === match;
  const order = [...bestFirst.filter(isFirst), ...bestFirst.filter((match) => !isFirst(match))];
  for (const match of order) {
    const shown = eventMatch(match);
    // The match may be the first of its face and of its entry, so both are counted with it.
    bytes +=
      Buffer.byteLength(JSON.stringify(shown)) + Buffer.byteLength(JSON.stringify(shown.entry)) + faceBytes;
    if (bytes > maxEventBytes) break;
    kept.set(match, shown);
  }
  return kept;
}

function eventMatch(match: BlacklistMatch): EventMatch {
  const { entry, image_id, distance, threshold, similarity, similarity_metric, model } = match;
  return {
    entry: {
      id: entry.id,
      name: entry.name,
      severity: entry.severity,
      category: entry.category,
      expires_at: entry.expires_at,
    },
    image_id,
    distance,
    threshold,
    similarity,
    similarity_metric,
    model,
  };
}

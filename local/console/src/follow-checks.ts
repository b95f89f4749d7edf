import pLimit from 'p-limit';
import type { BlacklistMatch, BlacklistRecord, ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import { untilRead } from './api/again.ts';
import { isGone } from './api/client.ts';
import { getEntry, getProcessed } from './api/endpoints.ts';
import { onEvent, onMissed } from './api/live-events.ts';
import { type Check, change, checks, noteReviews } from './checks.ts';
import { changedFields, isExpired, nobody, type PersonValues, valuesOf } from './model/person.ts';
import { headlineOf } from './model/verdict-words.ts';
import { type FollowedEntry, hitsOf, judgePicture, type Since } from './model/verdicts.ts';
import { announce } from './ui/live.tsx';

/**
 * Keeps the pictures of *Check* up to date: what others say of a match, and what becomes of the listed person
 * and of the picture's record.
 */

/** Few readings at once, so that many pictures do not hold up a slow line. */
const reading = pLimit(2);
/** Time between two looks for entries whose time is over. */
const endsEveryMs = 2_000;

/** Follows events about the pictures. Returns a function that ends that. */
export function followChecks(): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const follow = (check: Check, entryIds: readonly number[]) => {
    void readRecord(check, signal).catch(() => {});
    for (const id of entryIds) void readEntry(id, signal).catch(() => {});
  };
  const ends = [
    onEvent(({ type, picture_id, entry_id }) => {
      const ofRecord = checks.value.find(({ result }) => picture_id !== null && result?.db_id === picture_id);
      if (ofRecord && (type === 'review' || type === 'deletion')) follow(ofRecord, []);
      else if (type === 'deletion' && picture_id === null)
        for (const check of checks.value) follow(check, []);
      if (type !== 'entry' || entry_id === null) return;
      for (const id of [entry_id, ...idsOf(isMoved)]) void readEntry(id, signal).catch(() => {});
    }),
    onMissed(() => {
      for (const check of checks.value) follow(check, entryIdsOf(check));
    }),
  ];
  // No event tells that the time of an entry is over.
  const timer = setInterval(() => {
    for (const id of idsOf(hasJustEnded)) void readEntry(id, signal).catch(() => {});
  }, endsEveryMs);
  return () => {
    clearInterval(timer);
    ended.abort();
    for (const end of ends) end();
  };
}

function entryIdsOf({ result }: Check): number[] {
  if (result === undefined) return [];
  return [...new Set(hitsOf(judgePicture(result)).map(({ comparison }) => comparison.entry.id))];
}

/** Returns true for an entry that was merged into another one, which may be gone by now. */
const isMoved = ({ since }: FollowedEntry) => since?.force === 'moved';

const hasJustEnded = (entry: FollowedEntry) =>
  isExpired(entry) && (entry.since === undefined || entry.since.force === 'listed');

/** Returns the ids of the entries that pictures show and of which this holds. */
function idsOf(holds: (entry: FollowedEntry) => boolean): number[] {
  const hits = checks.value.flatMap(({ result }) => (result ? hitsOf(judgePicture(result)) : []));
  const entries: FollowedEntry[] = hits.map(({ comparison }) => comparison.entry);
  return [...new Set(entries.filter(holds).map(({ id }) => id))];
}

/** Reads what people said of a picture. */
async function readRecord({ id, result }: Check, signal: AbortSignal): Promise<void> {
  if (result?.db_id == null) return;
  const kept = await recordOf(result.db_id, signal);
  if (kept !== undefined) noteReviews(id, kept);
  else update(id, (known) => ({ result: { ...known, db_id: null }, isErased: true }));
}

/** Reads an entry whom a picture shows, and takes over what has become of it. */
async function readEntry(entryId: number, signal: AbortSignal): Promise<void> {
  const concerned = () => checks.value.filter((check) => entryIdsOf(check).includes(entryId));
  if (concerned().length === 0) return;
  const { force, today } = await fateOf(entryId, signal);
  for (const check of concerned()) {
    update(check.id, (result) => ({ result: withToday(result, entryId, force, today) }));
  }
}

interface Fate {
  readonly force: Since['force'];
  /** Entry as it is today; undefined if it is gone. */
  readonly today?: BlacklistRecord;
}

/** Reads what has become of an entry, until there is an answer. Whoever was merged is listed still. */
async function fateOf(entryId: number, signal: AbortSignal): Promise<Fate> {
  try {
    const today = await untilRead(() => reading(() => getEntry(entryId, signal)));
    return { force: forceOf(today), today };
  } catch (error) {
    if (!isGone(error)) throw error;
    return { force: error.mergedInto === undefined ? 'deleted' : 'moved' };
  }
}

/** Reads a record until there is an answer; undefined if it is gone. */
async function recordOf(id: number, signal: AbortSignal): Promise<ImageProcessingResult | undefined> {
  try {
    return await untilRead(() => reading(() => getProcessed(id, signal)));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function forceOf(entry: BlacklistRecord): Since['force'] {
  if (entry.suspended) return 'suspended';
  return isExpired(entry) ? 'expired' : 'listed';
}

/** Changes a check's result, and says it if that changes the verdict. */
function update(id: number, part: (result: ImageProcessingResult) => Partial<Check>): void {
  const result = checks.value.find((check) => check.id === id)?.result;
  if (result === undefined) return;
  change(id, part(result));
  const after = checks.value.find((check) => check.id === id)?.result ?? result;
  const { text } = headlineOf(after);
  if (text !== headlineOf(result).text) announce(text);
}

/** Returns a result with an entry as it is today, and with what it was before. */
function withToday(
  result: ImageProcessingResult,
  entryId: number,
  force: Since['force'],
  today: BlacklistRecord | undefined,
): ImageProcessingResult {
  const known = hitsOf(judgePicture(result)).find(({ comparison }) => comparison.entry.id === entryId);
  if (known === undefined) return result;
  const { entry } = known.comparison;
  const { since: earlier, ...plain } = entry;
  const before = earlier?.before ?? plain;
  const fields = today ? changedFields(valuesOfMatched(before), valuesOf(today)) : [];
  const isSame = force === 'listed' && fields.length === 0;
  const since = isSame ? undefined : { force, fields, before };
  const renew = (match: BlacklistMatch): BlacklistMatch => {
    if (match.entry.id !== entryId) return match;
    const now: FollowedEntry = { ...plain, ...(today && factsOf(today)), since };
    return { ...match, entry: now };
  };
  const faces = result.faces.map((face) => ({
    ...face,
    blacklist_matches: face.blacklist_matches.map(renew),
    near_misses: face.near_misses?.map(renew) ?? null,
  }));
  return { ...result, faces };
}

function factsOf({ id, name, reason, severity, category, notes, expires_at, suspended }: BlacklistRecord) {
  return { id, name, reason, severity, category, notes, expires_at, suspended };
}

/** Returns what a match tells of its entry, which was in force then, as a form's values. */
function valuesOfMatched(entry: BlacklistMatch['entry']): PersonValues {
  return { ...nobody, ...valuesOf({ ...entry, suspended: false } as BlacklistRecord) };
}

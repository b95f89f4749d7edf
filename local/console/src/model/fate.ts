import type {
  BlacklistMatch,
  BlacklistRecord,
  ImageProcessingResult,
} from '../../../../lib/contract/shapes.ts';
import { changedFields, isExpired, nobody, type PersonValues, valuesOf } from './person.ts';
import { type FollowedEntry, hitsOf, judgePicture, type Since, withMatches } from './verdicts.ts';

/** Tells what has become of listed people since a picture was checked. */

export interface Fate {
  readonly force: Since['force'];
  /** Entry as it is today; undefined if it is gone, or can't be read. */
  readonly today?: BlacklistRecord;
  /** Entry into which it was merged, if that is in force. */
  readonly heir?: Since['heir'];
}

/** Returns the fate of an entry that is there. */
export function fateToday(today: BlacklistRecord): Fate {
  if (today.suspended) return { force: 'suspended', today };
  return { force: isExpired(today) ? 'expired' : 'listed', today };
}

/** Returns the fate of an entry that was merged into another one, by the other's. */
export function fateInto({ force, today, heir = today }: Fate): Fate {
  if (force !== 'listed' && force !== 'moved') return { force: 'over' };
  return { force: 'moved', heir };
}

/** Lists the entries that a result shows, each once. */
export function entriesIn(result: ImageProcessingResult): FollowedEntry[] {
  const entries = hitsOf(judgePicture(result)).map(({ comparison }) => comparison.entry);
  return [...new Map(entries.map((entry) => [entry.id, entry])).values()];
}

export const shows = (result: ImageProcessingResult, entryId: number) =>
  entriesIn(result).some(({ id }) => id === entryId);

/**
 * Returns a result with an entry as it is today, and with what it was before.
 *
 * @param tellsChanges true to tell which words differ, also of an entry in force
 */
export function withFate(
  result: ImageProcessingResult,
  entryId: number,
  { force, today, heir }: Fate,
  tellsChanges = true,
): ImageProcessingResult {
  const known = entriesIn(result).find(({ id }) => id === entryId);
  if (known === undefined) return result;
  const { since: earlier, ...plain } = known;
  const before = earlier?.before ?? plain;
  // A near miss tells no notes.
  const told =
    today && (before.notes === null && isNear(result, entryId) ? { ...today, notes: null } : today);
  const fields = told ? changedFields(valuesOfMatched(before), valuesOf(told)) : [];
  const isAsBefore = told === undefined || changedFields(valuesOfMatched(plain), valuesOf(told)).length === 0;
  if (force === 'listed' && earlier === undefined && isAsBefore) return result;
  const isSame = force === 'listed' && (!tellsChanges || fields.length === 0);
  const since = isSame ? undefined : { force, fields, before, heir };
  const now: FollowedEntry = { ...plain, ...(told && factsOf(told)), since };
  return withMatches(result, (match) => (match.entry.id === entryId ? { ...match, entry: now } : match));
}

const isNear = (result: ImageProcessingResult, entryId: number) =>
  hitsOf(judgePicture(result)).every(
    ({ comparison }) => comparison.entry.id !== entryId || comparison.likeness !== 'match',
  );

function factsOf({ id, name, reason, severity, category, notes, expires_at, suspended }: BlacklistRecord) {
  return { id, name, reason, severity, category, notes, expires_at, suspended };
}

/** Returns what a match tells of its entry, which was in force then, as a form's values. */
function valuesOfMatched(entry: BlacklistMatch['entry']): PersonValues {
  return { ...nobody, ...valuesOf({ ...entry, suspended: false } as BlacklistRecord) };
}

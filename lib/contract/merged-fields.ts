/** The fields of an entry that a merge looks at. Moments are ISO 8601, UTC. */
export interface MergeableFields {
  readonly name: string;
  readonly reason: string | null;
  readonly notes: string | null;
  readonly severity: 'info' | 'warning' | 'danger' | null;
  readonly category: string | null;
  readonly suspended: boolean;
  readonly expires_at: string | null;
  readonly review_at: string | null;
}

export type MergedFields = Partial<Omit<MergeableFields, 'name'>>;

const severities = [null, 'info', 'warning', 'danger'] as const;

/**
 * Returns what an entry gets of another one's fields that is merged into it, so that no warning is lost:
 *
 * - the graver severity, the later end of the ban, and the earlier review;
 * - reason and category where it has none;
 * - the other name, reason, category and notes as lines of its notes, where it has other ones.
 *
 * An entry in force stays so. A merge that is repeated adds nothing.
 */
export function mergedFields(into: MergeableFields, from: MergeableFields, now = Date.now()): MergedFields {
  const { reason, category } = into;
  const change: MergedFields = {
    ...(isEmpty(reason) && !isEmpty(from.reason) && { reason: from.reason }),
    ...(isEmpty(category) && !isEmpty(from.category) && { category: from.category }),
    ...(gravity(from) > gravity(into) && { severity: from.severity }),
    ...(into.suspended && isInForce(from, now) && { suspended: false }),
    ...(isLater(from.expires_at, into.expires_at) && { expires_at: from.expires_at }),
    ...(isEarlier(from.review_at, into.review_at) && { review_at: from.review_at }),
  };
  const notes = mergedNotes({ ...into, ...change }, from);
  return { ...change, ...(notes !== into.notes && { notes }) };
}

/** Adds the texts that stand nowhere in the entry to its notes, each in lines of its own. */
function mergedNotes(into: MergeableFields, from: MergeableFields): string | null {
  let notes = into.notes;
  for (const text of [from.name, from.reason, from.category, from.notes]) {
    if (text === null || isEmpty(text)) continue;
    const known = [into.name, into.reason, into.category, notes].map((each) => `\n${each ?? ''}\n`);
    if (!known.some((each) => each.includes(`\n${text}\n`)))
      notes = isEmpty(notes) ? text : `${notes}\n${text}`;
  }
  return notes;
}

function isEmpty(text: string | null): boolean {
  return text === null || text.trim() === '';
}

const gravity = ({ severity }: MergeableFields) => severities.indexOf(severity);

function isInForce({ suspended, expires_at }: MergeableFields, now: number): boolean {
  return !suspended && (expires_at === null || Date.parse(expires_at) > now);
}

/** Returns true if a ban ends later than another. One without an end is the latest. */
function isLater(end: string | null, than: string | null): boolean {
  return than !== null && (end === null || Date.parse(end) > Date.parse(than));
}

function isEarlier(review: string | null, than: string | null): boolean {
  return review !== null && (than === null || Date.parse(review) < Date.parse(than));
}

import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import type { PersonPatch } from './person.ts';

/** Merging of two entries of one person. */

const severities = [null, 'info', 'warning', 'danger'] as const;

/**
 * Returns what the remaining entry gets of the other one's fields, so that no warning is lost: the graver
 * severity, the later end of the ban, and reason and notes at the end of its own notes. An entry in force
 * stays so.
 */
export function mergedFields(into: BlacklistRecord, from: BlacklistRecord): PersonPatch {
  const texts = [from.name, from.reason, from.notes].filter(
    (text, index) => text !== null && (index > 0 || text !== into.name),
  );
  const known = `${into.name}\n${into.reason ?? ''}\n${into.notes ?? ''}`;
  const added = texts.filter((text) => text !== null && !known.includes(text));
  const notes = [into.notes, ...added].filter(Boolean).join('\n');
  const graver = severities.indexOf(from.severity) > severities.indexOf(into.severity);
  return {
    ...(added.length > 0 && { notes }),
    ...(graver && { severity: from.severity }),
    ...(into.category === null && from.category !== null && { category: from.category }),
    ...(into.suspended && !from.suspended && { suspended: false }),
    ...(into.expires_at !== null &&
      isLater(from.expires_at, into.expires_at) && { expires_at: from.expires_at }),
  };
}

function isLater(one: string | null, other: string): boolean {
  return one === null || Date.parse(one) > Date.parse(other);
}

import type { MergeClaim } from '../merging.ts';
import type { Statements } from './statements.ts';

/** The merges that are under way are notes of the service for itself. */

const nameOf = (entryId: number) => `merge ${entryId}`;

export function claimOf({ note }: Pick<Statements, 'note'>, entryId: number): MergeClaim | undefined {
  const body = note.get(nameOf(entryId))?.body;
  return body === undefined ? undefined : JSON.parse(String(body));
}

/** Replaces a claim if it is still as it was read; returns true if so. */
export function replaceClaim(
  statements: Pick<Statements, 'note' | 'putNote' | 'removeNote'>,
  entryId: number,
  before: MergeClaim | undefined,
  after: MergeClaim | undefined,
): boolean {
  const found = claimOf(statements, entryId);
  if (JSON.stringify(found) !== JSON.stringify(before)) return false;
  if (after) statements.putNote.run(nameOf(entryId), JSON.stringify(after));
  else statements.removeNote.run(nameOf(entryId));
  return true;
}

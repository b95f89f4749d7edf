import type { BlacklistRecord } from '../../../lib/contract/shapes.ts';
import { personName } from '../../../lib/people/person-name.ts';
import { untilAnswered } from './api/again.ts';
import { isGone, RefusedError } from './api/client.ts';
import { getEntry, patchEntry } from './api/endpoints.ts';
import type { PersonPatch } from './model/person.ts';

/**
 * Changes a version of an entry. If an answer is lost, it is asked for again. A newer version that has all of
 * the change is then the change's own.
 *
 * @throws what `call` throws; a 412 if somebody else has changed the entry
 */
export function changeEntry(id: number, patch: PersonPatch): Promise<BlacklistRecord> {
  return untilAnswered(async (isRepeated) => {
    try {
      return await patchEntry(id, patch);
    } catch (error) {
      if (!(isRepeated && error instanceof RefusedError && error.status === 412)) throw error;
      const latest = await getEntry(id);
      if (!hasAll(latest, patch)) throw error;
      return latest;
    }
  });
}

/**
 * Reads an entry, or the one that it was merged into; undefined if there is neither.
 *
 * @throws what `call` throws
 */
export async function stayingEntry(id: number): Promise<BlacklistRecord | undefined> {
  try {
    return await getEntry(id);
  } catch (error) {
    if (!isGone(error)) throw error;
    return error.mergedInto === undefined ? undefined : stayingEntry(error.mergedInto);
  }
}

function hasAll(entry: BlacklistRecord, { version: _, ...patch }: PersonPatch): boolean {
  return (Object.keys(patch) as (keyof typeof patch)[]).every((field) => {
    const [is, wanted] = [entry[field], patch[field]];
    if (typeof is !== 'string' || typeof wanted !== 'string') return is === wanted;
    if (field === 'expires_at') return Date.parse(is) === Date.parse(wanted);
    return is === (field === 'name' ? (personName(wanted) ?? wanted) : wanted);
  });
}

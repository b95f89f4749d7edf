import {
  maxPossibleDuplicates,
  type PossibleDuplicate,
  type PossibleDuplicates,
} from '../contract/possible-duplicates.ts';
import type { FaceMatch } from '../faces/port.ts';
import { log } from '../log.ts';
import type { EntryPorts } from '../ports.ts';
import type { SimilarFaces } from './enroll-images.ts';

/** Of the matching pictures, so many of the nearest are looked up: a request's hundred pictures can match a hundred each. */
const maxLookedUp = 200;

/**
 * The other entries, of those that are shown, that pictures of an entry match: each once, with its best similarity, best first. It never
 * throws, for the pictures are enrolled whatever becomes of it.
 * @param similar what each of the pictures was found to be like
 * @returns `null` when nobody was found, but not all could be looked for.
 */
export async function possibleDuplicates(
  { records }: Pick<EntryPorts, 'records'>,
  entryId: number,
  similar: readonly SimilarFaces[],
): Promise<PossibleDuplicates> {
  const matches = similar.flatMap((found) => found ?? []).filter((match) => match.entryId !== entryId);
  try {
    const duplicates = await listedAmong({ records }, matches);
    return duplicates.length === 0 && similar.includes(null) ? null : duplicates;
  } catch (error) {
    log().warn({ err: error }, 'enrollment: possible duplicates could not be looked up');
    return null;
  }
}

async function listedAmong(
  { records }: Pick<EntryPorts, 'records'>,
  matches: readonly FaceMatch[],
): Promise<PossibleDuplicate[]> {
  if (matches.length === 0) return [];
  const bestFirst = matches.toSorted(
    (one, other) => other.similarity - one.similarity || one.entryId - other.entryId,
  );
  const imageIds = [...new Set(bestFirst.map(({ imageId }) => imageId))].slice(0, maxLookedUp);
  const active = await records.findActive(imageIds);
  const found = new Map<number, PossibleDuplicate>();
  for (const { imageId, similarity } of bestFirst) {
    const entry = active.get(imageId)?.entry;
    if (entry && !found.has(entry.id)) found.set(entry.id, { id: entry.id, name: entry.name, similarity });
  }
  return [...found.values()].slice(0, maxPossibleDuplicates);
}

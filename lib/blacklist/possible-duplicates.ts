import {
  maxPossibleDuplicates,
  type PossibleDuplicate,
  type PossibleDuplicates,
} from '../contract/possible-duplicates.ts';
import type { FaceMatch } from '../faces/face.ts';
import { log } from '../log.ts';
import type { EntryPorts } from '../ports.ts';
import type { SimilarFaces } from './enroll-picture.ts';
import { outOfForceAmong } from './out-of-force.ts';

/**
 * Number of pictures in one lookup. One lookup is usually enough, but a request may match very many pictures.
 */
const lookedUpAtOnce = 100;

/**
 * Returns the other active entries that an entry's pictures match, each once with its best similarity, best
 * first. Those that are suspended or have expired are among them: whoever is listed anew would be there
 * twice. It never throws, because the pictures are enrolled in any case.
 * @param similar the similar faces of each picture
 * @returns `null` when nobody was found, but not all could be searched.
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

/** Lists the entries in the order of their best shown picture, until there are enough. */
async function listedAmong(
  { records }: Pick<EntryPorts, 'records'>,
  matches: readonly FaceMatch[],
): Promise<PossibleDuplicate[]> {
  const bestFirst = matches.toSorted(
    (one, other) => other.similarity - one.similarity || one.entryId - other.entryId,
  );
  const found = new Map<number, PossibleDuplicate>();
  let left = bestFirst;
  while (left.length > 0 && found.size < maxPossibleDuplicates) {
    const next = left.slice(0, lookedUpAtOnce);
    const active = await records.findActive([...new Set(next.map(({ imageId }) => imageId))]);
    const others = await outOfForceAmong(
      { records },
      next.flatMap(({ imageId }) => (active.has(imageId) ? [] : [imageId])),
    );
    for (const { imageId, similarity } of next) {
      const entry = active.get(imageId)?.entry ?? others.get(imageId)?.entry;
      if (!entry || found.has(entry.id)) continue;
      const { id, name } = entry;
      found.set(id, { id, name, similarity, ...(others.has(imageId) && { in_force: false }) });
    }
    left = left.slice(lookedUpAtOnce).filter(({ entryId }) => !found.has(entryId));
  }
  return [...found.values()].slice(0, maxPossibleDuplicates);
}

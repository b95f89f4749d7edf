import { createHash } from 'node:crypto';
import { uuidOfHash } from '../uuid.ts';

/** Ids that a picture can have: a later one counts while unfinished images hold the earlier ones. */
const idsOfPicture = 3;

/** Computes an image's id, which is the same for the same picture of the same entry. */
export function contentIdOf(entryId: number, bytes: Uint8Array): string {
  return uuidOfHash(createHash('sha256').update(`${entryId}:`).update(bytes).digest());
}

/**
 * Computes the ids of a request's pictures, the same ones whenever it is sent. A picture that is in it twice
 * gets different ids.
 * @returns for each picture its ids, the first one to be tried first
 */
export function contentIdsOf(entryId: number, pictures: readonly Uint8Array[]): string[][] {
  const times = new Map<string, number>();
  return pictures.map((bytes) => {
    const first = contentIdOf(entryId, bytes);
    const time = times.get(first) ?? 0;
    times.set(first, time + 1);
    return Array.from({ length: idsOfPicture }, (_, attempt) =>
      time === 0 && attempt === 0 ? first : derivedId(`${first}:${time}:${attempt}`),
    );
  });
}

function derivedId(text: string): string {
  return uuidOfHash(createHash('sha256').update(text).digest());
}

import { createHash } from 'node:crypto';
import { uuidOfHash } from '../uuid.ts';

/** Ids that a picture can have: a later one counts while unfinished images hold the earlier ones. */
const idsOfPicture = 3;

/** Computes an image's id, which is the same for the same picture of the same entry. */
export function contentIdOf(entryId: number, bytes: Uint8Array): string {
  return uuidOfHash(createHash('sha256').update(`${entryId}:`).update(bytes).digest());
}

/** Computes a picture's ids, the same ones whenever it is sent, the first one to be tried first. */
export function contentIdsOf(entryId: number, bytes: Uint8Array): string[] {
  const first = contentIdOf(entryId, bytes);
  return Array.from({ length: idsOfPicture }, (_, attempt) =>
    attempt === 0 ? first : derivedId(`${first}:0:${attempt}`),
  );
}

function derivedId(text: string): string {
  return uuidOfHash(createHash('sha256').update(text).digest());
}

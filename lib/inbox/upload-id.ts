import { createHash } from 'node:crypto';

/**
 * Makes the id of an upload for logs and dead letters: the first 16 digits of its key's SHA-256. Keys contain
 * people's names.
 */
export function uploadId(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

import { createHash } from 'node:crypto';
import { invalidPaginationToken } from './errors.ts';

/**
 * Creates a token for the rest of a listing after the row `sequence`. It is valid for that listing (`scope`)
 * alone.
 */
export function writePageToken(scope: string, sequence: number): string {
  return Buffer.from(`${markOf(scope)}${sequence}`).toString('base64url');
}

/**
 * Reads the row from a token.
 *
 * @throws RekognitionError `InvalidPaginationTokenException` if the token is not from this listing.
 */
export function readPageToken(scope: string, token: string): number {
  const text = Buffer.from(token, 'base64url').toString();
  const mark = markOf(scope);
  const sequence = text.slice(mark.length);
  if (!text.startsWith(mark) || !/^\d{1,15}$/.test(sequence)) throw invalidPaginationToken();
  return Number(sequence);
}

function markOf(scope: string): string {
  return createHash('sha256').update(scope).digest('base64url').slice(0, 12);
}

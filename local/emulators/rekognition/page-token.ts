import { createHash } from 'node:crypto';
import { invalidPaginationToken } from './errors.ts';

/** A token for the rest of a listing after the row `sequence`; it fits that listing (`scope`) alone. */
export function writePageToken(scope: string, sequence: number): string {
  return Buffer.from(`${markOf(scope)}${sequence}`).toString('base64url');
}

/** @throws RekognitionError `InvalidPaginationTokenException` when the token is none of this listing's. */
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

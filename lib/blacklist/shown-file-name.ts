import { normalName } from '../names/normal-form.ts';

const maxCharacters = 100;

/**
 * Returns a client's file name in normal form and shortened, for display. It is never a path. Returns `null`
 * if nothing is left of it.
 */
export function shownFileName(fileName: string): string | null {
  // This is longer than a name on any file system.
  return [...normalName(fileName.slice(0, 4096))].slice(0, maxCharacters).join('') || null;
}

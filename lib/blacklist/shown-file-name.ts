import { normalName } from '../names/normal-form.ts';

const maxCharacters = 100;

/** What a client calls a file, in the normal form of names and bounded: to be shown, never a path. `null` when nothing is left of it. */
export function shownFileName(fileName: string): string | null {
  // More than the longest name on any file system is not looked at.
  return [...normalName(fileName.slice(0, 4096))].slice(0, maxCharacters).join('') || null;
}

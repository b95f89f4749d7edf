const maxCharacters = 100;

/** What a client calls a file, without control characters and bounded: to be shown, never a path. `null` when nothing is left of it. */
export function shownFileName(fileName: string): string | null {
  const printable = fileName.toWellFormed().replaceAll(/\p{Cc}/gu, '');
  return [...printable].slice(0, maxCharacters).join('') || null;
}

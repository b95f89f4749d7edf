import { createReadStream } from 'node:fs';
import { longestSpelling } from './spellings.ts';

/** Bytes that are searched at once. */
const chunkBytes = 8 * 1024 * 1024;

/** Bytes as they are, or a pattern for bytes that are read as Latin-1. */
export type SearchPattern = Buffer | RegExp;

/** First bytes of JPEG, PNG, GIF and WebP. */
const pictureStarts = ['\xff\xd8\xff', '\x89PNG', 'GIF8', 'RIFF'];

/**
 * Searches a file for traces, piece by piece; returns the numbers of those that were found. A file that is
 * not there has none. Patterns are for text: among a picture's bytes they would be found by chance.
 * @throws the file system's errors
 */
export async function findIn(path: string, traces: readonly SearchPattern[]): Promise<Set<number>> {
  const found = new Set<number>();
  const longest = Math.max(1, ...traces.map((trace) => lengthOf(trace)));
  let end: Buffer | undefined;
  let wanted = traces;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
      if (!end) wanted = patternsFor(chunk, traces);
      // A trace may lie across the border of two pieces.
      const bytes = end ? Buffer.concat([end, chunk]) : chunk;
      for (const number of foundIn(bytes, wanted)) found.add(number);
      end = bytes.subarray(Math.max(0, bytes.length - longest + 1));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return found;
}

const nothing = Buffer.alloc(0);

/** The numbers of the traces that these bytes hold. */
export function foundIn(bytes: Buffer, traces: readonly SearchPattern[]): number[] {
  const text = traces.some(isPattern) ? bytes.toString('latin1') : '';
  return traces.flatMap((trace, number) => {
    const isThere = isPattern(trace) ? trace.test(text) : trace.length > 0 && bytes.includes(trace);
    return isThere ? number : [];
  });
}

function lengthOf(trace: SearchPattern): number {
  return isPattern(trace) ? longestSpelling : trace.length;
}

function isPattern(trace: SearchPattern): trace is RegExp {
  return trace instanceof RegExp;
}

/** Returns what is looked for in a file or object that begins with these bytes. */
export function patternsFor(start: Buffer, traces: readonly SearchPattern[]): readonly SearchPattern[] {
  const begin = start.toString('latin1', 0, 4);
  if (!pictureStarts.some((known) => begin.startsWith(known))) return traces;
  return traces.map((trace) => (isPattern(trace) ? nothing : trace));
}

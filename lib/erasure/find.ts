import { createReadStream } from 'node:fs';

/** Bytes that are searched at once. */
const chunkBytes = 8 * 1024 * 1024;

/**
 * Searches a file for traces, piece by piece; returns the numbers of those that were found. A file that is
 * not there has none.
 * @throws the file system's errors
 */
export async function findIn(path: string, traces: readonly Buffer[]): Promise<Set<number>> {
  const found = new Set<number>();
  const longest = Math.max(1, ...traces.map(({ length }) => length));
  let end = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
      // A trace may lie across the border of two pieces.
      const bytes = Buffer.concat([end, chunk]);
      for (const number of foundIn(bytes, traces)) found.add(number);
      end = bytes.subarray(Math.max(0, bytes.length - longest + 1));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return found;
}

/** The numbers of the traces that these bytes hold. */
export function foundIn(bytes: Buffer, traces: readonly Buffer[]): number[] {
  return traces.flatMap((trace, number) => (trace.length > 0 && bytes.includes(trace) ? number : []));
}

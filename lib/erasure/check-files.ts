import { createHash } from 'node:crypto';
import { opendir } from 'node:fs/promises';
import type { Config } from '../config.ts';
import { decodeText } from '../decode-text.ts';
import { ifPresent } from '../files.ts';
import { findIn, foundIn } from './find.ts';
import type { Trace } from './traces.ts';

/** A place where something was found. */
export interface Find {
  readonly label: string;
  /** A path, an object or an item, without the name that was searched for. */
  readonly place: string;
}

/**
 * Searches every file of a machine that the service keeps, database, log and pictures, and the names of all
 * files and folders. It must not run in a process that has the database open.
 * @throws the file system's errors
 */
export async function* findInFiles(
  { dataDir, blacklistDir, processedDir, croppedDir }: Config,
  traces: readonly Trace[],
): AsyncGenerator<Find> {
  const seen = new Set<string>();
  const bytes = traces.map((trace) => trace.bytes);
  for (const folder of [dataDir, blacklistDir, processedDir, croppedDir]) {
    for await (const { path, isFile } of everythingBelow(Buffer.from(folder))) {
      const key = path.toString('latin1');
      if (seen.has(key)) continue;
      seen.add(key);
      const relative = path.subarray(Buffer.byteLength(folder));
      const inName = foundIn(relative, bytes);
      const inside = isFile ? await findIn(path as unknown as string, bytes) : [];
      for (const number of new Set([...inName, ...inside])) {
        const place = inName.length > 0 ? `a name below ${folder} (${digest(relative)})` : decodeText(path);
        yield { label: traces[number]?.label ?? '', place };
      }
    }
  }
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Hidden files too, and files that are half-written. Names need not be UTF-8. */
async function* everythingBelow(folder: Buffer): AsyncGenerator<{ path: Buffer; isFile: boolean }> {
  const items = await ifPresent(opendir(folder as unknown as string, { encoding: 'buffer' as never }));
  if (!items) return;
  for await (const item of items) {
    const path = Buffer.concat([folder, Buffer.from('/'), Buffer.from(item.name as unknown as Uint8Array)]);
    yield { path, isFile: item.isFile() };
    if (item.isDirectory()) yield* everythingBelow(path);
  }
}

import { createHash } from 'node:crypto';
import { opendir, stat } from 'node:fs/promises';
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
 * @param searched is told of each file
 * @throws the file system's errors
 */
export async function* findInFiles(
  { dataDir, blacklistDir, processedDir, croppedDir }: Config,
  traces: readonly Trace[],
  searched = () => {},
): AsyncGenerator<Find> {
  const seen = new Set<string>();
  const bytes = traces.map((trace) => trace.sought);
  for (const folder of [dataDir, blacklistDir, processedDir, croppedDir]) {
    for await (const { path, isFile } of everythingBelow(Buffer.from(folder))) {
      const key = path.toString('latin1');
      if (seen.has(key)) continue;
      seen.add(key);
      if (isFile) searched();
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

/**
 * Hidden files too, those that are half-written, and what links lead to: the inbox may lie on another disk.
 * Names need not be UTF-8.
 * @param entered folders that were entered before, which a link may lead back to
 */
async function* everythingBelow(
  folder: Buffer,
  entered = new Set<string>(),
): AsyncGenerator<{ path: Buffer; isFile: boolean }> {
  const own = await ifPresent(stat(folder, { bigint: true }));
  const id = `${own?.dev}:${own?.ino}`;
  if (!own || entered.has(id)) return;
  entered.add(id);
  const items = await ifPresent(opendir(folder as unknown as string, { encoding: 'buffer' as never }));
  for await (const item of items ?? []) {
    const path = Buffer.concat([folder, Buffer.from('/'), Buffer.from(item.name as unknown as Uint8Array)]);
    const target = item.isSymbolicLink() ? await ifPresent(stat(path)) : item;
    yield { path, isFile: target?.isFile() ?? false };
    if (target?.isDirectory()) yield* everythingBelow(path, entered);
  }
}

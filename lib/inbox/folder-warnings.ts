import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { firstOf, passedOverWarning, type SystemName } from '../system-names.ts';
import { userName } from '../user-name.ts';
import { isForbidden } from '../writable-folder.ts';
import { mountsBelow } from './mounted-files.ts';
import { inboxPrefix, reasonSuffix, rejectedPrefix, rejectedWarning } from './port.ts';
import { isRemovable, walkInbox } from './walk.ts';

/** Limit on the files that are read for one answer. */
const maxFiles = 2_000;
const shownFolders = 3;

/**
 * Warns of files in the inbox of a data folder that can't be indexed, because of permissions or names. It
 * warns of those that were rejected too. It never throws.
 */
export async function folderInboxWarnings(dataDir: string): Promise<string[]> {
  const unremovable = new Set<string>();
  const unreadable = new Set<string>();
  const marked = new Set<string>();
  let pictures = 0;
  const listener = {
    passedOver: ({ label, isPerhapsMeant }: SystemName) => isPerhapsMeant && marked.add(label),
    unreadable: (key: string) => unreadable.add(key),
  };
  try {
    let files = 0;
    const folder = Buffer.from(join(dataDir, inboxPrefix, '.'));
    const mounts = await mountsBelow(folder);
    for await (const { key, path } of walkInbox(folder, listener)) {
      if (++files > maxFiles) break;
      if (!(await isReadable(path))) unreadable.add(key);
      if (await isRemovable(path, mounts)) continue;
      pictures += 1;
      unremovable.add(key.slice(0, key.lastIndexOf('/') + 1));
    }
  } catch {
    return [`The inbox ${join(dataDir, inboxPrefix)} can't be read by ${userName()}.`];
  }
  return [
    unremovable.size > 0 &&
      `${pictures} picture${pictures === 1 ? '' : 's'} in the inbox may not be removed by ${userName()}, and so they are not indexed: ${shown(unremovable)}. Give this user ` +
        'write permission on these folders, mount them for writing (a folder, no single file), or move the pictures to folders of this user’s own.',
    unreadable.size > 0 &&
      `Not all that is in the inbox may be read by ${userName()}: ${shown(unreadable)}. Give this user read permission, or take them out of the inbox.`,
    passedOverWarning(marked),
    await rejectedFilesWarning(dataDir),
  ].filter((warning) => typeof warning === 'string');
}

async function rejectedFilesWarning(dataDir: string): Promise<string | undefined> {
  const place = join(dataDir, rejectedPrefix);
  const nobody = { passedOver: () => undefined, unreadable: () => undefined };
  let count = 0;
  try {
    for await (const { key } of walkInbox(Buffer.from(join(place, '.')), nobody, rejectedPrefix)) {
      if (key.endsWith(reasonSuffix)) continue;
      if (count === maxFiles) return rejectedWarning(count, true, place, 'beside it');
      count += 1;
    }
  } catch {
    return `The folder ${place} can't be read by ${userName()}.`;
  }
  return count > 0 ? rejectedWarning(count, false, place, 'beside it') : undefined;
}

function isReadable(path: Buffer): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    (error: unknown) => !isForbidden(error),
  );
}

function shown(folders: ReadonlySet<string>): string {
  return firstOf(folders, shownFolders, ', ');
}

import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FolderInbox, openFolderInbox } from '../../lib/inbox/folder.ts';
import { folderInboxWarnings } from '../../lib/inbox/folder-warnings.ts';
import { temporaryFolder } from '../api/server-process.ts';
import type { OpenedInbox } from '../suites/inbox.ts';

/** Opens an inbox in a folder, which the tests reach through the file system. */
export async function openedFolder(): Promise<OpenedInbox & { inbox: FolderInbox; path: string }> {
  const folder = await temporaryFolder();
  const pathOf = (key: string) => join(folder.path, key);
  const filesIn = async (name: string) =>
    (await readdir(pathOf(name), { recursive: true, withFileTypes: true }))
      .filter((item) => item.isFile() && !item.name.endsWith('.reason.txt'))
      .map((item) => join(item.parentPath, item.name).slice(folder.path.length + 1));
  return {
    inbox: openFolderInbox(folder.path),
    another: () => openFolderInbox(folder.path),
    path: folder.path,
    async put(key, bytes) {
      await mkdir(dirname(pathOf(key)), { recursive: true });
      // Replaces a file the usual way: a new file gets the old name.
      await writeFile(pathOf('.new'), bytes);
      await rm(pathOf(key), { recursive: true, force: true });
      await rename(pathOf('.new'), pathOf(key));
    },
    get: (key) => readFile(pathOf(key)).catch(() => undefined),
    keys: async () => [...(await filesIn('inbox')), ...(await filesIn('rejected'))].sort(),
    reasonOf: async (key) => (await readFile(`${pathOf(key)}.reason.txt`, 'utf8')).trimEnd(),
    warnings: () => folderInboxWarnings(folder.path),
    discard: (key) => rm(pathOf(key)),
    remove: folder.remove,
  };
}

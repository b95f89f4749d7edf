/**
 * Process for the tests to kill: puts pictures that start with the SHA-256 of their rest, until it is killed.
 * It writes a line with the key of each picture as soon as it is kept.
 */
import { createHash, randomBytes } from 'node:crypto';
import { openFileSystemImages } from '../../lib/images/filesystem.ts';

const [blacklist = '', processed = '', cropped = ''] = process.argv.slice(2);
const store = openFileSystemImages({ blacklist, processed, cropped });

async function put(entryId: number): Promise<void> {
  const key = `blacklist/${entryId}/a.jpg`;
  const content = randomBytes(200_000);
  const hash = createHash('sha256').update(content).digest();
  await store.put(key, Buffer.concat([hash, content]), 'image/jpeg');
  process.stdout.write(`${key}\n`);
}

for (let entryId = 1; ; entryId += 4) await Promise.all([0, 1, 2, 3].map((offset) => put(entryId + offset)));

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EnrolledImage } from '../../../lib/faces/engine/search/embedding-store.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { openSqliteEmbeddings } from '../../../lib/records/sqlite/embeddings.ts';

test('enrolled images are listed page by page, each once, by what its faces are enrolled for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'enrolled-images-'));
  const database = await openDatabase(join(folder, 'faces.sqlite'));
  try {
    const store = openSqliteEmbeddings(database);
    const add = (imageId: string, ...versions: string[]) => {
      const face = { entryId: Number(imageId), imageId, box: { x: 0, y: 0, w: 1, h: 1 } };
      for (const version of versions) {
        store.ofVersion(version, [version]).add(face, new Float32Array(4), new Uint8Array(12));
      }
    };
    add('1', 'new', 'other');
    add('2', 'old', 'other');
    add('3', 'forgotten');
    add('4', 'new');
    add('5', 'forgotten', 'other', 'new');
    // Its face of the version in use came later than all others.
    add('2', 'new');

    const listed: EnrolledImage[] = [];
    for (let afterId = 0; ; afterId = listed.at(-1)?.faceId ?? 0) {
      const versions = ['new', 'old', 'other'];
      const page = store.images({ afterId, most: 2, versions, current: ['new', 'other'] });
      listed.push(...page);
      if (page.length < 2) break;
    }
    expect(listed.map(({ entryId, imageId, isCurrent }) => [entryId, imageId, isCurrent])).toEqual([
      [1, '1', true],
      [2, '2', true],
      [4, '4', false],
      [5, '5', true],
    ]);
  } finally {
    database.close();
    await rm(folder, { recursive: true });
  }
});

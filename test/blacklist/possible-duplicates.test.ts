import { describe, expect, test } from 'vitest';
import { possibleDuplicates } from '../../lib/blacklist/possible-duplicates.ts';
import { maxPossibleDuplicates } from '../../lib/contract/possible-duplicates.ts';
import type { FaceMatch } from '../../lib/faces/face.ts';
import { openDatabase } from '../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../lib/records/sqlite/records.ts';
import { temporaryFolder } from '../api/server-process.ts';
import { activeEntry } from '../suites/records/fixtures.ts';

/** Makes a match of an entry's image. */
function match(entryId: number, imageId: string, similarity: number): FaceMatch {
  const distance = (100 - similarity) / 100;
  const told = { entryId, imageId, similarity, distance };
  return { ...told, identity: null, target: null, metadata: null };
}

describe('possible duplicates', () => {
  test('are told of everybody, behind many pictures of one, and behind pictures that are shown no more', async () => {
    await using folder = await temporaryFolder();
    const database = await openDatabase(`${folder.path}/records.sqlite`);
    const records = openSqliteRecords(database);
    const [first, second, third] = [
      await activeEntry(records, 'Ada'),
      await activeEntry(records, 'Bob'),
      await activeEntry(records, 'Cleo'),
    ];
    const many = Array.from({ length: 500 }, () => match(first.entry.id, first.imageId, 99));
    const gone = Array.from({ length: 500 }, (_, place) => match(4711, `gone-${place}`, 98));
    const others = [match(second.entry.id, second.imageId, 97), match(third.entry.id, third.imageId, 96)];
    const own = match(5, 'own', 100);
    // Whoever is listed again after a suspension, or an end, would be there twice.
    await records.updateEntry(second.entry.id, { suspended: true });
    await records.updateEntry(third.entry.id, { expiresAt: '2020-01-01T00:00:00.000Z' });
    const found = await possibleDuplicates({ records }, 5, [
      [...many, own],
      [...gone, ...others],
    ]);
    expect(found).toEqual([
      { id: first.entry.id, name: 'Ada', similarity: 99 },
      { id: second.entry.id, name: 'Bob', similarity: 97, in_force: false },
      { id: third.entry.id, name: 'Cleo', similarity: 96, in_force: false },
    ]);
    await records.close();
  });

  test('are the nearest, so many as an answer has room for', async () => {
    await using folder = await temporaryFolder();
    const records = openSqliteRecords(await openDatabase(`${folder.path}/records.sqlite`));
    const entries = [];
    for (let place = 0; place < maxPossibleDuplicates + 3; place++)
      entries.push(await activeEntry(records, `Person ${place}`));
    const matches = entries.map(({ entry, imageId }, place) => match(entry.id, imageId, 80 + place));
    const found = await possibleDuplicates({ records }, 4711, [matches]);
    expect(found?.map(({ similarity }) => similarity)).toEqual([92, 91, 90, 89, 88, 87, 86, 85, 84, 83]);
    await records.close();
  });
});

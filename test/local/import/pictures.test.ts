import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ImportJournal } from '../../../local/import/journal.ts';
import { takePictures } from '../../../local/import/pictures.ts';
import { emptyReport } from '../../../local/import/report.ts';
import { complete, contents, useStores } from '../../blacklist/stores.ts';
import { portraitOf } from '../../fakes/pictures.ts';

const stores = useStores();

it('a picture that looks like none of the person’s others is taken over, and told once', async () => {
  const { ports, folder } = stores;
  const made = await ports.records.createEntry({ name: 'Jane Roe', reason: null });
  const entry = await ports.records.activateEntry(made.id);
  if (!entry) throw new Error('It was just made.');
  const files = await Promise.all(
    (['listed', 'other', 'listedLater'] as const).map(async (person) => {
      const path = join(folder, `${person}.jpg`);
      await writeFile(path, await portraitOf(person));
      return { name: `${person}.jpg`, path: Buffer.from(path) };
    }),
  );
  const planned = {
    ...{
      id: 3,
      label: "entry 3 'Jane Roe'",
      name: 'Jane Roe',
      key: 'jane',
      folders: [folder],
      folderName: undefined,
    },
    ...{ reason: null, addedDate: entry.addedDate },
  };
  const journal = new ImportJournal(join(folder, 'journal'));
  const remarksOf = async (given = files) => {
    const report = emptyReport();
    await takePictures(ports, [{ planned, entry, files: given }], journal, report, () => {});
    return report.remarks;
  };
  const told = /^entry 3 'Jane Roe', other\.jpg: It looks like none of the person's other pictures/;
  expect(await remarksOf()).toEqual([expect.stringMatching(told)]);
  expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 3 }));
  expect(await remarksOf()).toEqual([]);
  // A picture of an earlier run has its name too, when it is told again with new ones.
  const later = join(folder, 'between.jpg');
  await writeFile(later, await portraitOf('between'));
  const more = [...files, { name: 'between.jpg', path: Buffer.from(later) }];
  expect(await remarksOf(more)).toEqual([expect.stringMatching(told)]);
});

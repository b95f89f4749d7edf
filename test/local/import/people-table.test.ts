import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseTable } from '../../../lib/people/table.ts';
import { isPeopleTable, readPeopleTable } from '../../../local/import/people-table.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'face-blacklist-table-'));
  await mkdir(join(folder, 'people', 'pictures'), { recursive: true });
  await writeFile(join(folder, 'people', 'pictures', 'a.jpg'), 'a');
  await writeFile(join(folder, 'people', 'b.jpg'), 'b');
  await writeFile(join(folder, 'people', 'Roe; Jane|1.jpg'), 'both');
  await writeFile(join(folder, 'secret.jpg'), 'secret');
  await symlink(join(folder, 'secret.jpg'), join(folder, 'people', 'link.jpg'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: string | Buffer) {
  const path = join(folder, 'people', 'people.csv');
  await writeFile(path, content);
  const { persons, remarks } = await readPeopleTable(path);
  const read = persons.map(async ({ name, reason, pictures }) => ({
    name,
    reason,
    pictures: await Promise.all(
      pictures.map(async (picture) => {
        const bytes = await picture.read(100).catch((error: Error) => error.message);
        return typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString();
      }),
    ),
  }));
  return { persons: await Promise.all(read), remarks };
}

describe('a table of people', () => {
  test('has one person for each name, with all files and the first reason', async () => {
    expect(
      await read(
        '\ufeffName,Reason,Files,Door\r\nJane Roe,"Banned, ""for life"".\nSince May.",pictures\\a.jpg|b.jpg,3\r\n\r\n  Jane   Roe ,Other,b.jpg,\r\nJohn,,b.jpg',
      ),
    ).toEqual({
      persons: [
        { name: 'Jane Roe', reason: 'Banned, "for life".\nSince May.', pictures: ['a', 'b', 'b'] },
        { name: 'John', reason: null, pictures: ['b'] },
      ],
      remarks: [
        "The column 'door' is passed over.",
        'Row 4, Jane Roe: Its name differs from that of a row before in spaces or invisible characters; they are taken as one person.',
        'Row 4, Jane Roe: Its reason differs from that of a row before, which is kept.',
      ],
    });
  });

  test.each([
    'name,reason,files\nJane,,b.jpg\nJane,Theft,pictures/a.jpg\nJane,Theft,',
    'name,reason,files\nJane,Theft,\nJane,,b.jpg|pictures/a.jpg',
  ])('has the reason of whichever row gives one: %j', async (content) => {
    const { persons, remarks } = await read(content);
    expect(persons).toEqual([{ name: 'Jane', reason: 'Theft', pictures: ['b', 'a'] }]);
    expect(remarks).toEqual([expect.stringMatching(/^Row [24], Jane: It names no file\.$/)]);
  });

  test('may have semicolons, and Windows-1252, as spreadsheets write it', async () => {
    const { persons } = await read(Buffer.from('name;files\nZo\xeb;"b.jpg;pictures/a.jpg"\n', 'latin1'));
    expect(persons).toEqual([{ name: 'Zoë', reason: null, pictures: ['b', 'a'] }]);
  });

  test('is told of where a row can not be used, or only in part', async () => {
    const { persons, remarks } = await read(
      `name,reason,files\n,x,b.jpg\nJane,x,\nJohn,${'x'.repeat(300)},b.jpg\n`,
    );
    expect(persons).toEqual([{ name: 'John', reason: 'x'.repeat(255), pictures: ['b'] }]);
    expect(remarks).toEqual([
      'Row 2: A name has 1 to 100 characters.',
      'Row 3, Jane: It names no file.',
      'Row 4, John: Its reason has 300 characters; the first 255 are kept.',
    ]);
  });

  test.each([
    ['a first line of Excel that names the separator', Buffer.from('sep=;\r\nname;files\r\nZo\u00eb;b.jpg')],
    ['such a line that another program has quoted', Buffer.from('"sep=|"\nname|files\nZo\u00eb|b.jpg')],
    ['UTF-16, with tabs', Buffer.from('\ufeffname\tfiles\r\nZo\u00eb\tb.jpg\r\n', 'utf16le')],
    ['UTF-16 of the other order', Buffer.from('\ufeffname;files\nZo\u00eb;b.jpg', 'utf16le').swap16()],
  ])('may have %s', async (_, content) => {
    const persons = [{ name: 'Zoë', reason: null, pictures: ['b'] }];
    expect(await read(content)).toEqual({ persons, remarks: [] });
  });

  test.each([
    ['"Roe; Jane|1.jpg"', ['both']],
    ['"b.jpg\nRoe; Jane|1.jpg"', ['b', 'both']],
    ['"b.jpg;pictures/../b.jpg"', ['b', 'b']],
    ['"b.jpg|pictures/a.jpg;b.jpg"', ['b', 'a', 'b']],
  ])(
    'has a file whose name holds separators, if it is there, and else the files between: %s',
    async (cell, pictures) => {
      expect(await read(`name;files\nJane;${cell}`)).toMatchObject({ persons: [{ pictures }] });
    },
  );

  test('with two columns of one meaning is refused, by their name', async () => {
    const told = 'The first line names several columns name: only one may be.';
    await expect(read('Name,files, name \nJane,b.jpg,John')).rejects.toThrow(told);
    const { remarks } = await read('name,files,door,Door\nJane,b.jpg,1,2');
    expect(remarks).toEqual(["The column 'door' is passed over."]);
  });

  test('tells of cells that belong to no column', async () => {
    const { persons, remarks } = await read('name;files\nJane;b.jpg;pictures/a.jpg\nJohn;b.jpg;;');
    expect(persons.map(({ pictures }) => pictures)).toEqual([['b'], ['b']]);
    expect(remarks).toEqual([
      'Row 2, Jane: It has more cells than the first line; the last ones are passed over.',
    ]);
  });

  test('may be a text file, as Excel saves it, if its first line names the columns', async () => {
    const isTable = async (name: string, content: Buffer) => {
      await writeFile(join(folder, 'people', name), content);
      return isPeopleTable(join(folder, 'people', name));
    };
    const unicode = Buffer.from('\ufeffName\tFiles\r\nZo\u00eb\t"b.jpg', 'utf16le');
    expect(await isTable('unicode.txt', unicode)).toBe(true);
    expect(await isTable('tabs.TXT', Buffer.from('name\treason\tfiles\r\nZo\u00eb\t\tb.jpg', 'latin1'))).toBe(
      true,
    );
    expect(await isTable('sep.txt', Buffer.from('sep=;\r\nname;files\r\nJane;b.jpg'))).toBe(true);
    for (const text of ['', 'Notes on names and files\n', 'name\tpicture\n', '"name\tfiles\n'])
      expect(await isTable('notes.txt', Buffer.from(text)), text).toBe(false);
    expect(await isTable('any.csv', Buffer.from('who,what'))).toBe(true);
    expect(await isTable('people.md', unicode)).toBe(false);
    expect(await isPeopleTable(join(folder, 'none.txt'))).toBe(false);
    expect(await isPeopleTable(folder)).toBe(false);
  });

  test.each(['../secret.jpg', 'link.jpg', '/etc/passwd', 'missing.jpg', '.'])(
    'reads nothing outside of its folder: %s',
    async (file) => {
      const { persons } = await read(`name,files\nJane,${file}\n`);
      expect(persons[0]?.pictures).toEqual(['There is no such file in the folder of the table (row 2).']);
    },
  );

  test.each([
    ['', 'nothing'],
    ['Person,picture\nJane,b.jpg', 'person, picture'],
    ['name\nJane', 'name'],
  ])('without its columns is refused, with those that it has: %j', async (content, found) => {
    await expect(read(content)).rejects.toThrow(
      `The first line has to name the columns name and files, and reason if there is one. It has: ${found}.`,
    );
  });

  test('that is not there is told by its name', async () => {
    const path = join(folder, 'none.csv');
    await expect(readPeopleTable(path)).rejects.toThrow(`${path} can't be read (ENOENT).`);
  });

  test('whose quotes do not end is refused, with the row', () => {
    expect(() => parseTable('name,files\n"Jane,b.jpg\nJohn,b.jpg', ',')).toThrow(
      'Row 2: A quoted cell does not end as it should.',
    );
    expect(() => parseTable('name,files\n"Jane"x,b.jpg', ',')).toThrow('Row 2');
  });
});

import { describe, expect, test } from 'vitest';
import { namesOfCopies, startsAsPicture, unusable } from '../../local/console/src/model/import-files.ts';
import {
  alikeOf,
  clashesOf,
  isTable,
  planFolders,
  planTable,
} from '../../local/console/src/model/import-plan.ts';

const chosen = (path: string, type = 'image/jpeg', size = 10) => ({
  path,
  file: { name: path.split('/').at(-1) ?? '', type, size },
});
const shown = ({ persons }: ReturnType<typeof planFolders>) =>
  Object.fromEntries(persons.map(({ name, pictures }) => [name, pictures.map(({ path }) => path)]));

describe('a chosen folder', () => {
  test('has a folder for each person; folders of one name are one person', () => {
    const plan = planFolders(
      ['Jane Roe/1.jpg', 'Jane  Roe/2.jpg', 'Zoe\u0308/1.HEIC'].map((path) =>
        chosen(path, path.endsWith('C') ? '' : undefined),
      ),
    );
    expect(shown(plan)).toEqual({
      'Jane Roe': ['Jane  Roe/2.jpg', 'Jane Roe/1.jpg'],
      Zoë: ['Zoe\u0308/1.HEIC'],
    });
    expect(plan.persons.map(({ folders }) => folders)).toEqual([2, undefined]);
    expect([plan.leftOut, plan.passedOver]).toEqual([[], 0]);
  });

  test('is read in the order of its paths, numbers by their values', () => {
    const plan = planFolders(['Zoe/1.jpg', 'Jane/10.jpg', 'Jane/2.jpg'].map((path) => chosen(path)));
    expect(Object.entries(shown(plan))).toEqual([
      ['Jane', ['Jane/2.jpg', 'Jane/10.jpg']],
      ['Zoe', ['Zoe/1.jpg']],
    ]);
  });

  test('leaves out files whose fault is known, and says which it is', () => {
    const { persons, leftOut } = planFolders([
      { ...chosen('Jane/1.jpg'), fault: 'no-picture' },
      { ...chosen('Jane/2.jpg'), fault: 'too-large' },
    ]);
    expect([persons, leftOut.map(({ reason }) => reason)]).toEqual([[], ['no-picture', 'too-large']]);
  });

  test('leaves out what can not be used, and says why', () => {
    const { persons, leftOut } = planFolders([
      chosen('loose.jpg'),
      chosen('Jane/more/1.jpg'),
      chosen('\u200b/1.jpg'),
      chosen(`${'x'.repeat(101)}/1.jpg`),
      chosen('J\ufffdn/1.jpg'),
      chosen('Jane/empty.jpg', 'image/jpeg', 0),
      chosen('Jane/notes.txt', 'text/plain'),
      chosen('Jane/unknown.bin', ''),
    ]);
    expect(persons).toEqual([]);
    expect(leftOut.map(({ reason }) => reason).sort()).toEqual(
      [
        'not-in-folder',
        'too-deep',
        'no-name',
        'no-name',
        'damaged-name',
        'empty',
        'no-picture',
        'no-picture',
      ].sort(),
    );
  });

  test.each([
    '$RECYCLE.BIN/1.jpg',
    'Papierkorb/1.jpg',
    '@eaDir/1.jpg',
    'Jane/.DS_Store',
    'Jane/@eaDir/1.jpg',
    'Jane/SYNOPHOTO_THUMB_M.jpg',
    '__MACOSX/Jane/1.jpg',
    '.trash/Jane/1.jpg',
  ])('lists nobody from a bin, or from what a system made: %s', (path) => {
    expect(planFolders([chosen(path)])).toMatchObject({ persons: [], leftOut: [], passedOver: 1 });
  });
});

describe('a chosen table', () => {
  test('names the pictures that were chosen with it, by their paths', () => {
    const files = ['pictures/a.jpg', 'pictures/u\u0308.jpg', 'other/a.jpg', 'people.csv'].map((path) =>
      chosen(path),
    );
    const plan = planTable(
      'name,reason,files\n Jane  Roe ,Theft,pictures\\a.jpg|./pictures/ü.jpg|pictures/a.jpg\nJohn,,a.jpg\n',
      files,
    );
    expect(plan.persons).toMatchObject([{ name: 'Jane Roe', reason: 'Theft' }]);
    expect(shown(plan)).toEqual({ 'Jane Roe': ['pictures/a.jpg', 'pictures/u\u0308.jpg'] });
    // A name alone is not enough for pictures with folders: it could be somebody else's.
    expect(plan.leftOut).toEqual([
      { what: 'pictures/a.jpg', person: 'Jane Roe', row: 2, reason: 'twice' },
      { what: 'a.jpg', person: 'John', row: 3, reason: 'not-there' },
      { what: 'other/a.jpg', reason: 'not-in-table' },
    ]);
  });

  test('finds pictures that were chosen without their folders by their names', () => {
    const plan = planTable('name;files\nJane;pictures/a.jpg', [chosen('a.jpg'), chosen('Thumbs.db', '')]);
    expect(shown(plan)).toEqual({ Jane: ['a.jpg'] });
    expect([plan.leftOut, plan.passedOver]).toEqual([[], 1]);
  });

  test('tells of pictures of a row without a name that it has none, unless another row names them', () => {
    const plan = planTable('name,files\n,a.jpg|b.jpg|c.jpg\nJane,b.jpg', [chosen('a.jpg'), chosen('b.jpg')]);
    expect(shown(plan)).toEqual({ Jane: ['b.jpg'] });
    expect(plan.leftOut).toEqual([{ what: 'a.jpg', row: 2, reason: 'nameless-row' }]);
  });

  test('may name a file whose name holds the separators of several, with a folder that was not chosen', () => {
    const files = ['a.jpg', 'b;c|d.jpg'].map((path) => chosen(path));
    const plan = planTable('name,files\nJane,x/b;c|d.jpg\nJohn,x/a.jpg;x/b;c|d.jpg\nAda,x;a.jpg', files);
    expect(shown(plan)).toEqual({ Jane: ['b;c|d.jpg'], John: ['a.jpg'], Ada: ['a.jpg'] });
    const missing = plan.leftOut.map(({ what, person, row }) => [row, person, what]);
    expect(missing).toEqual([
      [3, 'John', 'x/b'],
      [3, 'John', 'c'],
      [3, 'John', 'd.jpg'],
      [4, 'Ada', 'x'],
    ]);
  });

  test('tells of a chosen file that can not be used its fault, with the row, and not that it is missing', () => {
    const files = [
      chosen('a.jpg', 'image/jpeg', 0),
      chosen('b.txt', 'text/plain'),
      chosen('c.txt', 'text/plain'),
    ];
    expect(planTable('name,files\nJane,a.jpg|b.txt', files)).toMatchObject({
      persons: [],
      leftOut: [
        { what: 'a.jpg', person: 'Jane', row: 2, reason: 'empty' },
        { what: 'b.txt', person: 'Jane', row: 2, reason: 'no-picture' },
        { what: 'c.txt', reason: 'no-picture' },
      ],
    });
  });

  test('is one at the top, and none that a system made', () => {
    const paths = ['a.csv', 'B.CSV', '._a.csv', 'lists/c.csv', 'a.csv.jpg'];
    expect(paths.filter((path) => isTable(chosen(path)))).toEqual(['a.csv', 'B.CSV']);
    const text = 'name\tfiles\r\nJane\ta.jpg';
    const texts = ['a.txt', '._a.txt', 'lists/a.txt', 'a.jpg'];
    expect(texts.filter((path) => isTable({ ...chosen(path), text }))).toEqual(['a.txt']);
    expect(isTable({ ...chosen('a.txt'), text: 'Notes' })).toBe(false);
  });

  test('is refused without its columns, and told of where rows can not be used', () => {
    expect(() => planTable('who,what\nJane,a.jpg', [])).toThrow('columns name and files');
    expect(planTable('name,files\n,a.jpg', []).remarks).toEqual(['Row 2: A name has 1 to 100 characters.']);
  });
});

test('a clash is a listed person of the same name, or of nearly the same', () => {
  const listed = [
    { id: 1, name: 'jane roe' },
    { id: 2, name: 'Jane Roe' },
    { id: 3, name: 'Zoë' },
    { id: 4, name: 'Max', suspended: true, expires_at: null },
    { id: 5, name: 'Ada', suspended: false, expires_at: '2020-01-01T00:00:00.000Z' },
  ];
  const clashes = clashesOf(
    ['Jane Roe', 'ZOE', 'John', 'Max', 'ada'].map((name) => ({ name })),
    listed,
  );
  expect([...clashes]).toEqual([
    ['Jane Roe', { id: 2, name: 'Jane Roe', isSame: true }],
    ['ZOE', { id: 3, name: 'Zoë', isSame: false }],
    ['Max', { id: 4, name: 'Max', isSame: true, isOutOfForce: true }],
    ['ada', { id: 5, name: 'Ada', isSame: false, isOutOfForce: true }],
  ]);
});

test('names of one import that only case or accents tell apart are told of each other', () => {
  const names = ['José Río', 'Jane', 'JOSE RIO', 'jose rio'];
  expect([...alikeOf(names.map((name) => ({ name })))]).toEqual([
    ['José Río', ['JOSE RIO', 'jose rio']],
    ['JOSE RIO', ['José Río', 'jose rio']],
    ['jose rio', ['José Río', 'JOSE RIO']],
  ]);
});

test('files that differ in a byte between their parts are no copies', async () => {
  const [one, other] = ['a', 'b'].map((text) => new Blob(['x'.repeat(2000), text, 'x'.repeat(5000)]));
  if (!one || !other) throw new Error('There are two files.');
  const names = await namesOfCopies([
    { name: 'Jane', pictures: [{ file: one }] },
    { name: 'John', pictures: [{ file: other }] },
  ]);
  expect([names.get(one), names.get(other)]).toEqual([['Jane'], ['John']]);
});

test('files of the same bytes are found, whoever has them', async () => {
  const [one, copy, other, longer] = ['same', 'same', 'diff', 'longer'].map((text) => new Blob([text]));
  if (!one || !copy || !other || !longer) throw new Error('There are four files.');
  const names = await namesOfCopies([
    { name: 'Jane', pictures: [{ file: one }, { file: longer }] },
    { name: 'John', pictures: [{ file: other }, { file: copy }] },
  ]);
  expect(names.get(one)).toEqual(['Jane', 'John']);
  expect(names.get(copy)).toEqual(['Jane', 'John']);
  expect(names.get(other)).toEqual(['John']);
  expect(names.has(longer)).toBe(false);
});

describe('the first bytes of a file', () => {
  const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

  test.each([
    '\xff\xd8\xff\xe0',
    '\x89PNG\r\n\x1a\n',
    'GIF89a',
    'RIFF\x10\n\0\x01WEBPVP8 ',
    'BM\x36',
    'II*\0',
    'MM\0*',
    '\0\0\0\x18ftypheic',
  ])('tell a picture: %j', (start) => expect(startsAsPicture(bytes(start))).toBe(true));

  test.each(['%PDF-1.7', 'PK\x03\x04', '<html>', 'RIFF\x10\0\0\0WAVEfmt ', '', '\0\0\0\0'])(
    'tell what is none: %j',
    (start) => expect(startsAsPicture(bytes(start))).toBe(false),
  );

  test('are not asked of an empty file, and a huge one is too large', async () => {
    expect(await unusable(new Blob([]))).toBeUndefined();
    expect(await unusable(new Blob(['He wears a hat.']))).toBe('no-picture');
    const picture = new Blob([bytes('\xff\xd8\xff')]);
    const ofSize = (size: number) => ({ size, slice: () => picture });
    expect(await unusable(ofSize(104_857_600))).toBeUndefined();
    expect(await unusable(ofSize(104_857_601))).toBe('too-large');
  });
});

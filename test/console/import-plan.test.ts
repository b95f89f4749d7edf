import { describe, expect, test } from 'vitest';
import { clashesOf, planFolders, planTable } from '../../local/console/src/model/import-plan.ts';

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
      'Jane Roe': ['Jane Roe/1.jpg', 'Jane  Roe/2.jpg'],
      Zoë: ['Zoe\u0308/1.HEIC'],
    });
    expect([plan.leftOut, plan.passedOver]).toEqual([[], 0]);
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
      { what: 'Jane Roe: pictures/a.jpg', reason: 'twice' },
      { what: 'John: a.jpg', reason: 'not-there' },
      { what: 'other/a.jpg', reason: 'not-in-table' },
    ]);
  });

  test('finds pictures that were chosen without their folders by their names', () => {
    const plan = planTable('name;files\nJane;pictures/a.jpg', [chosen('a.jpg'), chosen('Thumbs.db', '')]);
    expect(shown(plan)).toEqual({ Jane: ['a.jpg'] });
    expect([plan.leftOut, plan.passedOver]).toEqual([[], 1]);
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
  ];
  const clashes = clashesOf([{ name: 'Jane Roe' }, { name: 'ZOE' }, { name: 'John' }], listed);
  expect([...clashes]).toEqual([
    ['Jane Roe', { id: 2, name: 'Jane Roe', isSame: true }],
    ['ZOE', { id: 3, name: 'Zoë', isSame: false }],
  ]);
});

import { expect, test } from 'vitest';
import { comparePaths } from '../../lib/people/file-order.ts';

const inOrder = [
  '2.jpg',
  '10.jpg',
  'Emil/2.jpg',
  'Emil/10.jpg',
  'Emil 2/1.jpg',
  'Émile/1.jpg',
  'Erik',
  'Erik/1.jpg',
  'img_1.jpg',
  'IMG_2.jpg',
  'img_10.jpg',
  'scan 007.jpg',
  'scan 8.jpg',
  'Zoë/1.jpg',
  'Ångström/1.jpg',
];

test('files are in the order in which a person reads them, whatever order they come in', () => {
  const expected = [...inOrder.slice(0, 2), 'Ångström/1.jpg', ...inOrder.slice(2, -1)];
  expect(inOrder.toReversed().sort(comparePaths)).toEqual(expected);
  expect(inOrder.toSorted(comparePaths)).toEqual(expected);
});

test('names that a language takes for equal have an order all the same', () => {
  for (const [one, other] of [
    ['Zoe\u0308.jpg', 'Zo\u00eb.jpg'],
    ['1.jpg', '01.jpg'],
    ['Zo\u00eb/1.jpg', 'Zoe\u0308/1.jpg'],
  ] as const) {
    expect(comparePaths(one, other)).toBe(-comparePaths(other, one));
    expect(comparePaths(one, other)).not.toBe(0);
  }
  // Folders are not mixed.
  expect(comparePaths('Zo\u00eb/2.jpg', 'Zoe\u0308/1.jpg')).toBe(
    comparePaths('Zo\u00eb/1.jpg', 'Zoe\u0308/2.jpg'),
  );
  expect(comparePaths('Jane/1.jpg', 'Jane/1.jpg')).toBe(0);
});

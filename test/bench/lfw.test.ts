import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLfw, parsePairs } from '../../bench/accuracy/lfw.ts';
import { sampleFolder } from '../../local/models/packages.ts';

const twoFolds = ['2\t1', 'Ann\t1\t2', 'Ann\t1\tBob\t1', 'Cy_Dee\t3\t12', 'Bob\t1\tCy_Dee\t3'];

describe('pairs.txt', () => {
  test('names pictures, of one person and then of two, fold by fold', () => {
    expect(parsePairs(`${twoFolds.join('\n')}\n`)).toEqual({
      folds: 2,
      pairsPerFold: 1,
      pairs: [
        { fold: 0, same: true, first: 'Ann/Ann_0001.jpg', second: 'Ann/Ann_0002.jpg' },
        { fold: 0, same: false, first: 'Ann/Ann_0001.jpg', second: 'Bob/Bob_0001.jpg' },
        { fold: 1, same: true, first: 'Cy_Dee/Cy_Dee_0003.jpg', second: 'Cy_Dee/Cy_Dee_0012.jpg' },
        { fold: 1, same: false, first: 'Bob/Bob_0001.jpg', second: 'Cy_Dee/Cy_Dee_0003.jpg' },
      ],
    });
  });

  test('may have been saved on Windows', () => {
    expect(parsePairs(twoFolds.join('\r\n'))).toEqual(parsePairs(twoFolds.join('\n')));
  });

  const replaced = (line: number, text: string) => twoFolds.with(line, text).join('\n');
  test.each([
    ['a head without the number of pairs', replaced(0, '2'), "begins with '2'"],
    ['one fold, which leaves no other to choose a threshold by', replaced(0, '1\t2'), 'at least 2 folds'],
    [
      'fewer pairs than its head says',
      replaced(0, '3\t1'),
      'should have 6 pairs, as its head says; it has 4',
    ],
    ['a pair of two people among those of one', replaced(1, twoFolds[2] as string), 'Line 2 '],
    ['a pair of one person among those of two', replaced(4, 'Bob\t1\t2'), 'Line 5 '],
    ['no number where one belongs', replaced(3, 'Cy_Dee\t3\tx'), 'Line 4 '],
    ['nothing', '', "begins with ''"],
  ])('is refused with %s', (_, text, message) => {
    expect(() => parsePairs(text)).toThrow(message);
  });
});

describe('a folder of people', () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'face-blacklist-lfw-'));
  });
  afterEach(() => rm(data, { recursive: true }));

  async function addPictures(under: string): Promise<void> {
    for (const name of ['Ann_0001', 'Ann_0002', 'Bob_0001', 'Cy_Dee_0003', 'Cy_Dee_0012']) {
      const folder = join(under, name.slice(0, -5));
      await mkdir(folder, { recursive: true });
      await copyFile(join(sampleFolder, 'sample1.jpg'), join(folder, `${name}.jpg`));
    }
  }

  test.each(['', 'images'])("is found in '%s'", async (under) => {
    await addPictures(join(data, under));
    await writeFile(join(data, 'pairs.txt'), twoFolds.join('\n'));
    const { folder, pictures, people, pairs } = await openLfw(data);
    expect(folder).toBe(join(data, under));
    expect(people).toBe(3);
    expect(pairs).toHaveLength(4);
    expect(pictures).toEqual([
      'Ann/Ann_0001.jpg',
      'Ann/Ann_0002.jpg',
      'Bob/Bob_0001.jpg',
      'Cy_Dee/Cy_Dee_0003.jpg',
      'Cy_Dee/Cy_Dee_0012.jpg',
    ]);
  });

  test('that is not there is named', async () => {
    await expect(openLfw(join(data, 'lfw'))).rejects.toThrow(`There is no folder ${join(data, 'lfw')}.`);
  });

  test('without pairs.txt is refused', async () => {
    await addPictures(data);
    await expect(openLfw(data)).rejects.toThrow(`${data} has no pairs.txt`);
  });

  test('without pictures is refused', async () => {
    await writeFile(join(data, 'pairs.txt'), twoFolds.join('\n'));
    await expect(openLfw(data)).rejects.toThrow(`${data} has no pictures <person>/<person>_0001.jpg.`);
  });

  test('that lacks a person or a picture of the pairs is refused, with the line', async () => {
    await addPictures(data);
    const pairs = join(data, 'pairs.txt');
    await writeFile(pairs, twoFolds.with(2, 'Ann\t1\tEve\t1').join('\n'));
    await expect(openLfw(data)).rejects.toThrow('has no person Eve, which line 3 of pairs.txt names.');
    await writeFile(pairs, twoFolds.with(1, 'Ann\t1\t7').join('\n'));
    await expect(openLfw(data)).rejects.toThrow(
      'has no picture Ann/Ann_0007.jpg, which line 2 of pairs.txt names.',
    );
  });
});

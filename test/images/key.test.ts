import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkKey,
  contentTypeOf,
  entryFolder,
  imageIdOfKey,
  isKey,
  largerKeyOf,
  pictureIdOfKey,
  processedKeyAt,
  processedKeys,
  referenceKey,
  smallerKeys,
} from '../../lib/images/key.ts';
import { anyCharacter } from '../any-character.ts';

const plainCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-';
const entryIds = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const ids = fc.oneof(fc.uuid(), fc.stringMatching(/^[A-Za-z0-9-]{1,60}$/));
const formats = fc.constantFrom('jpeg', 'png', 'webp', 'gif');
const dates = fc.date({ min: new Date('2000-01-01'), max: new Date('2999-12-31'), noInvalidDate: true });

describe('image keys', () => {
  test('are spelt as documented', () => {
    const date = new Date('2025-01-31T23:59:59.999Z');
    expect(referenceKey(7, 'abc', 'jpeg')).toBe('blacklist/7/abc.jpg');
    expect(entryFolder(7)).toBe('blacklist/7');
    expect(processedKeys('abc', date, 'png')).toEqual({
      original: 'processed/2025-01-31/abc-original.png',
      annotated: 'processed/2025-01-31/abc-annotated.jpg',
      crop: 'cropped/2025-01-31/abc.jpg',
    });
  });

  test('that were built pass the check and tell their id', () => {
    fc.assert(
      fc.property(entryIds, ids, formats, dates, (entryId, id, format, date) => {
        const reference = referenceKey(entryId, id, format);
        expect(checkKey(reference)).toBe(reference);
        expect(reference.startsWith(`${entryFolder(entryId)}/`)).toBe(true);
        expect(imageIdOfKey(reference)).toBe(id);
        expect(pictureIdOfKey(reference)).toBeUndefined();
        for (const key of Object.values(processedKeys(id, date, format))) {
          expect(checkKey(key)).toBe(key);
          expect(pictureIdOfKey(key)).toBe(id);
          expect(imageIdOfKey(key)).toBeUndefined();
        }
      }),
    );
  });

  test("of smaller pictures tell the one that they are made of, and are nobody else's", () => {
    expect(smallerKeys('blacklist/7/a.png')).toContain('blacklist/7/a.png.small-320-face.jpg');
    fc.assert(
      fc.property(entryIds, ids, formats, dates, (entryId, id, format, date) => {
        const keys = [referenceKey(entryId, id, format), ...Object.values(processedKeys(id, date, format))];
        expect(keys.map(largerKeyOf)).toEqual(keys.map(() => undefined));
        for (const key of keys) {
          const smaller = smallerKeys(key);
          expect(new Set(smaller).size).toBe(6);
          for (const one of smaller) {
            expect(largerKeyOf(checkKey(one))).toBe(key);
            expect([imageIdOfKey(one), pictureIdOfKey(one), smallerKeys(one)]).toEqual([
              undefined,
              undefined,
              [],
            ]);
            expect(contentTypeOf(one)).toBe('image/jpeg');
          }
        }
      }),
    );
  });

  test('of a processed picture are known by its location, wherever the folders were then', () => {
    fc.assert(
      fc.property(
        ids,
        formats,
        dates,
        fc.constantFrom('/data/out', 's3://bucket/processed', '/'),
        (id, format, date, root) => {
          for (const key of Object.values(processedKeys(id, date, format))) {
            expect(processedKeyAt(`${root}/${key.slice(key.indexOf('/') + 1)}`)).toBe(key);
          }
        },
      ),
    );
    for (const location of ['', '/etc/passwd', '/data/processed/../../etc', 's3://bucket/blacklist/7']) {
      expect(processedKeyAt(location)).toBeUndefined();
    }
  });

  test('say what is stored under them', () => {
    expect(
      (['jpeg', 'png', 'webp', 'gif'] as const).map((format) => contentTypeOf(referenceKey(7, 'a', format))),
    ).toEqual(['image/jpeg', 'image/png', 'image/webp', 'image/gif']);
  });

  test('of different pictures are different', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(ids, { minLength: 2, maxLength: 2 }),
        dates,
        ([one = '', two = ''], date) => {
          const keys = [one, two].flatMap((id) => Object.values(processedKeys(id, date, 'jpeg')));
          expect(new Set(keys).size).toBe(6);
        },
      ),
    );
  });

  test('are folders’ names and plain file names, whatever text is taken for one', () => {
    const pieces = [
      'blacklist',
      'processed',
      '/',
      '/',
      '//',
      '/..',
      '.',
      'a.jpg',
      '-7_',
      '\\',
      '\0',
      '%2e',
      '\n',
    ];
    const joined = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((list) => list.join(''));
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      joined,
      joined.map((rest) => `cropped/${rest}`),
    );
    const isPlain = (name: string) =>
      name !== '' &&
      !name.startsWith('.') &&
      [...name].every((character) => plainCharacters.includes(character));
    fc.assert(
      fc.property(text, (text) => {
        const [folder = '', ...names] = text.split('/');
        const folders = ['blacklist', 'processed', 'cropped'];
        expect(isKey(text)).toBe(folders.includes(folder) && names.length > 0 && names.every(isPlain));
      }),
      { numRuns: 2000 },
    );
  });

  test('with something hostile in them are refused', () => {
    const hostile = fc.constantFrom(
      '..',
      '.',
      '',
      '.tmp-1',
      '.hidden',
      '\0',
      'a\0',
      'a\n',
      '\\',
      '..\\',
      'C:',
      '%2e%2e',
      'a b',
      'é',
      '😀',
      '~',
      '*',
      '$HOME',
    );
    const names = fc.array(fc.stringMatching(/^[a-z0-9]{1,8}$/), { maxLength: 4 });
    fc.assert(
      fc.property(names, hostile, names, (before, segment, after) => {
        const key = ['blacklist', ...before, segment, ...after].join('/');
        expect(isKey(key)).toBe(false);
        expect(() => checkKey(key)).toThrow(RangeError);
        expect(imageIdOfKey(key)).toBeUndefined();
        expect(pictureIdOfKey(key)).toBeUndefined();
      }),
    );
  });

  test.each([
    '',
    '/',
    'blacklist',
    'blacklist/',
    '/blacklist/7/a.jpg',
    'blacklist/7/',
    'Blacklist/7',
    'blacklistx/7',
    'other/7/a.jpg',
    'blacklist/7/a.jpg\n',
    `blacklist/${'a'.repeat(250)}`,
  ])('are not %j', (text) => {
    expect(isKey(text)).toBe(false);
  });

  test.each(['', '.', '..', '../8/a', 'a/b', 'a.b', 'a b', 'a\n', 'a'.repeat(300)])(
    'are not built from the id %j',
    (id) => {
      expect(() => referenceKey(7, id, 'jpeg')).toThrow(RangeError);
      expect(() => processedKeys(id, new Date(), 'jpeg')).toThrow(RangeError);
    },
  );
});

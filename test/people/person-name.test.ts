import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EntryName } from '../../lib/contract/fields.ts';
import { personName } from '../../lib/people/person-name.ts';
import { anyCharacter } from '../any-character.ts';

test('a name is what the API takes as one, in the same form', () => {
  const texts = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 120 }),
    fc.string({ unit: 'grapheme', maxLength: 120 }),
    fc.string({ unit: fc.constantFrom('a', ' ', '\u200b', '\u0301', '\ud800', '\ufffd'), maxLength: 110 }),
    fc.integer({ min: 95, max: 105 }).map((length) => '😀'.repeat(length)),
    fc.integer({ min: 3_990, max: 4_010 }).map((length) => `a${' '.repeat(length)}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(personName(text)).toBe(EntryName.safeParse(text).data);
    }),
  );
  expect(personName('  Jane\t Roe ')).toBe('Jane Roe');
  expect([personName(' '), personName('a\ufffd'), personName('x'.repeat(101))]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldedName } from '../../lib/names/folded-name.ts';
import { normalName, normalReason } from '../../lib/names/normal-form.ts';
import { anyCharacter } from '../any-character.ts';

/** Characters of every kind that a normal form has to handle, and letters around them. */
const awkward = [
  ...'aZé\u0301\u0308e\u00a0\u2003\u3000\t\n\v\f\r\u0085\u2028\u2029\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u2061',
  ...'\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\u00ad\u034f\u115f\u1160\u3164\uffa0\u17b4\u180b\u180e',
  ...'\ufe00\ufe0e\ufe0f\u2800\ufffc\ufff9\ufdd0\uffff\0\x07\x1b\x7f\x9f\ue000قکب\u064bक\u094dষ\u09cdর葛1#\u20e3❤☺',
  '\u{1f468}',
  '\u{1f3fb}',
  '\u{e0001}',
  '\u{e0041}',
  '\u{e0100}',
  '\ud800',
  '\udc00',
];
const anyText = fc.oneof(
  fc.array(fc.constantFrom(...awkward), { maxLength: 60 }).map((characters) => characters.join('')),
  fc.string({ unit: anyCharacter }),
  fc.string({ unit: 'grapheme' }),
);

/** Characters that nobody sees and no script needs. */
const forbidden =
  /[[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\u2800\ufffc\ufff9]--[\u200c\u200d\u180b-\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]]/v;
/** Joiners and selectors with no character before them that they could change. */
const homeless = /(?:^|[\sa-zA-Z])[\u200c\u200d\u180b-\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/v;

describe('the normal form of a name', () => {
  test.each([
    ['an accent', '\u0301'],
    ['accents and spaces', ' \u0301\u0308 \u0327 '],
    ['a sign of a vowel in Hindi', '\u093e'],
    ['Arabic vowels', '\u064e\u0651'],
    ['a circle around nothing', '\u20dd'],
  ])('is empty for %s alone, which no letter has', (_, text) => {
    expect(normalName(text)).toBe('');
    expect(normalName(`${text}a${text}`)).not.toBe('');
  });

  test('stays as it is, and has no forbidden character, whatever it was made of', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = normalName(text);
        expect(normalName(name)).toBe(name);
        expect(name.normalize('NFC')).toBe(name);
        expect(name).not.toMatch(forbidden);
        expect(name).not.toMatch(homeless);
        expect(name).not.toMatch(/^\s|\s$|\s\s|[^\S ]/);
        expect(name.isWellFormed()).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['Zoe\u0308', 'Zoë'],
    [' \u00a0Zoë\n', 'Zoë'],
    ['Jane\tAnn\u2003 \u00a0Roe', 'Jane Ann Roe'],
    ['Jane\r\nRoe', 'Jane Roe'],
    ['Ja\u200bne\u2060 R\u00adoe\ufeff', 'Jane Roe'],
    ['\u202eeoR enaJ\u202c', 'eoR enaJ'],
    ['\u2068Jane\u2069\u200f', 'Jane'],
    ['Jane\0', 'Jane'],
    ['Ja\u200dne\u200c', 'Jane'],
    ['1\ufe0f', '1'],
    ['Jane \u{e004a}\u{e0061}', 'Jane'],
    ['\u212bngstrom', 'Ångstrom'],
  ])('of %j is %j', (text, name) => {
    expect(normalName(text)).toBe(name);
  });

  test.each(['', ' ', '\n', '\u00a0\u3000', '\u200b', '\0', '\u2800', '\u3164', '\u200d\ufe0f', '\ufeff'])(
    'of %j is empty',
    (text) => {
      expect(normalName(text)).toBe('');
    },
  );

  test.each([
    ['Persian', 'علی\u200cرضا'],
    ['Hindi', 'क्\u200dष'],
    ['Malayalam, at the end of a word', 'സുരേന്ദ്രന്\u200d'],
    ['Malayalam, within', 'സുരേന്ദ്രന്\u200d നായർ'],
    ['Sinhala', 'ශ්\u200dරී'],
    ['Bengali', 'র\u200d্য'],
    ['Japanese, with the registered form of a letter', '葛\u{e0100}西'],
    ['Mongolian', 'ᠠ\u180b'],
    ['emoji of several', '👩\u200d❤\ufe0f\u200d👨'],
    ['emoji of a skin', '👩🏽\u200d⚕\ufe0f'],
    ['a key', '1\ufe0f\u20e3'],
    ['a Hebrew name with points', 'שָׁלוֹם'],
    ['a private letter', '李\ue123'],
    ['Thai', 'น้ำฝน'],
    ['punctuation', "O'Neill-Smith, Jr. (née Roe)"],
  ])('leaves what a script needs: %s', (_script, name) => {
    expect(normalName(name)).toBe(name.normalize('NFC'));
  });

  test('takes a time that grows with the length alone', () => {
    // The thread's own time: other work on the machine does not lengthen it.
    const microseconds = (text: string) => {
      const times = Array.from({ length: 2 }, () => {
        const started = process.threadCpuUsage();
        normalName(text);
        const { user, system } = process.threadCpuUsage(started);
        return user + system;
      });
      // Some kernels count a thread's time in steps of some milliseconds.
      return Math.max(4_000, Math.min(...times));
    };
    for (const piece of [' ', 'ب\u0301\u200c\u0650', '\u200d\ufe0f', '❤\ufe0f\u200d', '\u0301', '\0']) {
      const length = Math.ceil(60_000 / piece.length);
      // A text 10 times as long takes 10 times as long; quadratic work would take 100 times.
      expect(
        microseconds(piece.repeat(10 * length)) / microseconds(piece.repeat(length)),
        piece,
      ).toBeLessThan(50);
    }
  });
});

describe('the normal form of a reason', () => {
  test('keeps its lines, and nothing else that is white', () => {
    expect(normalReason(' Theft.\r\n\tTwice.\u2028\u00a0 In  May.\r\r(3rd)\n')).toBe(
      'Theft.\nTwice.\nIn May.\n\n(3rd)',
    );
    expect(normalReason('\n\u200b\t')).toBe('');
  });

  test('stays as it is, and has no forbidden character but line feeds', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const reason = normalReason(text);
        expect(normalReason(reason)).toBe(reason);
        expect(reason.replaceAll('\n', '')).not.toMatch(forbidden);
        expect(reason).not.toMatch(/^\s|\s$| {2}| \n|\n |[^\S \n]/);
      }),
      { numRuns: 1000 },
    );
  });
});

test('a folded name has neither case nor accents, nor joiners', () => {
  for (const [name, folded] of [
    ['Zoë', 'ZOE'],
    ['Große Łódź', 'GROSSE LODZ'],
    ['علی\u200cرضا', 'علیرضا'],
    ['שָׁלוֹם', 'שלום'],
    ['葛\u{e0100}', '葛'],
    ['が', 'か\u3099'],
    ['कि', 'कि'],
  ] as const) {
    expect(foldedName(name)).toBe(folded);
  }
});

/** Plain spellings of letters that Unicode does not decompose, for people whose keyboard lacks them. */
const plainLetters: Readonly<Record<string, string>> = {
  Æ: 'AE',
  Œ: 'OE',
  Ø: 'O',
  Đ: 'D',
  Ð: 'D',
  Ħ: 'H',
  Ł: 'L',
  Ŧ: 'T',
  Þ: 'TH',
};

let accents: RegExp | undefined;

/**
 * Returns a pattern of accents of letters, Hebrew points, Arabic vowel signs, and characters that are
 * invisible by themselves. It is made at its first use: functions start without it.
 */
function accentsOfLetters(): RegExp {
  accents ??=
    // biome-ignore lint/suspicious/noMisleadingCharacterClass: The marks are meant one by one.
    /[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]|\p{Default_Ignorable_Code_Point}/gu;
  return accents;
}

/**
 * Returns the name without case and accents. It is in capitals, because then more letters become equal: ß and
 * SS, and both forms of the Greek small sigma.
 */
export function foldedName(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(accentsOfLetters(), '')
    .toUpperCase()
    .replaceAll(/[ÆŒØĐÐĦŁŦÞ]/g, (letter) => plainLetters[letter] ?? letter);
}

/** Letters that Unicode does not take apart, as people type them who lack the key. */
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

/**
 * A name without what case and accents add to it. In capitals, for that is where more letters become the same: ß and SS, and the Greek
 * sigma, which is another one at the end of a word.
 */
export function foldedName(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toUpperCase()
    .replaceAll(/[ÆŒØĐÐĦŁŦÞ]/g, (letter) => plainLetters[letter] ?? letter);
}

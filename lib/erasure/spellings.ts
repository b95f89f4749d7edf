import { foldedName } from '../names/folded-name.ts';

/** End of the Basic Multilingual Plane, which has all letters of names with case or accents. */
const lastCharacter = 0xffff;
/** Bytes that one found spelling may have at most; names are much shorter. */
export const longestSpelling = 4096;

/** Signs that stand between the parts of a name, or are left out there. */
const separators =
  "\\s+_.'`\u00b4\u2018\u2019\u201b\u02b9\u02bb\u02bc\u05f3\uff07\u2212\u2043\u02d7\u00b7\u30fb";
const separator = new RegExp(`[\\p{Pd}${separators}]`, 'u');
const inWord = /[\p{Pd}'`\u2018\u2019\u201b\u02bc\u00b7]/u;

interface Letters {
  /** Characters by what they fold to. */
  readonly byFold: ReadonlyMap<string, readonly string[]>;
  /** Pattern of the characters that fold to nothing: accents, and what is invisible. */
  readonly mark: string;
  readonly anySeparator: string;
  readonly inWord: string;
}

let letters: Letters | undefined;

/**
 * Makes a pattern for all spellings of a name that differ in case, accents, hyphens, apostrophes and spaces
 * alone, in UTF-8, Latin-1 and in addresses. It is for bytes that are read as Latin-1. Returns `undefined` if
 * the name has no letter.
 */
export function spellingsOf(name: string): RegExp | undefined {
  letters ??= readLetters();
  const known = letters;
  const tokens = tokensOf(name, known);
  if (tokens.length === 0) return undefined;
  const marks = `(?:${known.mark}){0,4}`;
  const pattern = tokens.map(({ text, isEndOfPart }, index) => {
    const isLast = index === tokens.length - 1;
    const between = isEndOfPart ? `(?:${known.anySeparator}){0,3}` : `(?:${known.inWord})?`;
    return `${formsOf(text, known)}${marks}${isLast ? '' : between}`;
  });
  return new RegExp(pattern.join(''));
}

interface Token {
  /** A letter, or letters that some alphabets have as one, folded. */
  readonly text: string;
  readonly isEndOfPart: boolean;
}

function tokensOf(name: string, { byFold }: Letters): Token[] {
  const tokens: { text: string; isEndOfPart: boolean }[] = [];
  for (const character of name.normalize('NFC')) {
    const last = tokens.at(-1);
    const text = foldedName(character);
    if (separator.test(character)) {
      if (last) last.isEndOfPart = true;
    } else if (last && !last.isEndOfPart && byFold.has(last.text + text)) last.text += text;
    else if (text !== '') tokens.push({ text, isEndOfPart: false });
  }
  return tokens;
}

/** The letters as one character, or as several with accents of their own. */
function formsOf(text: string, { byFold, mark }: Letters): string {
  const whole = patternOf([text, ...(byFold.get(text) ?? [])]);
  const single = [...text];
  if (single.length === 1) return whole;
  const apart = single.map((letter) => patternOf([letter, ...(byFold.get(letter) ?? [])]));
  return `(?:${whole}|${apart.join(`(?:${mark}){0,4}`)})`;
}

function readLetters(): Letters {
  const byFold = new Map<string, string[]>();
  const signs: string[] = [];
  for (let code = 0x21; code <= lastCharacter; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCharCode(code);
    if (separator.test(character)) signs.push(character);
    const folded = foldedName(character);
    const alike = byFold.get(folded);
    if (alike) alike.push(character);
    else byFold.set(folded, [character]);
  }
  // Two bytes in an address: the accents of Latin, Greek and Cyrillic letters.
  const mark = `(?:${patternOf(byFold.get('') ?? [], false)}|%[Cc][CcDd]%[89ABab][\\dA-Fa-f])`;
  byFold.delete('');
  return {
    byFold,
    mark,
    anySeparator: patternOf([' ', '\t', '\n', '\u00a0', '\u3000', ...signs]),
    inWord: patternOf(signs.filter((sign) => inWord.test(sign))),
  };
}

/** Matches any of the texts as UTF-8, in addresses, and where one byte is enough as Latin-1. */
function patternOf(texts: readonly string[], isInAddresses = true): string {
  // Texts that share all but their last byte are one class: the pattern stays short.
  const lastBytes = new Map<string, Set<string>>();
  const whole = new Set<string>();
  for (const text of new Set(texts)) {
    const bytes = Buffer.from(text).toString('latin1');
    const start = bytes.slice(0, -1);
    lastBytes.set(start, (lastBytes.get(start) ?? new Set()).add(bytes.slice(-1)));
    if (!isInAddresses) continue;
    if (bytes.length > 1 && text.length === 1) {
      whole.add(encodeURIComponent(text).replaceAll(/[A-F]/g, (digit) => `[${digit}${digit.toLowerCase()}]`));
    } else if (separator.test(text)) whole.add(`%${text.charCodeAt(0).toString(16).padStart(2, '0')}`);
    if (text.length === 1 && text >= '\u00a0' && text <= '\u00ff') {
      lastBytes.set('', (lastBytes.get('') ?? new Set()).add(text));
    }
  }
  const classes = [...lastBytes].map(([start, ends]) => {
    return `${[...start].map(escaped).join('')}[${[...ends].map(escaped).join('')}]`;
  });
  return `(?:${[...classes, ...whole].join('|')})`;
}

/** One byte in a pattern. */
function escaped(byte: string): string {
  return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/*
 * The normal form of names and reasons, in which they are validated, stored and compared. It is Unicode's NFC
 * without invisible characters. Invisible characters that a script needs stay, where that script uses them:
 *
 * - the joiners ZWNJ and ZWJ between letters of scripts that join them (Persian, Indic scripts), and ZWJ
 *   after a virama and between emoji;
 * - variation selectors after Han and Mongolian letters (the registered form of a Japanese family name) and
 *   the emoji selector.
 *
 * Private-use characters stay, because rare Han letters of people's names have been written with them. U+FFFD
 * stays in stored names. Requests with it are refused, because a letter was lost.
 */

const lineBreak = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;
const joiners = /[\u200c\u200d]+/g;
/** Letters and marks of the scripts whose letters join. */
const joining =
  '[[\\p{L}\\p{M}]&&[\\p{scx=Adlam}\\p{scx=Arabic}\\p{scx=Balinese}\\p{scx=Bengali}\\p{scx=Chakma}\\p{scx=Devanagari}\\p{scx=Gujarati}' +
  '\\p{scx=Gurmukhi}\\p{scx=Hanifi_Rohingya}\\p{scx=Javanese}\\p{scx=Kannada}\\p{scx=Khmer}\\p{scx=Malayalam}\\p{scx=Mandaic}' +
  '\\p{scx=Meetei_Mayek}\\p{scx=Mongolian}\\p{scx=Myanmar}\\p{scx=Nko}\\p{scx=Oriya}\\p{scx=Phags_Pa}\\p{scx=Sinhala}\\p{scx=Syriac}' +
  '\\p{scx=Tamil}\\p{scx=Telugu}]]';
/** Patterns of text before and after a joiner. So many scripts take longest, and few names have joiners. */
let joins: { readonly before: RegExp; readonly next: RegExp } | undefined;

type Patterns = ReturnType<typeof makePatterns>;
let made: Patterns | undefined;

/** Returns the patterns with sets of Unicode's, made at their first use: functions start without them. */
function patterns(): Patterns {
  made ??= makePatterns();
  return made;
}

function makePatterns() {
  return {
    /**
     * Characters that are removed everywhere. White space, joiners and selectors are handled later; some
     * characters of `Cf` are visible signs.
     */
    invisible:
      /[[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufffc\u{16fe4}\u{1d159}]--\p{White_Space}--[\u200c\u200d\u180b-\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]--[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]]/gv,
    /** White space, and the Braille pattern without dots. */
    whiteSpace: /[\p{White_Space}\u2800]+/gv,
    spaceInLine: /[[\p{White_Space}\u2800]--\n]+/gv,
    selectors: /[\u180b-\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]+/gv,
    han: /\p{Script=Han}$/v,
    mongolian: /\p{Script_Extensions=Mongolian}$/v,
    emoji: /\p{Extended_Pictographic}\p{Emoji_Modifier}?$/v,
    emojiSequence: /\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?$/v,
    emojiNext: /^\p{Extended_Pictographic}/v,
    /**
     * Signs that leave a consonant without its vowel: with ZWJ after it, it is a letter of its own, also at a
     * word's end.
     */
    virama:
      /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u1039\u103a\u17d2\u1b44\ua9c0\uabed\u{11133}\u{11134}]\p{M}*$/v,
    /** Characters that stand for nothing by themselves: marks, such as accents, need a letter. */
    marksAlone: /^[\p{M}\s]*$/v,
  };
}

/**
 * Number of UTF-16 units to check on each side of a joiner or selector. The bound makes the cost grow only
 * with the length.
 */
const contextLength = 16;

/**
 * Returns a name in normal form: one line without white space around it. It is empty if nothing is left, or
 * only accents and other marks that no letter has.
 */
export function normalName(name: string): string {
  const { whiteSpace, marksAlone } = patterns();
  const normal = visible(name).replaceAll(whiteSpace, ' ').normalize('NFC').trim();
  return marksAlone.test(normal) ? '' : normal;
}

/** Returns a reason in normal form, in which line breaks stay, as `\n`. */
export function normalReason(reason: string): string {
  return visible(reason.replaceAll(lineBreak, '\n'))
    .replaceAll(patterns().spaceInLine, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .normalize('NFC')
    .trim();
}

/**
 * Removes invisible characters. It repeats this, because marks may then change places, and a joiner may lose
 * its neighbour.
 */
function visible(text: string): string {
  const { invisible, selectors } = patterns();
  let before = text.replaceAll(invisible, '').normalize('NFC');
  for (;;) {
    const after = inPlace(inPlace(before, selectors, fitsSelector), joiners, fitsJoiner).normalize('NFC');
    if (after === before) return after;
    before = after;
  }
}

type Fits = (character: string, before: string, after: string) => boolean;

/** Replaces each run by its first character where that fits, and by nothing elsewhere. */
function inPlace(text: string, runs: RegExp, fits: Fits): string {
  return text.replaceAll(runs, (run, offset: number) => {
    const first = String.fromCodePoint(run.codePointAt(0) ?? 0);
    const end = offset + run.length;
    const before = text.slice(Math.max(0, offset - contextLength), offset);
    return fits(first, before, text.slice(end, end + contextLength)) ? first : '';
  });
}

function fitsSelector(selector: string, before: string, after: string): boolean {
  const { mongolian, emoji, han } = patterns();
  if (/[\u180b-\u180f]/.test(selector)) return mongolian.test(before);
  if (selector === '\ufe0f') return emoji.test(before) || (/[0-9#*]$/.test(before) && after[0] === '\u20e3');
  return !/[\ufe03-\ufe0e]/.test(selector) && han.test(before);
}

function fitsJoiner(joiner: string, before: string, after: string): boolean {
  const { virama, emojiSequence, emojiNext } = patterns();
  joins ??= { before: new RegExp(`${joining}\\p{M}*$`, 'v'), next: new RegExp(`^${joining}`, 'v') };
  if (joins.before.test(before) && joins.next.test(after)) return true;
  if (joiner === '\u200c') return false;
  return virama.test(before) || (emojiSequence.test(before) && emojiNext.test(after));
}

import { reasonWords } from '../../../lib/faces/quality-reasons.ts';
import { fixed, number, timeOf } from './format.ts';
import { en } from './texts/en.ts';
import { isInEnglish, texts } from './texts.ts';

/**
 * The service's own sentences in the page's language. The service answers in English, whoever asks, so a
 * sentence is known by its words, which the English catalogue has. One that is not known stays as it is.
 */

type Sentence = string | ((...values: string[]) => string);
type Sentences = Readonly<Record<string, Sentence>>;

/** Stands for a value while a pattern is made. */
const value = '\0';

const patternsOf = (sentences: Sentences) =>
  Object.entries(sentences).map(([name, sentence]) => {
    const text = writing(sentence, typeof sentence === 'string' ? [] : Array(sentence.length).fill(value));
    const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(value, '(.+?)');
    return { name, pattern: new RegExp(`^${escaped}$`, 's') };
  });

const known = {
  answers: patternsOf(en.answers),
  failures: patternsOf(en.failures),
  answerParts: patternsOf(en.answerParts),
};

function writing(sentence: Sentence | undefined, values: readonly string[]): string {
  return typeof sentence === 'function' ? sentence(...values) : (sentence ?? '');
}

/**
 * Returns the service's text in the page's language; `undefined` if it is as the service wrote it. In English
 * it has the page's times. If there is no face, it also says what to do.
 */
export function inPageLanguage(text: string): string | undefined {
  if (text === noFaceText) return noFaceWords();
  if (!isInEnglish()) return translated(text);
  const withTimes = text.replace(isoTimes, (time) => timeOf(time));
  return withTimes === text ? undefined : withTimes;
}

const isoTime = '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z';
const isoTimes = new RegExp(isoTime, 'g');
const onlyIsoTime = new RegExp(`^${isoTime}$`);

const noFaceText = 'No face was found in it.';

function noFaceWords(): string {
  const { fault, remedy } = texts.verdicts.advice.NO_FACE_FOUND;
  return `${fault} ${remedy}`;
}

function translated(text: string): string | undefined {
  return inSentences(text) ?? ofPicture(text);
}

/** Translates several sentences, if all of them are known. */
function inSentences(text: string): string | undefined {
  // Faults of fields have no full stop of their own.
  for (const { 0: end, index } of text.matchAll(/\.(?= \S)|;(?= \S)/g)) {
    const stop = end === '.' ? 1 : 0;
    const first = ofPicture(text.slice(0, index + stop));
    const rest = first === undefined ? undefined : translated(text.slice(index + 2));
    if (rest !== undefined) return `${first}${end.slice(stop)} ${rest}`;
  }
  return undefined;
}

/** Translates a sentence, which may have a picture's name in front. */
function ofPicture(text: string): string | undefined {
  const whole = sentence(text);
  if (whole !== undefined) return whole;
  for (const { index } of text.matchAll(/: /g)) {
    const rest = sentence(text.slice(index + 2));
    if (rest !== undefined) return texts.frame.withError(text.slice(0, index), rest);
  }
  return undefined;
}

function sentence(text: string): string | undefined {
  return refusalOf(text) ?? matching('answers', text) ?? matching('failures', text);
}

function matching(kind: keyof typeof known, text: string): string | undefined {
  for (const { name, pattern } of known[kind]) {
    const values = pattern.exec(text)?.slice(1);
    if (values) return writing((texts[kind] as Sentences)[name], values.map(valueWords));
  }
  return undefined;
}

/** Writes a value as the page's language does: a time, a number, or words. */
function valueWords(text: string): string {
  if (onlyIsoTime.test(text)) return timeOf(text);
  // Numbers without signs may be those of entries, which nobody groups.
  if (/^\d{1,3}(,\d{3})+$/.test(text)) return number(Number(text.replaceAll(',', '')));
  if (/^\d+\.\d+$/.test(text)) return fixed(Number(text), text.length - text.indexOf('.') - 1);
  return matching('answerParts', text) ?? translated(text) ?? text;
}

const reasons = new Map(Object.entries(reasonWords).map(([reason, words]) => [words, reason]));

/** Translates why a face can't be used, or that there is none, by the words that verdicts have for it. */
function refusalOf(text: string): string | undefined {
  const { advice } = texts.verdicts;
  if (text === noFaceText) return noFaceWords();
  const [, rest] = /^The (?:largest )?face (is .+|cannot be used)\.$/.exec(text) ?? [];
  if (rest === 'cannot be used') return advice.LOW_FACE_QUALITY.fault;
  const faults = rest
    ?.slice('is '.length)
    .split(/, and | and |, /)
    .map((words) => advice[reasons.get(words) as keyof typeof advice]?.fault);
  return faults?.every((fault) => fault !== undefined) ? faults.join(' ') : undefined;
}

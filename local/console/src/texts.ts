import { isolate, setLocale } from './format.ts';
import { en, type Texts } from './texts/en.ts';

/** Texts of the console in the page's language. All who show texts read them here, when they show them. */

/** Made of the catalogue: values that are put into a text keep their own direction. */
export let texts: Texts = isolating(en);
let isEnglish = true;

/** Returns true while the page speaks English, as the service does. */
export const isInEnglish = () => isEnglish;

/**
 * Shows the texts of another language from now on.
 *
 * @param catalogue texts of the language
 * @param tag BCP 47 language tag, for numbers and dates
 */
export function setTexts(catalogue: Texts, tag: string): void {
  setLocale(tag);
  texts = isolating(catalogue);
  isEnglish = catalogue === en;
}

/** Copies a part of a catalogue, so that its functions isolate the texts that they are given. */
function isolating<Part>(part: Part): Part {
  if (typeof part === 'function') {
    const write = part as (...values: unknown[]) => unknown;
    const isolated = (...values: unknown[]) =>
      write(...values.map((value) => (typeof value === 'string' ? isolate(value) : value)));
    return isolated as Part;
  }
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, isolating(inner)])) as Part;
}

import { normalName } from '../names/normal-form.ts';

const maxCharacters = 100;
/** Longer texts are no names, even when their normal form is shorter. */
const maxUnits = 4000;

/**
 * Returns a person's name in its normal form; `undefined` for a text that the API refuses as one. It agrees
 * with `EntryName`, and runs in a browser.
 */
export function personName(text: string): string | undefined {
  if (text.length > maxUnits || !text.isWellFormed() || text.includes('\ufffd')) return undefined;
  const name = normalName(text);
  const { length } = [...name];
  return length >= 1 && length <= maxCharacters ? name : undefined;
}

import { foldedName } from './folded-name.ts';

/** Hyphens, dashes, the minus sign, and the points between parts of a name. */
const hyphens = /[\p{Pd}\u2212\u2043\u02d7\u00b7\u30fb]/gu;
const apostrophes = /['`\u2018\u2019\u201b\u02b9\u02bb\u02bc\u05f3\uff07]/gu;
const whiteSpace = /\s+/gu;

/**
 * Returns the text in which `searchForms` of a query are looked for: all forms of each part, a line each.
 * Case, accents, hyphens and apostrophes make no difference then.
 */
export function searchText(parts: readonly (string | null)[]): string {
  return parts.flatMap((part) => (part === null ? [] : searchForms(part))).join('\n');
}

/**
 * Returns the forms of a query, one of which must stand in an entry's `searchText`; none where the query asks
 * for nothing.
 */
export function searchForms(text: string): string[] {
  const folded = foldedName(text);
  const forms = [' ', ''].flatMap((hyphen) =>
    ['', ' '].map((apostrophe) => folded.replaceAll(hyphens, hyphen).replaceAll(apostrophes, apostrophe)),
  );
  const lines = forms.map((form) => form.replaceAll(whiteSpace, ' ').trim());
  return [...new Set(lines)].filter((line) => line !== '');
}

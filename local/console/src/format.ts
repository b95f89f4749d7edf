/** Numbers, names and times as people read them, in the page's language. */

/** Language tag of the page, with the browser's region if it has one of that language. */
let locale = 'en';
let isUtc = false;
let made = new Map<string, unknown>();

/**
 * Sets the language in which all is written from now on.
 *
 * @param tag BCP 47 language tag
 */
export function setLocale(tag: string): void {
  locale = tag;
  made = new Map();
}

/** Sets if times are those of UTC. Days stay those of the browser's zone, in which they are entered. */
export function setUtc(isOn: boolean): void {
  isUtc = isOn;
  made = new Map();
}

/** Returns what was made under that name before, because formats are slow to make. */
function once<Made>(name: string, make: () => Made): Made {
  const known = made.get(name) as Made | undefined;
  const given = known ?? make();
  if (known === undefined) made.set(name, given);
  return given;
}

function formatNumber(value: number, name: string, options: Intl.NumberFormatOptions): string {
  return once(name, () => new Intl.NumberFormat(locale, options)).format(value);
}

export const number = (value: number) => formatNumber(value, 'number', {});

/** Formats with so many digits after the point. */
export const fixed = (value: number, digits: number) =>
  formatNumber(value, `fixed ${digits}`, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  });

/** Formats with two digits that count. */
export const rough = (value: number) => formatNumber(value, 'rough', { maximumSignificantDigits: 2 });

/** Formats percent, 0..100, with two digits that count. */
export const roughPercent = (value: number) =>
  formatNumber(value / 100, 'rough percent', { style: 'percent', maximumSignificantDigits: 2 });

/** Formats a share, 0..1, as whole percent. */
export const wholePercent = (share: number) => formatNumber(share, 'percent', { style: 'percent' });

export const distanceOf = (distance: number) => fixed(distance, 3);

/** Formats a similarity, which is in percent. */
export const similarityOf = (similarity: number) =>
  formatNumber(similarity / 100, 'similarity', {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });

export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

/** Chooses the form that goes with a number, and puts the number in the place of its `#`. */
export function plural(count: number, forms: Forms): string {
  const rule = once('plural', () => new Intl.PluralRules(locale)).select(count);
  return (forms[rule] ?? forms.other).replace('#', number(count));
}

/** Joins names, as in "Jane Roe, Max Power and John Doe". */
export function list(names: readonly string[]): string {
  return once('list', () => new Intl.ListFormat(locale, { type: 'conjunction' })).format(names.map(isolate));
}

/** Compares texts as the page's language sorts them. */
export function compareWords(one: string, other: string): number {
  return once('order', () => new Intl.Collator(locale)).compare(one, other);
}

const date: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' };
const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' };

function formatTime(time: Date | number, name: string, options: Intl.DateTimeFormatOptions): string {
  const zone: Intl.DateTimeFormatOptions = isUtc ? { timeZone: 'UTC', timeZoneName: 'short' } : {};
  return once(name, () => new Intl.DateTimeFormat(locale, { ...options, ...zone })).format(time);
}

/** Formats the day in the browser's zone. */
export const dateOf = (iso: string | Date) =>
  once('day', () => new Intl.DateTimeFormat(locale, date)).format(new Date(iso));
export const timeOf = (iso: string) => formatTime(new Date(iso), 'moment', { ...date, ...clock });
export const clockOf = (time: number) => formatTime(time, 'clock', clock);

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const rightToLeftLanguages = ['ar', 'fa', 'he', 'ur'];

/** Returns the direction of a language. */
export function directionOf(language: string): 'ltr' | 'rtl' {
  return rightToLeftLanguages.includes(language.split('-', 1)[0] ?? '') ? 'rtl' : 'ltr';
}

/**
 * Keeps a text of the other direction together, such as an Arabic name in an English sentence. Elements have
 * `dir="auto"` for that; this is for texts within a text. What is kept together already says nothing of a
 * text's direction, so each name of a list stays a piece of its own.
 */
export function isolate(text: string): string {
  const [first] = /\p{L}/u.exec(text.replaceAll(/\u2068[^\u2069]*\u2069/g, '')) ?? [];
  if (first === undefined) return text;
  const direction = rightToLeft.test(first) ? 'rtl' : 'ltr';
  return direction === directionOf(locale) ? text : `\u2068${text}\u2069`;
}

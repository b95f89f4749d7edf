import { en, type Texts } from './texts/en.ts';

/** Languages of the console. */

/** Names of the languages, each in itself. To add a language, add it here and in `catalogues`. */
export const languageNames = {
  en: 'English',
  es: 'Español',
  de: 'Deutsch',
  fr: 'Français',
  pt: 'Português',
  ar: 'العربية',
} as const;
export type Language = keyof typeof languageNames;

/** Reads the texts of a language. Others than English are loaded when they are wanted. */
export const catalogues: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: async () => en,
  es: async () => (await import('./texts/es.ts')).es,
  de: async () => (await import('./texts/de.ts')).de,
  fr: async () => (await import('./texts/fr.ts')).fr,
  pt: async () => (await import('./texts/pt.ts')).pt,
  ar: async () => (await import('./texts/ar.ts')).ar,
};

export const isLanguage = (name: string): name is Language => Object.hasOwn(languageNames, name);

const nameOf = (tag: string) => tag.toLowerCase().split('-', 1)[0] ?? '';

/**
 * Returns the first language that the console has; English if it has none of them.
 *
 * @param tags BCP 47 language tags, the most wanted first
 */
export function firstLanguage(tags: readonly string[]): Language {
  return tags.map(nameOf).find(isLanguage) ?? 'en';
}

/**
 * Returns the tag for numbers and dates: the wanted one of that language, which has the region. Arabic gets
 * the digits of keys, of entries' numbers and of file names, so that no page mixes two kinds.
 */
export function tagOf(language: Language, tags: readonly string[]): string {
  const own = tags.find((tag) => nameOf(tag) === language) ?? language;
  return language === 'ar' ? new Intl.Locale(own, { numberingSystem: 'latn' }).toString() : own;
}

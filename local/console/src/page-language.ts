import { directionOf, setUtc } from './format.ts';
import { catalogues, firstLanguage, isLanguage, type Language, tagOf } from './languages.ts';
import { Store } from './store.ts';
import { setTexts } from './texts.ts';

/** Language of the page, and the zone of its times. Both are kept on this device. */

const languageKey = 'face-blacklist.language';
const utcKey = 'face-blacklist.utc';

export const language = new Store<Language>('en');
/** True if times are shown in UTC. */
export const showsUtc = new Store(false);

/** Returns the first of the browser's languages that the console has. */
export const browserLanguage = () => firstLanguage(navigator.languages);

/** Returns the language that was chosen on this device; undefined if the browser's counts. */
export function chosenLanguage(): Language | undefined {
  const kept = localStorage.getItem(languageKey) ?? '';
  return isLanguage(kept) ? kept : undefined;
}

/** Shows the page in the language that was chosen, or else in the browser's. */
export async function startLanguage(): Promise<void> {
  showUtc(localStorage.getItem(utcKey) === 'on');
  // Without the file of that language, the page is of more use in English than blank.
  await show(chosenLanguage() ?? browserLanguage()).catch(() => show('en'));
}

/**
 * Shows the page in a language from now on, also after the next visit.
 *
 * @param chosen undefined to follow the browser
 * @throws Error if its texts can't be loaded
 */
export async function chooseLanguage(chosen: Language | undefined): Promise<void> {
  await show(chosen ?? browserLanguage());
  if (chosen === undefined) localStorage.removeItem(languageKey);
  else localStorage.setItem(languageKey, chosen);
}

export function chooseUtc(isOn: boolean): void {
  localStorage.setItem(utcKey, isOn ? 'on' : 'off');
  showUtc(isOn);
}

function showUtc(isOn: boolean): void {
  setUtc(isOn);
  showsUtc.set(isOn);
}

async function show(chosen: Language): Promise<void> {
  setTexts(await catalogues[chosen](), tagOf(chosen, navigator.languages));
  document.documentElement.lang = chosen;
  document.documentElement.dir = directionOf(chosen);
  language.set(chosen);
}

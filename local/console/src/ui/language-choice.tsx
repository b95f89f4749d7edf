import { useId } from 'preact/hooks';
import { type Language, languageNames } from '../languages.ts';
import { notify } from '../notices.ts';
import {
  browserLanguage,
  chooseLanguage,
  chooseUtc,
  chosenLanguage,
  language,
  showsUtc,
} from '../page-language.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';

const names = Object.entries(languageNames) as [Language, string][];

/** Lets a person choose the language of the page. Whoever can't read it finds "Language" in English too. */
export function LanguageChoice() {
  const id = useId();
  const isEnglish = useStore(language) === 'en';
  const choose = (value: string) => {
    const chosen = names.find(([name]) => name === value)?.[0];
    chooseLanguage(chosen).catch(() => notify(texts.frame.languageFailed, { isFailure: true }));
  };
  return (
    <div class="field language">
      <label for={id}>
        {texts.frame.language}
        {!isEnglish && (
          <>
            {' · '}
            <span lang="en">Language</span>
          </>
        )}
      </label>
      <select
        id={id}
        value={chosenLanguage() ?? ''}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        <option value="">{texts.frame.browserLanguage(languageNames[browserLanguage()])}</option>
        {names.map(([name, own]) => (
          <option key={name} value={name} lang={name}>
            {own}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Lets a person see all times in UTC, as logs have them. */
export function UtcSetting() {
  return (
    <label class="checkbox">
      <input
        type="checkbox"
        checked={useStore(showsUtc)}
        onChange={({ currentTarget }) => chooseUtc(currentTarget.checked)}
      />
      <span>{texts.frame.showUtc}</span>
    </label>
  );
}

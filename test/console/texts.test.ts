import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { auditActions } from '../../lib/contract/audit-actions.ts';
import { isolate, list, plural, setLocale, similarityOf, timeOf } from '../../local/console/src/format.ts';
import { firstLanguage, type Language, languageNames, tagOf } from '../../local/console/src/languages.ts';
import { sourceMeant, sourceWords } from '../../local/console/src/model/words.ts';
import { ar } from '../../local/console/src/texts/ar.ts';
import { de } from '../../local/console/src/texts/de.ts';
import { en, type Texts } from '../../local/console/src/texts/en.ts';
import { es } from '../../local/console/src/texts/es.ts';
import { fr } from '../../local/console/src/texts/fr.ts';
import { pt } from '../../local/console/src/texts/pt.ts';
import { setTexts, texts } from '../../local/console/src/texts.ts';
import { literalTexts } from './literals.ts';

const catalogues: Readonly<Record<Language, Texts>> = { en, es, de, fr, pt, ar };
const others = (Object.keys(languageNames) as Language[]).filter((language) => language !== 'en');

type Write = (...values: unknown[]) => unknown;

/** Lists the texts of a catalogue by their path, such as "frame.skip". */
function leavesOf(part: object, path = ''): Map<string, string | Write> {
  const leaves = Object.entries(part).flatMap(([name, inner]: [string, string | Write | object]) => {
    const at = `${path}${name}`;
    return typeof inner === 'object' ? [...leavesOf(inner, `${at}.`)] : [[at, inner] as const];
  });
  return new Map(leaves);
}

const english = leavesOf(en);

/** Texts whose values are links, which are functions of their own text. */
const withLinks = ['frame.wrongAddress'];

/** Writes a text with values by which they can be found in it. */
function write(path: string, text: string | Write, values: readonly unknown[]): string {
  if (typeof text === 'string') return text;
  const given = withLinks.includes(path) ? values.map((value) => (own: string) => `${own}${value}`) : values;
  return [text(...given)].flat().join('');
}

const markers = [421, 532, 643, 754, 865, 976];

/** Texts that are written as in English, by their path. */
const sameWords: Readonly<Record<Language, readonly string[]>> = {
  en: [],
  es: ['history.detector', 'service.detector', 'service.runtimes.onnx', 'service.token', 'service.tokens'],
  de: [
    'frame.status',
    'history.person',
    'people.fields.name',
    'people.person',
    'people.sorts.name',
    'service.runtimes.onnx',
    'service.status',
    'service.threads',
    'service.token',
    'service.tokens',
    'service.version',
  ],
  fr: [
    'checking.distanceIs',
    'frame.pages',
    'history.source',
    'people.fields.notes',
    'people.pixels',
    'people.severities.danger',
    'people.severities.info',
    'service.action',
    'service.runtimes.onnx',
    'service.service',
    'service.version',
    'verdicts.distance',
    'verdicts.possibly',
  ],
  pt: [
    'history.detector',
    'people.pixels',
    'service.detector',
    'service.runtimes.onnx',
    'service.threads',
    'service.token',
    'service.tokens',
  ],
  ar: ['service.runtimes.onnx'],
};

afterEach(() => setTexts(en, 'en'));

describe.each(others)('the texts in %s', (language) => {
  const leaves = leavesOf(catalogues[language]);

  test('are the same as in English, and take the same values', () => {
    const shapeOf = (all: ReadonlyMap<string, string | Write>) =>
      [...all].map(([path, text]) => `${path} ${typeof text === 'string' ? 'text' : text.length}`).sort();
    expect(shapeOf(leaves)).toEqual(shapeOf(english));
  });

  test('show the values that the English ones show', () => {
    setLocale(language);
    const shownBy = (path: string, text: string | Write) => {
      const written = write(path, text, markers);
      return markers.filter((marker) => written.includes(String(marker)));
    };
    for (const [path, text] of english) {
      expect(shownBy(path, leaves.get(path) ?? ''), path).toEqual(shownBy(path, text));
    }
  });

  test.each([0, 1, 2, 3, 11, 100, 1_000_000])('have a form for %d', (count) => {
    setLocale(language);
    for (const [path, text] of leaves) {
      const written = write(path, text, Array(6).fill(count));
      expect(written, path).not.toMatch(/#|undefined|NaN|\[object/);
    }
  });

  test('are not left in English', () => {
    setLocale(language);
    const left = [...leaves]
      .filter(([path, text]) => {
        const own = write(path, text, markers);
        return /\p{L}{3}/u.test(own) && own === write(path, english.get(path) ?? '', markers);
      })
      .map(([path]) => path);
    expect(left.sort()).toEqual(sameWords[language]);
  });

  test('do not begin or end with other spaces, or end otherwise, than in English', () => {
    setLocale(language);
    const endOf = (path: string, text: string | Write) => {
      const written = write(path, text, markers);
      const [, before, after] = /^(\s*).*?(\s*)$/s.exec(written) ?? [];
      return { before, after, isSentence: /[.?]$/.test(written.replaceAll('؟', '?')) };
    };
    for (const [path, text] of english) {
      expect(endOf(path, leaves.get(path) ?? ''), path).toEqual(endOf(path, text));
    }
  });
});

describe.each(Object.entries(catalogues))('in %s', (_language, { verdicts, people, checking }) => {
  test('no two verdicts, severities or judgements have the same words', () => {
    const groups = [
      [verdicts.matched, verdicts.possibly, verdicts.cannotTell, verdicts.noMatch, checking.notChecked],
      [verdicts.itIs, verdicts.notThem, verdicts.unsure],
      Object.values(people.severities),
      [verdicts.match('Jane', false), verdicts.confirmed('Jane', false), verdicts.possible('Jane')],
    ];
    for (const words of groups) expect(new Set(words).size).toBe(words.length);
  });

  test('danger is told first, and names are told of every verdict', () => {
    for (const tell of [verdicts.match, verdicts.confirmed]) {
      expect(tell('Jane', true)).toBe(`${people.severities.danger}. ${tell('Jane', false)}`);
    }
    for (const text of [
      verdicts.match('Jane', false),
      verdicts.possible('Jane'),
      verdicts.rejected('Jane'),
    ]) {
      expect(text).toContain('Jane');
    }
  });
});

describe('formats', () => {
  test('of Arabic numbers have all the forms that it needs', () => {
    setTexts(ar, 'ar-u-nu-latn');
    expect([0, 1, 2, 3, 11, 100].map((count) => texts.people.listed(count))).toEqual([
      'لا أحد مدرج',
      'شخص واحد مدرج',
      'شخصان مدرجان',
      '3 أشخاص مدرجين',
      '11 شخصًا مدرجًا',
      '100 شخص مدرج',
    ]);
  });

  test('are those of the language', () => {
    setLocale('de');
    expect(similarityOf(99.21)).toMatch(/^99,2\s%$/);
    expect(plural(12_345, { one: '# Bild', other: '# Bilder' })).toBe('12.345 Bilder');
    expect(list(['Jane', 'Max', 'John'])).toBe('Jane, Max und John');
    expect(timeOf('2026-05-05T18:12:03.512Z')).toMatch(/Mai 2026/);
    setLocale('en');
    expect(similarityOf(99.21)).toBe('99.2%');
  });

  test('keep a name of the other direction together', () => {
    expect(isolate('Jane Roe')).toBe('Jane Roe');
    expect(isolate('محمد')).toBe('\u2068محمد\u2069');
    setTexts(ar, 'ar');
    expect(isolate('محمد')).toBe('محمد');
    expect(isolate('99%')).toBe('99%');
    expect(texts.verdicts.match('Jane Roe', false)).toBe('تطابق: \u2068Jane Roe\u2069');
    // Each name of a list is a piece of its own, whatever the first one's direction is.
    const names = list(['Jane Roe', 'محمد', 'Max Power']);
    expect(names.match(/\u2068[^\u2068\u2069]*\u2069/g)).toEqual([
      '\u2068Jane Roe\u2069',
      '\u2068Max Power\u2069',
    ]);
    expect(texts.verdicts.match(names, false)).toBe(`تطابق: ${names}`);
    expect(texts.verdicts.reviewBy('محمد', texts.verdicts.saidNot, null, '10').join('')).toMatch(/، 10\.$/);
    expect(texts.people.sorts.name).toBe('الاسم');
  });
});

describe('the language', () => {
  test.each([
    [['de-AT', 'en'], 'de'],
    [['sv', 'pt-BR'], 'pt'],
    [['sv', 'tlh'], 'en'],
    [[], 'en'],
  ] as const)('for a browser with %j is %s', (tags, language) => {
    expect(firstLanguage(tags)).toBe(language);
  });

  test('has the region of the browser, and in Arabic the digits of numbers elsewhere', () => {
    expect(tagOf('en', ['de-DE', 'en-GB', 'en-US'])).toBe('en-GB');
    expect(tagOf('fr', ['de'])).toBe('fr');
    expect(tagOf('ar', ['ar-EG'])).toBe('ar-EG-u-nu-latn');
  });
});

describe('literal texts', () => {
  const sources = globSync('local/console/src/**/*.{ts,tsx}', { exclude: ['**/texts/**'] });

  test('are found', () => {
    const source = `const a = 'Not for you'; throw new Error('For a programmer');
      const b = <p title="Take it" class="Take it">Take <b>{isHere ? 'Yes' : \`No \${a}\`}</b></p>;
      const c = <input placeholder="Search" type="search" alt="" />;`;
    expect(literalTexts('a.tsx', source)).toEqual([
      'Not for you',
      'Take it',
      'Take',
      'Yes',
      'No …',
      'Search',
    ]);
  });

  test('stand in the catalogues alone', { timeout: 30_000 }, () => {
    expect(sources).toContain('local/console/src/pages/check.tsx');
    const found = sources.flatMap((path) =>
      literalTexts(path, readFileSync(path, 'utf8')).map((text) => `${basename(path)}: ${text}`),
    );
    // A header, the service's own words, an address, and the word by which everybody finds the choice of
    // the language.
    expect(found.sort()).toEqual([
      'client.ts: Bearer …',

      'connect.tsx: https://faces.example.com',
      'language-choice.tsx: Language',
      'service-words.ts: No face was found in it.',
    ]);
  });
});

test('every action of the audit trail has words, and no two have the same', () => {
  for (const { service } of Object.values(catalogues)) {
    expect(Object.keys(service.actions).toSorted()).toEqual([...auditActions].toSorted());
    expect(new Set(Object.values(service.actions)).size).toBe(auditActions.length);
  }
});

test('the source of a door is told in words, and found by them', () => {
  for (const [language, catalogue] of Object.entries(catalogues)) {
    setTexts(catalogue, language);
    expect(sourceWords('Door')).toBe(catalogue.checking.door);
    expect(sourceMeant(` ${catalogue.checking.door.toUpperCase()}`)).toBe('Door');
    expect([sourceWords('Back door'), sourceMeant('Back door')]).toEqual(['Back door', 'Back door']);
  }
});

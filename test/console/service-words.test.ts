import { globSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { qualityReasonNames } from '../../lib/contract/verdict.ts';
import type { RequestInvalidError } from '../../lib/errors.ts';
import { refusalWords } from '../../lib/faces/quality-reasons.ts';
import { usedThreshold } from '../../lib/faces/thresholds.ts';
import { validate } from '../../lib/http/validation.ts';
import { measurePicture } from '../../lib/inputs/measure.ts';
import { createUrlReader } from '../../lib/inputs/url.ts';
import { requireRole } from '../../lib/service/actor.ts';
import { timeOf } from '../../local/console/src/format.ts';
import { inPageLanguage } from '../../local/console/src/service-words.ts';
import { ar } from '../../local/console/src/texts/ar.ts';
import { de } from '../../local/console/src/texts/de.ts';
import { en } from '../../local/console/src/texts/en.ts';
import { setTexts } from '../../local/console/src/texts.ts';

beforeEach(() => setTexts(de, 'de'));
afterEach(() => setTexts(en, 'en'));

/** Gives the service's words for a picture that it does not take. */
async function refusalOf(picture: Promise<Buffer>): Promise<string> {
  return measurePicture(await picture).then(
    () => '',
    (error: Error) => error.message,
  );
}

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'white' } });

/** A JPEG whose head tells of another size: 8,000 x 7,000 pixels. */
async function largeJpeg(): Promise<Buffer> {
  const jpeg = await plain(16, 16).jpeg().toBuffer();
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt16BE(7_000, frame + 5);
  jpeg.writeUInt16BE(8_000, frame + 7);
  return jpeg;
}

describe('what the service says', () => {
  test('of a picture that is too large is told with its numbers', async () => {
    expect(inPageLanguage(await refusalOf(largeJpeg()))).toBe(
      'Das Bild hat 8000 x 7000 Pixel, mehr als 50 Megapixel.',
    );
    expect(inPageLanguage(await refusalOf(plain(20_000, 50).png().toBuffer()))).toBe(
      'Das Bild hat 20000 x 50 Pixel: Eine Seite darf höchstens 16384 haben.',
    );
    expect(inPageLanguage(await refusalOf(plain(1_010, 10).png().toBuffer()))).toBe(
      'Das Bild hat 1010 x 10 Pixel: Eine Seite darf höchstens 100-mal so lang sein wie die andere.',
    );
  });

  test('in the audit trail about a request that only tried is told in the language', () => {
    expect(inPageLanguage('dry run')).toBe('Probelauf');
    expect(inPageLanguage('dry run: 12 found')).toBe('Probelauf: 12 gefunden');
  });

  test.each([1, 3])('of a face among %d that can not be listed is told as verdicts tell it', (faces) => {
    const faults = (reasons: typeof qualityReasonNames) =>
      reasons.map((reason) => de.verdicts.advice[reason].fault).join(' ');
    for (let count = 1; count <= qualityReasonNames.length; count++) {
      const reasons = qualityReasonNames.slice(0, count) as unknown as typeof qualityReasonNames;
      expect(inPageLanguage(refusalWords(reasons, faces))).toBe(faults(reasons));
    }
    expect(inPageLanguage(refusalWords([], faces))).toBe(de.verdicts.advice.LOW_FACE_QUALITY.fault);
  });

  test('of a threshold is told with the reason', () => {
    const limits = { model: 'Fusion', metric: 'cosine', configured: 0.385, loosest: 0.5 } as const;
    const reason = 'a looser one would make a false match likelier than 1 in 1,000 (MAX_FALSE_MATCH_RATE)';
    const ask = (standard: number | undefined) =>
      usedThreshold(
        { threshold: 1_000, model: 'ArcFace', metric: 'cosine', standard },
        { ...limits, reason },
      ).warnings.map(inPageLanguage);
    expect(ask(undefined)).toEqual([
      'Ein Schwellenwert von 1000 war verlangt, 0,5 wurde verwendet: mit Fusion (cosine) machte ein ' +
        'lockererer einen falschen Treffer wahrscheinlicher als 1 von 1.000 (MAX_FALSE_MATCH_RATE).',
    ]);
    expect(ask(0.68)).toEqual([
      expect.stringMatching(
        /^Ein Schwellenwert .*: ArcFace wird durch Fusion ersetzt.*0,68.*; und mit Fusion/,
      ),
    ]);
  });

  test('of a role, and of an address, is told with all that it names', async () => {
    const words = async (run: () => unknown) => {
      try {
        await run();
      } catch (error) {
        return inPageLanguage((error as Error).message);
      }
    };
    const clerk = { name: 'clerk', role: 'editor' } as const;
    expect(await words(() => requireRole(clerk, { role: 'admin' }))).toBe(
      'Das verlangt die Rolle admin; „clerk“ hat editor.',
    );
    const read = createUrlReader({ maxBytes: 1 });
    const readOwn = createUrlReader({ maxBytes: 1, isOwnAddress: () => false });
    expect(await words(() => read('http://10.0.0.1:81/'))).toBe(
      'Adressen werden nur von den Ports 80 und 443 gelesen.',
    );
    expect(await words(() => readOwn('http://10.0.0.1/'))).toMatch(/URL_NETWORKS noch zum Port 80 oder 443/);
  });

  test('of a camera that is silent is told with the reason', () => {
    const silent =
      'The camera Back door gives no frames since 2026-05-05T12:00:00.000Z: It refuses the user or the password.';
    expect(inPageLanguage(silent)).toMatch(
      /^Die Kamera Back door liefert seit .*2026.* keine Bilder: Sie lehnt Benutzer oder Passwort ab\.$/,
    );
  });

  test('of several pictures is told of each by its name', () => {
    const noFace = `${de.verdicts.advice.NO_FACE_FOUND.fault} ${de.verdicts.advice.NO_FACE_FOUND.remedy}`;
    expect(
      inPageLanguage(
        'None of the images can be used. a. b.jpg: The face is too dark. c: d.jpg: No face was found in it.',
      ),
    ).toBe(
      `${de.answers.noneUsable} a. b.jpg: ${de.verdicts.advice.LOW_BRIGHTNESS.fault} c: d.jpg: ${noFace}`,
    );
  });

  test('of names and times is told in the page’s way', () => {
    setTexts(ar, 'ar');
    expect(inPageLanguage("Blacklist entry with name 'Jane Roe' already exists.")).toBe(
      'يوجد قيد بالاسم «\u2068Jane Roe\u2069» من قبل.',
    );
    const expired = inPageLanguage(
      `The entry expired at 2026-05-05T12:00:00.000Z: nobody matches it. ${en.answers.expiredIsDeleted}`,
    );
    expect(expired).toContain('2026');
    expect(expired).not.toMatch(/T12|nobody/);
  });

  test('stays as it is where it is not known, and in English', () => {
    const unknown = ['The moon is full.', 'a.jpg: The moon is full.', 'The face is too green.', ''];
    expect(unknown.map(inPageLanguage)).toEqual(unknown.map(() => undefined));
    expect(inPageLanguage(`${en.answers.damaged} The moon is full.`)).toBeUndefined();
    setTexts(en, 'en');
    expect(inPageLanguage(en.answers.damaged)).toBeUndefined();
    const { expired } = en.answers;
    const [is, past] = ['2026-05-05T12:00:00.000Z', timeOf('2026-05-05T12:00:00.000Z')];
    expect(past).not.toContain('T12');
    expect(inPageLanguage(expired(is))).toBe(expired(past));
    // The remedy is told in English, too.
    expect(inPageLanguage('No face was found in it.')).toMatch(/^No face was found\. Show the whole face/);
  });
});

const sourceOf = (...patterns: string[]) =>
  patterns
    .flatMap((pattern) => globSync(pattern))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
    // Long sentences are joined.
    .replaceAll(/['"`] ?\+\s+['"`]/g, '');

test('every sentence that the console knows is one of the service', () => {
  const source = sourceOf('lib/**/*.ts', 'local/server/*.ts');
  // Tested above, as the service makes them.
  const made = [
    'tooManyPixels',
    'sideTooLong',
    'tooNarrow',
    'adminOnly',
    'twoPorts',
    'eitherPort',
    'oneCharacter',
    'notWhole',
    'notNumber',
  ];
  const parts = Object.entries({ ...en.answers, ...en.failures, ...en.answerParts })
    .filter(([name]) => !made.includes(name))
    .flatMap(([name, sentence]) => {
      const text =
        typeof sentence === 'string'
          ? sentence
          : (sentence as (...values: string[]) => string)(...Array(sentence.length).fill('\0'));
      return text.split('\0').map((part) => ({ name, part }));
    });
  expect(parts.filter(({ part }) => !source.includes(part))).toEqual([]);
});

/** Gives the sentences in such a place of the source, with a word for each value. */
function sentencesIn(source: string, place: RegExp): string[] {
  return [...source.matchAll(place)].map(([, sentence = '']) =>
    sentence.replaceAll(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, 'X').replaceAll("\\'", "'"),
  );
}

/** Sentences that reach no page: those of the start, of pictures that a program sends, and of the log. */
const elsewhere =
  /newer version of this program|takes no pictures\.$|cleaned of what was deleted|keeps its log|exists already|indexing this picture|A collection has|by another service|kept faces|lacks/;
const quoted = /['"`]([A-Z$][^\n]*?\.)['"`]/.source;

test.each([
  ['a camera', 'lib/cameras/*.ts', `(?:words: |SourceError\\(|\\], )${quoted}`],
  ['a backend that is down', 'lib/**/*.ts', `(?:BackendUnavailable|Throttled)Error\\(\\s*${quoted}`],
])('every sentence about %s is told in the page’s language', (_, files, place) => {
  setTexts(de, 'de');
  const sentences = sentencesIn(sourceOf(files), new RegExp(place, 'g'));
  expect(sentences.length).toBeGreaterThan(20);
  const shown = sentences.filter((sentence) => !elsewhere.test(sentence));
  expect(shown.filter((sentence) => inPageLanguage(sentence) === undefined)).toEqual([]);
});

test('the faults of fields are told in the page’s language, each of its field', async () => {
  setTexts(de, 'de');
  const schema = z.object({ name: z.string().min(1).max(100), notes: z.string(), id: z.int().min(1) });
  const faults = (input: unknown) => {
    try {
      validate(schema, input, 'body');
    } catch (error) {
      const { problems } = error as RequestInvalidError;
      return inPageLanguage(problems.map(({ loc, msg }) => `${loc.at(-1)}: ${msg}`).join('; '));
    }
  };
  expect(faults({ name: 'x'.repeat(101), id: 0 })).toBe(
    'name: Es darf höchstens 100 Zeichen haben; notes: Das Feld fehlt; id: Der Wert muss mindestens 1 sein',
  );
  expect(faults({ name: 'x', notes: 'x', id: 'x' })).toBe('id: Erwartet wird eine Zahl');
  expect(faults({ name: 'x', notes: 'x', id: 1.5 })).toBe('id: Erwartet wird eine ganze Zahl');
  expect(faults({ name: '', notes: 5, id: 1 })).toBe(
    'name: Es braucht mindestens 1 Zeichen; notes: Erwartet wird ein Text',
  );
});

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { resultExample } from '../../lib/contract/examples.ts';
import { ServiceClock, SteadyClock } from '../../local/console/src/clock.ts';
import { fateInto, withFate } from '../../local/console/src/model/fate.ts';
import { sinceWords } from '../../local/console/src/model/verdict-words.ts';
import { hitsOf, judgePicture } from '../../local/console/src/model/verdicts.ts';
import { ar } from '../../local/console/src/texts/ar.ts';
import { de } from '../../local/console/src/texts/de.ts';
import { en } from '../../local/console/src/texts/en.ts';
import { es } from '../../local/console/src/texts/es.ts';
import { fr } from '../../local/console/src/texts/fr.ts';
import { pt } from '../../local/console/src/texts/pt.ts';
import { setTexts } from '../../local/console/src/texts.ts';

const hour = 3_600_000;
const noon = Date.parse('2026-11-30T12:00:00Z');

/** A device whose clock can be set, and whose counter stands still while it sleeps. */
function makeDevice() {
  let [counted, device] = [100, noon];
  return {
    counter: () => counted,
    clock: () => device,
    passes(ms: number) {
      counted += ms;
      device += ms;
    },
    isSet(by: number) {
      device += by;
    },
    sleeps(ms: number) {
      device += ms;
    },
  };
}

describe('the clock of waits', () => {
  test.each([-hour, -60_000, -400, 400, 60_000, hour])('follows no clock that is set by %d ms', (by) => {
    const device = makeDevice();
    const steady = new SteadyClock(device.counter, device.clock);
    const before = steady.now();
    device.passes(10_000);
    device.isSet(by);
    expect(steady.now() - before).toBe(10_000);
    device.passes(500);
    expect(steady.now() - before).toBe(10_500);
  });

  test('goes on while a hidden page sleeps', () => {
    const device = makeDevice();
    const steady = new SteadyClock(device.counter, device.clock);
    const before = steady.now();
    steady.noteHidden(true);
    device.passes(5_000);
    expect(steady.now() - before).toBe(5_000);
    device.sleeps(hour);
    steady.noteHidden(false);
    expect(steady.now() - before).toBe(5_000 + hour);
    device.isSet(hour);
    expect(steady.now() - before).toBe(5_000 + hour);
  });
});

describe('the clock of the service', () => {
  test('is the device’s until an answer tells the service’s time', () => {
    const device = makeDevice();
    const service = new ServiceClock(device.counter, device.clock);
    expect(service.now()).toBe(noon);
    service.note(null, 100);
    service.note('no time', 100);
    expect(service.now()).toBe(noon);
    device.passes(200);
    service.note(new Date(noon + hour).toUTCString(), 100);
    expect(Math.abs(service.now() - noon - hour)).toBeLessThanOrEqual(1_000);
    const told = service.now();
    device.isSet(-2 * hour);
    device.passes(700);
    expect(service.now()).toBe(told + 700);
  });

  test('keeps to what each answer leaves possible, and follows a service whose time is set', () => {
    const device = makeDevice();
    const service = new ServiceClock(device.counter, device.clock);
    // The service's time is 300 ms ahead of noon, and each answer takes 100 ms.
    const answer = (ahead: number) => {
      const asked = device.counter();
      device.passes(50);
      const date = new Date(device.clock() + ahead).toUTCString();
      device.passes(50);
      service.note(date, asked);
    };
    for (let call = 0; call < 30; call++) {
      answer(300);
      device.passes(130);
    }
    expect(Math.abs(service.now() - device.clock() - 300)).toBeLessThanOrEqual(100);
    // A slow answer tells less, and changes nothing.
    const known = service.now() - device.clock();
    const asked = device.counter();
    const date = new Date(device.clock() + 300).toUTCString();
    device.passes(60_000);
    service.note(date, asked);
    expect(service.now() - device.clock()).toBe(known);
    answer(-hour);
    expect(Math.abs(service.now() - device.clock() + hour)).toBeLessThanOrEqual(1_000);
  });
});

test('the device’s clock is read by the clocks alone, and for the session that outlives a page', () => {
  const folder = join(import.meta.dirname, '../../local/console/src');
  const reads = (file: string) =>
    /Date\.now|performance\.(now|timeOrigin)/.test(readFileSync(join(folder, file), 'utf8'));
  expect(globSync('**/*.{ts,tsx}', { cwd: folder }).filter(reads).sort()).toEqual([
    'api/sign-in.ts',
    'clock.ts',
  ]);
});

describe('an entry that nobody matches any more', () => {
  afterEach(() => setTexts(en, 'en-GB'));
  const [id = 0] = hitsOf(judgePicture(resultExample)).map(({ comparison }) => comparison.entry.id);
  const wordsOf = (fate: Parameters<typeof withFate>[2]) => {
    const [hit] = hitsOf(judgePicture(withFate(resultExample, id, fate)));
    return hit && sinceWords(hit.comparison.entry);
  };

  test.each([
    ['en', en],
    ['de', de],
    ['es', es],
    ['fr', fr],
    ['pt', pt],
    ['ar', ar],
  ])('has words for that in %s', (language, texts) => {
    setTexts(texts, language);
    expect(wordsOf({ force: 'expired' })).toBe(texts.verdicts.sinceEnded);
    expect(wordsOf({ force: 'over' })).toBe(texts.verdicts.sinceOver);
    expect(wordsOf({ force: 'deleted' })).toBe(texts.verdicts.sinceDeleted);
    expect(wordsOf({ force: 'listed' })).toBeUndefined();
  });

  test('is told by the one that it was merged into, over as many merges as there were', () => {
    const expires_at = '2026-12-01T00:00:00.000Z';
    const heir = { expires_at };
    expect(fateInto({ force: 'moved', heir })).toEqual({ force: 'moved', heir });
    for (const force of ['suspended', 'expired', 'deleted', 'over'] as const)
      expect(fateInto({ force })).toEqual({ force: 'over' });
    expect(fateInto(fateInto({ force: 'deleted' }))).toEqual({ force: 'over' });
  });
});

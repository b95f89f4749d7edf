import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { type Language, languageNames } from '../../local/console/src/languages.ts';
import { ar } from '../../local/console/src/texts/ar.ts';
import { de } from '../../local/console/src/texts/de.ts';
import { en, type Texts } from '../../local/console/src/texts/en.ts';
import { es } from '../../local/console/src/texts/es.ts';
import { fr } from '../../local/console/src/texts/fr.ts';
import { pt } from '../../local/console/src/texts/pt.ts';
import { pictureOfNothing } from '../api/pictures.ts';
import { newName } from '../suites/api/client.ts';
import { findings } from './accessibility.ts';
import { areOnFirstScreen, type ConsoleSetup, fileOf, pictureIsShown, placesOf } from './setup.ts';

const catalogues: Readonly<Record<Language, Texts>> = { en, es, de, fr, pt, ar };
const others = (Object.keys(languageNames) as Language[]).filter((language) => language !== 'en');
/** Pages to test with axe, each with a part that it shows at last. */
const examined: Partial<Record<Language, readonly (readonly [path: string, ready: string])[]>> = {
  de: [['#/check', '.hit']],
  ar: [
    ['#/check', '.hit'],
    ['#/status', '.tile'],
  ],
};

/** Chooses a language on the page of the status; "" for the browser's. */
async function choose(page: Page, language: Language | ''): Promise<void> {
  await page.evaluate(`location.hash = '#/status'`);
  await page.locator('.language select').selectOption(language);
}

/** Opens a page without loading the console again. */
async function open(page: Page, path: string, ready: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(path)}`);
  await page.locator(`main ${ready}`).first().waitFor();
}

/** Expects the whole verdict of the page above the navigation, with the buttons to judge it. */
async function expectToAct(page: Page, { verdicts, people }: Texts, name: string): Promise<void> {
  const hit = page.locator('.hit');
  const heading = page.locator('.verdict-bar h2');
  const buttons = hit.locator('.review-buttons button');
  const verdict = new RegExp(`^${people.severities.danger}.*${verdicts.matched}`);
  await expect.poll(() => heading.innerText()).toMatch(verdict);
  await expect.poll(() => heading.innerText()).toContain(name);
  const labels = [verdicts.itIs, verdicts.notThem, verdicts.unsure];
  await expect
    .poll(() => buttons.allInnerTexts())
    .toEqual(labels.map((label) => expect.stringContaining(label)));
  const needed = [heading, hit.locator('.picture'), hit.getByText('ARMED, do not approach.'), buttons];
  await areOnFirstScreen(page, needed, 7);
}

/** Expects nothing to stick out at the side. */
async function expectNoOverflow(page: Page, what: string): Promise<void> {
  const wide = `[...document.querySelectorAll('main *')].filter((part) => {
    const { left, right } = part.getBoundingClientRect();
    return right > innerWidth + 1 || left < -1;
  }).map(({ outerHTML }) => outerHTML.slice(0, 200)).slice(0, 3)`;
  const tooWide = async () => {
    if (await page.evaluate('document.documentElement.scrollWidth <= innerWidth')) return [];
    return [what, ...(await page.evaluate<string[]>(wide))];
  };
  await expect.poll(tooWide).toEqual([]);
}

/** Lists the texts of the bar that lose their end: a line that does not fit, or a name within one. */
const cutNames = `[...document.querySelectorAll('main .verdict-bar :is(h2, h2 bdi)')]
  .filter((part) => part.scrollHeight > part.clientHeight + 1 || part.scrollWidth > part.clientWidth + 1)
  .filter((part) => getComputedStyle(part).display !== 'inline')
  .map((part) => part.innerText)`;

/** Tests the languages of the console. */
export function describeLanguages(setup: () => ConsoleSetup): void {
  it('leaves room to act on a phone in each, and no page sticks out', async () => {
    const listed = await setup().listWoman();
    await setup().api.patch(listed.id, { severity: 'danger', reason: 'ARMED, do not approach.' });
    const { db_id } = await setup().api.process(setup().pictures.withWoman, { threshold: 1000 });
    const viewport = { width: 380, height: 800 };
    await using visit = await setup().visit('#/check', { viewport, hasTouch: true, reducedMotion: 'reduce' });
    const { page } = visit;
    // A picture that failed can be tried again, by a button with the longest label.
    await page
      .locator('input[type=file]')
      .setInputFiles([
        fileOf('door.jpg', setup().pictures.withWoman),
        fileOf('broken.jpg', Buffer.from('nope')),
      ]);
    await page.locator('.strip-item.failed').waitFor();
    await pictureIsShown(page.locator('.hit figure').nth(1));
    const pages = [
      ['#/history', '.row img'],
      ['#/blacklist', '.card img'],
      ['#/blacklist/new', 'form'],
      ['#/blacklist/import', '.form'],
      [`#/blacklist/${listed.id}`, '.references-grid img'],
      [`#/history/${db_id}`, '.hit'],
      ['#/compare', '.side'],
      ['#/door', '.door-start'],
      ['#/audit', 'tbody tr'],
      ['#/tokens', '.section'],
      ['#/privacy', '.facts-list'],
      ['#/cameras', '.state'],
      ['#/status', '.tile'],
    ] as const;
    for (const language of others) {
      await choose(page, language);
      await page.locator(`html[lang=${language}][dir=${language === 'ar' ? 'rtl' : 'ltr'}]`).waitFor();
      // Pictures that were checked before are still there.
      await open(page, '#/check', '.hit figure img');
      for (const size of [viewport, { width: 320, height: 568 }]) {
        await page.setViewportSize(size);
        await expectToAct(page, catalogues[language], listed.name);
      }
      for (const state of ['failed', 'match']) {
        await page.locator(`.strip-item.${state}`).click();
        await page.locator(`.strip-item.${state}[aria-current=true]`).waitFor();
        await expectNoOverflow(page, `${language} #/check, ${state}`);
      }
      // Words are longest in German and French, and Arabic runs the other way.
      const shown = ['de', 'fr', 'ar'].includes(language) ? pages : pages.slice(0, 1);
      for (const [path, ready] of shown) {
        await open(page, path, ready);
        await expectNoOverflow(page, `${language} ${path}`);
      }
      for (const [path, ready] of examined[language] ?? []) {
        await open(page, path, ready);
        await expect.poll(() => findings(page), { message: `${language} ${path}` }).toEqual([]);
      }
      await page.setViewportSize(viewport);
    }
    // A name of the other direction that is too long loses its end, not its start.
    const name = `${newName()} Wolfeschlegelsteinhausenbergerdorff-Adelaide`;
    await setup().api.patch(listed.id, { name });
    const { db_id: again } = await setup().api.process(setup().pictures.withWoman);
    await choose(page, 'ar');
    await page.setViewportSize({ width: 320, height: 568 });
    await open(page, `#/history/${again}`, '.verdict-bar bdi');
    await expect.poll(() => page.locator('.verdict-bar bdi').innerText()).toBe(name);
    const isInBar = () =>
      page.evaluate(`(() => {
        const shown = document.querySelector('.verdict-bar bdi');
        const range = document.createRange();
        range.setStart(shown.firstChild, 0);
        range.setEnd(shown.firstChild, 1);
        const [letter, bar] = [range, shown.closest('h2')].map((part) => part.getBoundingClientRect());
        return letter.left >= bar.left && letter.right <= bar.right && letter.bottom <= bar.bottom;
      })()`);
    await expect.poll(isInBar).toBe(true);
    // Each of several names is a piece of its own, and the navigation has one line.
    const second = await setup().listWoman(`Zoe ${newName()}`);
    const { db_id: both } = await setup().api.process(setup().pictures.withWoman);
    await open(page, `#/history/${both}`, '.verdict-bar bdi');
    const names = page.locator('.verdict-bar h2 bdi');
    await expect.poll(async () => (await names.allInnerTexts()).sort()).toEqual([name, second.name].sort());
    const labels = await placesOf(page.locator('.header nav a'));
    expect(Math.max(...labels.map(({ top, bottom }) => bottom - top))).toBeLessThan(56);
    // The service's own words are told in the page's language.
    await open(page, `#/history/${db_id}`, '.notice');
    await expect.poll(() => page.locator('.notice').innerText()).toContain('طُلبت العتبة 1000');
  });

  it('leaves both names of two people whole in the bar of a small phone, also at the door', async () => {
    for (const name of ['Tony Blair', 'Bill Gates']) {
      const { id } = await setup().listWoman(name);
      await setup().api.patch(id, { severity: 'danger' });
    }
    const viewport = { width: 320, height: 568 };
    await using visit = await setup().visit('#/check', { viewport, isPatient: true });
    const { page } = visit;
    await page.locator('input[type=file]').setInputFiles([fileOf('door.jpg', setup().pictures.withWoman)]);
    await page.locator('.hit').nth(1).waitFor();
    await open(page, '#/door', '.door-start');
    await page.locator('.door-start .primary').click();
    for (const language of ['en', ...others] as const) {
      await choose(page, language);
      await page.locator(`html[lang=${language}]`).waitFor();
      for (const path of ['#/check', '#/door']) {
        await open(page, path, '.verdict-bar.match h2');
        expect(await page.evaluate(cutNames), `${language} ${path}`).toEqual([]);
      }
    }
  });

  it('is that of what the service refuses, and of a file that is no picture', async () => {
    const { woman } = setup().pictures;
    await using visit = await setup().visit('#/blacklist/new', { locale: 'de', expected: [/ 400 /] });
    const { page } = visit;
    const { people, verdicts, frame, answers } = de;
    await page.getByLabel(people.fields.name).fill(newName());
    await page.locator('input[type=file]').setInputFiles([
      // Phones write other formats under this name.
      fileOf('avif.jpg', await sharp(woman).avif({ effort: 0 }).toBuffer()),
      fileOf('heic.jpg', Buffer.from('....ftypheic, which this browser can not read')),
      fileOf('nobody.jpg', await pictureOfNothing()),
    ]);
    const draft = (name: string) => page.getByRole('listitem').filter({ hasText: name });
    await draft('avif.jpg').getByText(frame.converted).waitFor();
    await draft('heic.jpg').getByText(frame.notReadable).waitFor();
    await draft('nobody.jpg').getByText(people.noFaceFound).waitFor();
    await page.getByRole('button', { name: people.addToList }).click();
    await draft('nobody.jpg').getByText(verdicts.advice.NO_FACE_FOUND.fault).waitFor();
    expect(await page.getByRole('main').locator('[lang=en]').count()).toBe(0);
    expect(await setup().api.entries()).toMatchObject([{ image_count: 1 }]);
    await open(page, '#/check', 'input[type=url]');
    await page.getByLabel(frame.addressOfPicture).fill('http://127.0.0.1/a.jpg');
    await page.getByRole('button', { name: frame.checkAddress }).click();
    await page.getByText(answers.addressNotPublic).first().waitFor();
  });

  it('leaves an address in its order where the page runs the other way', async () => {
    await using visit = await setup().visit('#/check', { locale: 'ar' });
    const field = visit.page.locator('input[type=url]');
    // Marks keep the example together, which would begin with its end otherwise.
    expect(await field.getAttribute('placeholder')).toMatch(/^\u2068https:\/\/…\u2069 /);
    await field.fill('/a.jpg?1');
    const isLeftToRight = (input: { matches(selector: string): boolean }) => input.matches(':dir(ltr)');
    await expect.poll(() => field.evaluate(isLeftToRight)).toBe(true);
  });

  it('is the browser’s at first, and stays the one that was chosen', async () => {
    await using visit = await setup().visit('#/status', { locale: 'fr-CA', timezoneId: 'America/Lima' });
    const { page } = visit;
    const heading = (texts: Texts) => page.getByRole('heading', { level: 1, name: texts.service.status });
    await heading(fr).waitFor();
    const started = page.locator('dl div').filter({ hasText: fr.service.started }).locator('dd');
    await started.waitFor();
    expect(await started.innerText()).not.toMatch('UTC');
    await page.getByLabel(fr.frame.showUtc).check();
    await expect.poll(() => started.innerText()).toMatch(/ UTC$/);
    await choose(page, 'es');
    await heading(es).waitFor();
    await expect.poll(() => page.title()).toBe('Estado · Face Blacklist');
    await page.reload();
    await heading(es).waitFor();
    await expect.poll(() => page.getByLabel(es.frame.showUtc).isChecked()).toBe(true);
    await choose(page, '');
    await heading(fr).waitFor();
  });
}

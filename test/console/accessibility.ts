import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { type ConsoleSetup, fileOf, fitsWindow, pictureIsShown, unfold } from './setup.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/**
 * Returns the faults that axe finds on the current page, of every level. It uses all rules unless some are
 * named.
 */
export async function findings(page: Page, runOnly?: readonly string[]): Promise<string[]> {
  // The page's policy lets no script in, so the browser itself injects axe.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe);
  const options = JSON.stringify({ resultTypes: ['violations'], runOnly });
  const { violations } = (await page.evaluate(`axe.run(document, ${options})`)) as { violations: Finding[] };
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
  );
}

/** Themes to test. The dark one differs only in its colours. */
const themes = [
  { colorScheme: 'light', rules: undefined },
  { colorScheme: 'dark', rules: ['color-contrast', 'link-in-text-block'] },
] as const;
const windows = [
  { width: 1440, height: 900 },
  { width: 380, height: 780 },
];

/** Tests every page with axe, in both themes. Also in a narrow window nothing may stick out. */
export function describeAccessibility(setup: () => ConsoleSetup): void {
  it.each(windows)('has no finding in either theme, $width pixels wide', async (viewport) => {
    const listed = await setup().listWoman();
    const { db_id } = await setup().api.process(setup().pictures.withWoman, { threshold: 1000 });
    await using visit = await setup().visit('#/check', { viewport, reducedMotion: 'reduce' });
    const { page } = visit;
    const inBothThemes = async (what: string) => {
      for (const { colorScheme, rules } of themes) {
        await page.emulateMedia({ colorScheme });
        await expect.poll(() => findings(page, rules), { message: `${what}, ${colorScheme}` }).toEqual([]);
      }
    };
    const examine = async (path: string, ready: () => Promise<unknown>) => {
      await page.goto(`${setup().url}/console/${path}`);
      await ready();
      await inBothThemes(path);
      await fitsWindow(page, path);
    };
    await examine('#/blacklist', () => pictureIsShown(page.getByRole('main').getByRole('listitem')));
    await examine(`#/blacklist/${listed.id}`, () =>
      pictureIsShown(page.getByRole('button', { name: 'Look at 1.jpg' })),
    );
    await page.getByRole('button', { name: 'Delete' }).click();
    await inBothThemes('the confirmation');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Edit' }).click();
    await inBothThemes('the form');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Merge' }).click();
    await inBothThemes('the merge');
    await page.keyboard.press('Escape');
    await examine('#/blacklist/new', async () => {
      await page.locator('input[type=file]').setInputFiles([fileOf('a.jpg', setup().pictures.woman)]);
      await page.getByText('One face found.').waitFor();
      await page.getByRole('button', { name: 'Add to the blacklist' }).click();
      await page.getByText('A name is needed.').waitFor();
    });
    await examine('#/blacklist/import', async () => {
      const table = Buffer.from('name,files\nJane Roe,a.jpg|b.jpg');
      await page
        .locator('input[type=file]')
        .last()
        .setInputFiles([
          { name: 'people.csv', mimeType: 'text/csv', buffer: table },
          fileOf('a.jpg', setup().pictures.woman),
        ]);
      await page.getByText('Found: 1 person, 1 picture to send.').waitFor();
    });
    await examine('#/history', () => pictureIsShown(page.locator('.rows')));
    await examine(`#/history/${db_id}`, async () => {
      await unfold(page);
      await page.getByRole('button', { name: /^Face 3/ }).waitFor();
      await page.getByRole('alert').filter({ hasText: 'A threshold of 1000' }).waitFor();
    });
    await examine('#/status', () => page.getByText('Working').waitFor());
    await examine('#/cameras', () => page.getByText('No camera is set up').waitFor());
    await examine('#/audit', () => page.getByRole('row').nth(1).waitFor());
    await examine('#/privacy', () => page.getByText('365 days').first().waitFor());
    await examine('#/tokens', () => page.getByText('Your role').waitFor());
    await examine('#/check', async () => {
      await page
        .locator('input[type=file]')
        .setInputFiles([
          fileOf('door.jpg', setup().pictures.withWoman),
          fileOf('letter.txt', Buffer.from('Dear Sir or Madam')),
        ]);
      await page.getByText('1 of 2 checked').waitFor();
      await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    });
    await examine('#/door', async () => {
      await page.getByRole('button', { name: 'Start the camera' }).click();
      await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    });
    await examine(`#/compare?person=${listed.id}`, async () => {
      await page.locator('input[type=file]').setInputFiles([fileOf('a.jpg', setup().pictures.sameWoman)]);
      await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    });
    await examine('#/nowhere', () => page.getByRole('heading', { name: 'There is no such page' }).waitFor());
  });
}

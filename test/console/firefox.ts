import { existsSync } from 'node:fs';
import puppeteer, { type Page } from 'puppeteer-core';
import { expect, it } from 'vitest';
import { type ConsoleSetup, token } from './setup.ts';

/** The main paths in Firefox, by WebDriver BiDi. Playwright can drive only a Firefox of its own. */

const executablePath = process.env.FIREFOX_PATH || '/usr/bin/firefox-esr';
/** Time for a step on a machine that has much else to do. */
const stepMs = 60_000;
const viewport = { width: 380, height: 800 };

export function describeFirefox(setup: () => ConsoleSetup): void {
  it('signs in, finds a listed person, keeps what a guard says, and shows every main page on a phone', async () => {
    const listed = await setup().listWoman();
    await using firefox = await startFirefox();
    const { page } = firefox;
    const open = (path: string) => page.goto(`${setup().url}/console/${path}`);
    await open('#/check');
    await page.locator('dialog input').fill(token);
    await page.locator('dialog button[type=submit]').click();
    await shows(page, 'h1', 'Check');
    await chooseFile(page, await setup().padded(0));
    await shows(page, '.verdict-bar.match h2', `Match: ${listed.name}`);
    await picturesAreShown(page, '.pair img', 2);
    // The verdict and the buttons are on the first screen.
    const places = async () => {
      const all = await page.$$eval('.verdict-bar, .review-buttons button', (parts) =>
        parts.map((part) => part.getBoundingClientRect()).map(({ top, bottom }) => ({ top, bottom })),
      );
      const outside = all.filter(({ top, bottom }) => top < 0 || bottom > viewport.height);
      return { count: all.length, outside };
    };
    await expect.poll(places, { timeout: stepMs }).toEqual({ count: 4, outside: [] });
    await page.locator('.review-buttons .confirmed').click();
    await shows(page, '.verdict-bar.match h2', `Confirmed: ${listed.name}`);

    await open('#/history');
    await shows(page, '.rows', listed.name);
    await open('#/blacklist');
    await shows(page, 'main', listed.name);
    await open(`#/blacklist/${listed.id}`);
    await shows(page, 'h1', listed.name);
    await picturesAreShown(page, '.references-grid img', 1);
    await open(`#/compare?person=${listed.id}`);
    await shows(page, '.side', listed.name);
    await chooseFile(page, await setup().padded(1));
    await shows(page, '.verdict-bar h2', listed.name);
    await open('#/status');
    await shows(page, 'main', 'Working');
  });
}

interface Firefox extends AsyncDisposable {
  readonly page: Page;
}

/**
 * Starts Firefox with one window. Disposing of it closes it, and fails if a page's script failed.
 *
 * @throws Error if there is no Firefox.
 */
async function startFirefox(): Promise<Firefox> {
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Firefox at ${executablePath}: "apt-get install firefox-esr" puts it there, FIREFOX_PATH names another.`,
    );
  }
  const browser = await puppeteer.launch({
    ...{ browser: 'firefox', executablePath, defaultViewport: viewport, timeout: 100_000 },
    extraPrefsFirefox: { 'intl.accept_languages': 'en-GB' },
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(stepMs);
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(String(error)));
  return {
    page,
    async [Symbol.asyncDispose]() {
      await browser.close();
      expect(troubles).toEqual([]);
    },
  };
}

/** Waits until an element with this text is shown, and expects that nothing sticks out beside the window. */
async function shows(page: Page, selector: string, text: string): Promise<void> {
  const textsOf = () =>
    page.$$eval(selector, (elements) => elements.map((element) => element.textContent ?? '').join('\n'));
  await expect.poll(textsOf, { timeout: stepMs }).toContain(text);
  const isNarrow = () => page.evaluate('document.documentElement.scrollWidth <= innerWidth');
  await expect.poll(isNarrow, { timeout: stepMs, message: text }).toBe(true);
}

async function picturesAreShown(page: Page, selector: string, count: number): Promise<void> {
  const shown = () =>
    page.$$eval(
      selector,
      (images) =>
        images.filter((image) => (image as unknown as { naturalWidth: number }).naturalWidth > 0).length,
    );
  await expect.poll(shown, { timeout: stepMs }).toBe(count);
}

async function chooseFile(page: Page, path: string): Promise<void> {
  const input = await page.waitForSelector('input[type=file]');
  await input?.uploadFile(path);
}

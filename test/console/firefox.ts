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
    await signIn(page);
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

  it('leaves the verdict below an alert where the window is low', async () => {
    const listed = await setup().listWoman();
    await setup().api.patch(listed.id, { severity: 'danger', reason: 'ARMED, do not approach.' });
    await using firefox = await startFirefox();
    const { page } = firefox;
    await page.goto(`${setup().url}/console/#/check`);
    await signIn(page);
    await shows(page, 'h1', 'Check');
    const isStill = () =>
      page.evaluate(`document.querySelector('html[style*="--notices: 0px"], .moved') === null`);
    for (const low of lowWindows) {
      await page.setViewport(low);
      const following = page.waitForResponse((response) => response.url().includes('events/stream'));
      await page.reload();
      await following;
      await chooseFile(page, await setup().padded(0));
      await shows(page, '.verdict-bar.match h2', `Danger. Match: ${listed.name}`);
      await picturesAreShown(page, '.pair img', 2);
      await setup().api.process(setup().pictures.withWoman);
      await shows(page, '.alert-bar', `Danger. Match: ${listed.name}`);
      // Once the page has made room for it, and stands still.
      await expect.poll(isStill, { timeout: stepMs }).toBe(true);
      expect(await page.evaluate(covered), `${low.width} x ${low.height}`).toEqual([]);
    }
    // An alert of another picture just before the verdict.
    await page.setViewport({ width: 568, height: 320 });
    await page.evaluateOnNewDocument(answerWithAlert);
    const following = page.waitForResponse((response) => response.url().includes('events/stream'));
    await page.reload();
    await following;
    const elsewhere = setup().api.process(setup().pictures.withWoman);
    await chooseFile(page, await setup().padded(0));
    await elsewhere;
    await shows(page, '.verdict-bar.match h2', `Danger. Match: ${listed.name}`);
    await shows(page, '.alert-bar', `Danger. Match: ${listed.name}`);
    await expect.poll(isStill, { timeout: stepMs }).toBe(true);
    expect(await page.evaluate(covered)).toEqual([]);
  });
}

/** Holds the answer to a check back until an alert is shown, and the page has begun to make room for it. */
const answerWithAlert = `{
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (body) {
    const { onload } = this;
    this.onload = (event) => {
      if (document.querySelector('.alert-bar')) setTimeout(onload, 100, event);
      else requestAnimationFrame(() => this.onload(event));
    };
    send.call(this, body);
  };
}`;

/** Windows of a page at 400%, and of a phone that lies on its side. */
const lowWindows = [
  { width: 320, height: 256 },
  { width: 360, height: 225 },
  { width: 568, height: 320 },
  { width: 640, height: 256 },
];

/** Names the parts of the verdict over which something lies, or which begin outside of the window. */
const covered = `[...document.querySelectorAll('main .verdict-bar, .pair .picture, .review-buttons .confirmed')]
  .filter((part) => {
    const { left, top, width, height } = part.getBoundingClientRect();
    const seen = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, 3));
    return !part.contains(seen) && !seen?.contains(part);
  })
  .map(({ className }) => className)`;

async function signIn(page: Page): Promise<void> {
  await page.locator('dialog input').fill(token);
  await page.locator('dialog button[type=submit]').click();
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

import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Chromium, as the people at the desk use it, or its half without windows, which takes a fifth less time. */

const executables = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'] as const;
const executablePath = process.env.CHROMIUM_PATH || (executables.find(existsSync) ?? executables[1]);

/**
 * Features that the browser does without: two windows of its address bar, which took half the time of every
 * new window, and those that Playwright switches off. The last such list is the one that counts.
 */
const withoutFeatures = [
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'],
  ...['AvoidCorsURLLoaderRestartOnRedirect', 'AvoidUnnecessaryBeforeUnloadCheckSync', 'HttpsUpgrades'],
  ...['DestroyProfileOnBrowserClose', 'MediaRouter', 'OptimizationHints', 'PaintHolding'],
  ...['PreconnectToSearch', 'ThirdPartyStoragePartitioning'],
];

/**
 * Starts the browser.
 *
 * @param video path of a Y4M file that its camera shows, again and again; without it, a pattern
 *
 * @throws Error if there is no Chromium.
 */
export function launchBrowser(video?: string): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}: "apt-get install chromium" puts it there, CHROMIUM_PATH names another.`,
    );
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-features=${withoutFeatures.join()}`,
      // The page may sound, though nobody has pressed anything in it.
      '--autoplay-policy=no-user-gesture-required',
      // It may use its camera.
      '--use-fake-device-for-media-stream',
      ...(video === undefined ? [] : [`--use-file-for-fake-video-capture=${video}`]),
      '--use-fake-ui-for-media-stream',
    ],
  });
}

export interface VisitOptions extends BrowserContextOptions {
  /** Messages that the browser's console may show, such as a refused request, which it calls an error. */
  readonly expected?: readonly RegExp[];
  /** Token that is in the tab's session before the first page; none if undefined. */
  readonly token?: string | undefined;
  /**
   * True if what the page does after some seconds takes ten times as long: it shows a notice, or waits for
   * what it loads. A slow machine then does what the test wants in time.
   */
  readonly isPatient?: boolean;
}

export interface Visit extends AsyncDisposable {
  readonly page: Page;
}

const reportViolations = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  console.error('Against the content security policy: ' + violatedDirective + ' ' + blockedURI));`;

const patience = `{
  const { setTimeout } = window;
  window.setTimeout = (run, ms = 0, ...args) => setTimeout(run, ms >= 3_000 ? 10 * ms : ms, ...args);
}`;

/**
 * Opens a window of its own. Disposing of it closes it, and fails on three occasions:
 * - the browser's console shows a message that was not expected;
 * - a script failed;
 * - the page did something that its content security policy forbids.
 */
export async function visit(
  browser: Browser,
  service: string,
  { expected = [], token, isPatient, ...options }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    // Pictures that load do not shimmer then, which takes a tenth of all the time.
    reducedMotion: 'reduce',
    ...options,
  });
  // Shared machines stall.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    const text = `${message.text()} ${message.location().url}`;
    if (['error', 'warning'].includes(message.type()) && !expected.some((known) => known.test(text))) {
      troubles.push(text);
    }
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  await page.addInitScript({ content: reportViolations });
  if (isPatient) await page.addInitScript({ content: patience });
  if (token !== undefined) {
    const key = JSON.stringify(`face-blacklist.token ${service}/`);
    await page.addInitScript({ content: `sessionStorage.setItem(${key}, ${JSON.stringify(token)})` });
  }
  return {
    page,
    async [Symbol.asyncDispose]() {
      await context.close();
      expect(troubles).toEqual([]);
    },
  };
}

import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import {
  areBetween,
  areOnFirstScreen,
  type ConsoleSetup,
  checkToken,
  metricsToken,
  pictureIsShown,
  placeOf,
} from './setup.ts';

const looks = '**/process-images';

/** Counts what a page holds: addresses of pictures, listeners of the page, and cameras that are on. */
const countHeld = `(() => {
  const urls = new Set();
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (blob) => {
    const url = createObjectURL.call(URL, blob);
    urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    urls.delete(url);
    revokeObjectURL.call(URL, url);
  };
  let listeners = 0;
  for (const target of [window, document, navigator.mediaDevices]) {
    const { addEventListener, removeEventListener } = target;
    target.addEventListener = (type, listener, options) => {
      listeners++;
      options?.signal?.addEventListener('abort', () => listeners--);
      addEventListener.call(target, type, listener, options);
    };
    target.removeEventListener = (...args) => {
      listeners--;
      removeEventListener.apply(target, args);
    };
  }
  const tracks = [];
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    tracks.push(...stream.getTracks());
    return stream;
  };
  const cameras = () => tracks.filter(({ readyState }) => readyState === 'live').length;
  window.held = () => ({ urls: urls.size, listeners, cameras: cameras() });
})()`;

/** Notes whether the page ever says that it looks again, however shortly. */
const noteDoubt = `(() => {
  window.hasDoubted = false;
  new MutationObserver(() => {
    window.hasDoubted ||= document.body.textContent.includes('One look matched. Looking again before that counts.');
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
})()`;

/**
 * Lets the page's time pass at a tenth of the pace. A machine that takes seconds for a look then shows the
 * person of before, as a quick one does.
 */
const slowTime = `for (const clock of [Date, performance]) {
  const now = clock.now.bind(clock);
  const start = now();
  clock.now = () => start + (now() - start) / 10;
}`;

interface Held {
  readonly urls: number;
  readonly listeners: number;
  readonly cameras: number;
}

const held = (page: Page) => page.evaluate<Held>('held()');

/** Tests the page that watches a door. */
export function describeDoor(setup: () => ConsoleSetup): void {
  it('looks by itself, keeps nobody who is not listed, and shows who is on the first screen', async () => {
    const viewport = { width: 380, height: 800 };
    await using visit = await setup().visit('#/check', { viewport, hasTouch: true });
    const { page } = visit;
    const keeps: unknown[] = [];
    let open = 0;
    let mostOpen = 0;
    page.on('request', (request) => {
      if (!request.url().endsWith('/process-images')) return;
      keeps.push(request.postDataJSON().keep);
      mostOpen = Math.max(mostOpen, ++open);
    });
    page.on('response', (response) => response.url().endsWith('/process-images') && open--);
    await page.getByRole('link', { name: 'Door' }).click();
    const before = (await setup().api.page('?limit=1')).total_items;
    // While the service does not answer, nobody is told that no face is there.
    const answering = Promise.withResolvers<void>();
    await page.route(looks, (route) => answering.promise.then(() => route.continue()));
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.getByRole('heading', { name: 'Checking …' }).waitFor();
    await page.getByText('The service is slow to answer.').waitFor();
    answering.resolve();
    await page.unrouteAll({ behavior: 'wait' });
    await page.evaluate(slowTime);
    await page.getByRole('heading', { name: 'No match' }).waitFor();
    for (let look = 0; look < 3; look++) await page.waitForResponse(looks);
    expect((await setup().api.page('?limit=1')).total_items).toBe(before);

    const listed = await setup().listWoman();
    const notes = 'Do not approach alone.';
    await setup().api.patch(listed.id, { severity: 'danger', reason: 'ARMED, do not approach.', notes });
    await page.getByRole('heading', { name: `Danger. Match: ${listed.name}` }).waitFor();
    const hit = page.getByRole('article', { name: `Face 1: ${listed.name}` });
    for (const size of [viewport, { width: 320, height: 568 }]) {
      await page.setViewportSize(size);
      await actIsOnFirstScreen(page, listed.name);
    }
    // She stays, and is kept once.
    for (let look = 0; look < 4; look++) await page.waitForResponse(looks);
    await expect.poll(async () => (await setup().api.page('?limit=1')).total_items).toBe(before + 1);
    expect(keeps.slice(-3)).toEqual(['none', 'none', 'none']);
    expect(mostOpen).toBe(1);
    expect(await page.getByRole('alert').count()).toBe(0);
    await hit.getByRole('button', { name: 'Not them' }).click();
    await page.getByRole('heading', { name: `Rejected: not ${listed.name}` }).waitFor();
    await page.waitForResponse(looks);
    expect(await page.getByRole('heading', { name: /Match:/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Start the camera' }).waitFor();
    await page.locator('video').waitFor({ state: 'detached' });
  });

  it.each([
    { width: 320, height: 256 },
    { width: 720, height: 360 },
  ])('brings a match to the top of a low window, $width × $height', async (viewport) => {
    await using visit = await setup().visit('#/door', { viewport, hasTouch: true });
    const { page } = visit;
    await page.evaluate(slowTime);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    // The button was far below, and the verdict takes its place.
    const bar = page.locator('.verdict-bar');
    await expect.poll(async () => (await placeOf(bar)).top).toBeGreaterThanOrEqual(0);
    await page.getByRole('heading', { name: 'No match' }).waitFor();
    // Whoever looks at the camera's picture is shown a match nevertheless.
    await page.locator('video').scrollIntoViewIfNeeded();
    const listed = await setup().listWoman();
    await setup().api.patch(listed.id, { severity: 'danger', reason: 'ARMED, do not approach.' });
    await page.getByRole('heading', { name: `Danger. Match: ${listed.name}` }).waitFor();
    const hit = page.getByRole('article', { name: `Face 1: ${listed.name}` });
    await pictureIsShown(hit.getByRole('figure').nth(1));
    const needed = [
      page.getByRole('heading', { name: `Danger. Match: ${listed.name}` }),
      hit.locator('.picture'),
      hit.getByText('ARMED, do not approach.'),
      hit.getByRole('button'),
    ];
    await areBetween(needed, 7, async () => ({ top: 0, bottom: viewport.height }));
    // She stays, and a person who scrolls away is left alone.
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    const place = await page.evaluate('scrollY');
    for (let look = 0; look < 3; look++) await page.waitForResponse(looks);
    expect(await page.evaluate('scrollY')).toBe(place);
  });

  it('shows a door no picture that its role may not see, and offers nothing to a role that may not look', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/door', { token: checkToken });
    const { page } = visit;
    await page.evaluate(slowTime);
    await page.evaluate(noteDoubt);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    expect(await page.evaluate('hasDoubted')).toBe(true);
    const hit = page.getByRole('article', { name: `Face 1: ${listed.name}` });
    await hit.getByText('The role of this token does not show listed pictures.').waitFor();
    await expect.poll(() => hit.getByRole('img').count()).toBe(1);
    await expect.poll(() => hit.locator('.no-picture').count()).toBe(0);

    await using counting = await setup().visit('#/door', { token: metricsToken });
    await counting.page.getByText('The role of this token does not show this page.').waitFor();
    expect(await counting.page.getByRole('button', { name: 'Start the camera' }).count()).toBe(0);
  });

  it('holds no more after many looks than after a few, rests while hidden, and ends with the page', async () => {
    const [one, other] = [await setup().listWoman(), await setup().listWoman()];
    const both = await setup().api.process(setup().pictures.sameWoman);
    const answers = [one, other].map(({ id }) => {
      const faces = both.faces.map((face) => ({
        ...face,
        blacklist_matches: face.blacklist_matches.filter(({ entry }) => entry.id === id),
        near_misses: [],
      }));
      return { status: 200, json: [{ ...both, faces }] };
    });
    const busy = { status: 503, json: { detail: 'Busy.' } };
    await using visit = await setup().visit('#/check', { expected: [/503/] });
    const { page } = visit;
    await page.clock.install();
    await page.addInitScript(countHeld);
    // The page listens for as long as it follows the events.
    const following = page.waitForResponse(/events\/stream/);
    await page.reload();
    let look = 0;
    await page.route(looks, (route) => {
      const turn = look++ % 5;
      return route.fulfill(turn === 4 ? busy : (answers[Math.floor(turn / 2)] ?? busy));
    });
    await page.getByRole('button', { name: 'Choose pictures' }).waitFor();
    await following;
    const first = await held(page);
    await page.getByRole('link', { name: 'Door' }).click();
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.getByRole('heading', { name: /^Match: / }).waitFor();
    const lookOften = async (times: number) => {
      for (let count = 0; count < times; count++) {
        const answered = page.waitForResponse(looks);
        await page.clock.runFor(3_500);
        await answered;
      }
      await page.getByRole('heading', { name: /^Match: / }).waitFor();
    };
    // It holds its own picture, and the listed faces of both, once they are loaded.
    const whole = { cameras: 1, urls: first.urls + 3 };
    await expect.poll(async () => lookOften(5).then(() => held(page))).toMatchObject(whole);
    const { listeners, ...early } = await held(page);
    await lookOften(60);
    await expect.poll(() => held(page)).toMatchObject(early);
    // The page listens twice while it follows the events, which begin anew meanwhile.
    expect((await held(page)).listeners).toBeLessThanOrEqual(listeners + 2);

    await page.evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));`);
    // One look may have been on its way.
    let hidden: number;
    do {
      hidden = look;
      await page.clock.runFor(3_000);
    } while (look !== hidden);
    await page.clock.runFor(60_000);
    expect(look).toBe(hidden);
    await page.evaluate(`delete document.hidden; document.dispatchEvent(new Event('visibilitychange'));`);
    await lookOften(1);

    await page.getByRole('link', { name: 'Check', exact: true }).click();
    await page.getByRole('button', { name: 'Choose pictures' }).waitFor();
    // The listed faces of the two stay for the next page that shows them.
    await expect.poll(() => held(page)).toMatchObject({ cameras: 0, urls: first.urls + 2 });
    await expect.poll(async () => (await held(page)).listeners).toBeLessThanOrEqual(first.listeners);
  });
}

/** Expects all that is needed to act above the navigation, without scrolling. */
async function actIsOnFirstScreen(page: Page, name: string): Promise<void> {
  const hit = page.getByRole('article', { name: `Face 1: ${name}` });
  await pictureIsShown(hit.getByRole('figure').nth(1));
  const needed = [
    page.getByRole('heading', { name: `Danger. Match: ${name}` }),
    hit.locator('.picture'),
    hit.getByText('ARMED, do not approach.'),
    hit.getByText('Do not approach alone.'),
    hit.getByRole('button'),
  ];
  await areOnFirstScreen(page, needed, 8);
}

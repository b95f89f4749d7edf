import type { Page, Route } from 'playwright-core';
import { expect } from 'vitest';
import type { ImageProcessingResult } from '../../lib/contract/shapes.ts';
import type { ConsoleSetup } from './setup.ts';

export const looks = '**/process-images';

/** Counts the alarms: a phone vibrates with each. */
const countAlarms = `localStorage.setItem('face-blacklist.sound', 'on');
  window.alarms = 0;
  navigator.vibrate = () => ++window.alarms > 0;`;

export const alarmsOf = (page: Page) => page.evaluate<number>('alarms');

/** Lets the page do what it has to do with an answer before its time goes on. */
const untilHandled = `new Promise((done) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => done();
  port2.postMessage(0);
})`;

/** Opens a door whose time stands still, and of which each look is answered when the test wants it. */
export async function openAnsweredDoor(
  setup: ConsoleSetup,
  { hasEvents = false, expected = [] }: { hasEvents?: boolean; expected?: readonly RegExp[] } = {},
) {
  const visit = await setup.visit('#/door', { viewport: { width: 380, height: 800 }, expected });
  const { page } = visit;
  await page.clock.install();
  await page.addInitScript(countAlarms);
  // The service may tell late of what was processed before, which sounds, too. Here the door alone does.
  const nothing = { status: 200, contentType: 'text/event-stream', body: '' };
  if (!hasEvents) await page.route('**/events/stream', (route) => route.fulfill(nothing));
  // No alert learns whose a match is before the door has shown it.
  const shown = Promise.withResolvers<void>();
  await page.route(/\/processed-images\/\d+$/, async (route) => {
    await shown.promise;
    await route.fallback();
  });
  await page.reload();
  const keeps: string[] = [];
  const waiting: Route[] = [];
  await page.route(looks, (route) => {
    keeps.push(route.request().postDataJSON().keep);
    waiting.push(route);
  });
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await expect.poll(() => waiting.length).toBe(1);
  await page.clock.pauseAt((await page.evaluate<number>('Date.now()')) + 100);
  return {
    page,
    keeps,
    /**
     * Lets so much time pass, answers the look that waits, does something `atOnce`, and waits for the next
     * look.
     */
    async answer(result: ImageProcessingResult, afterMs = 0, atOnce = async () => {}) {
      await page.clock.runFor(afterMs);
      const answered = page.waitForResponse(looks);
      await waiting.shift()?.fulfill({ status: 200, json: [result] });
      await (await answered).finished();
      await page.evaluate(untilHandled);
      shown.resolve();
      await atOnce();
      await page.clock.runFor(600);
      await expect.poll(() => waiting.length).toBe(1);
      // By then its buttons can be pressed.
      await page.clock.runFor(500);
    },
    [Symbol.asyncDispose]: () => visit[Symbol.asyncDispose](),
  };
}

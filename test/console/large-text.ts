import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { isFree } from './low-windows.ts';
import { areBetween, type ConsoleSetup, dropFiles, fitsWindow, pictureIsShown, placesOf } from './setup.ts';

const name = 'Maximilian von Hohenzollern-Sigmaringen';
const phones = [
  { width: 360, height: 740 },
  { width: 568, height: 320 },
  { width: 320, height: 568 },
  { width: 380, height: 800 },
];

/** Has the browser show text in double size. */
async function enlargeText(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
}

/** Tells if the bar shows the first word of the name. */
const isNamed = `(() => {
  const bar = document.querySelector('main .verdict-bar h2');
  const texts = document.createTreeWalker(bar, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const at = texts.currentNode.data.indexOf('Maximilian');
    if (at === -1) continue;
    const range = document.createRange();
    range.setStart(texts.currentNode, at);
    range.setEnd(texts.currentNode, at + 'Maximilian'.length);
    const [word, box] = [range.getBoundingClientRect(), bar.getBoundingClientRect()];
    return word.height > 0 && word.bottom <= box.bottom + 1 && word.right <= box.right + 1;
  }
  return false;
})()`;

/** Waits until whoever must act sees all that is needed, in the window and under nothing. */
async function canAct(page: Page, { height }: { height: number }): Promise<void> {
  await page.getByRole('heading', { name: `Danger. Match: ${name}` }).waitFor();
  await pictureIsShown(page.locator('.hit').getByRole('figure').nth(1));
  const needed = page.locator('main .verdict-bar, .hit :is(.picture, .hit-reason, .review-buttons button)');
  await areBetween([needed], 7, async () => ({ top: 0, bottom: height }));
  await isFree(needed);
  await fitsWindow(page);
  expect(await page.evaluate(isNamed)).toBe(true);
  for (const { top, bottom } of await placesOf(page.locator('.review-buttons button')))
    expect(bottom - top).toBeGreaterThanOrEqual(44);
}

/** Tests phones whose text is twice as large as usual. */
export function describeLargeText(setup: () => ConsoleSetup): void {
  it('leaves name, faces, reason and buttons on the first screen, in Check and at the door', async () => {
    const { id } = await setup().listWoman(name);
    const reason = 'ARMED, do not approach.';
    await setup().api.patch(id, { severity: 'danger', reason, notes: 'Call the police at once.' });
    const [viewport] = phones;
    await using visit = await setup().visit('#/check', { viewport: viewport ?? null, hasTouch: true });
    const { page } = visit;
    await enlargeText(page);
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    for (const phone of phones) {
      await page.setViewportSize(phone);
      await canAct(page, phone);
    }
    for (const hash of ['#/check', '#/blacklist', '#/history', '#/door']) {
      await page.goto(`${setup().url}/console/${hash}`);
      await page.getByRole('main').waitFor();
      await fitsWindow(page);
    }
    await page.getByRole('button', { name: 'Start the camera' }).click();
    for (const phone of phones) {
      await page.setViewportSize(phone);
      await canAct(page, phone);
    }
  });
}

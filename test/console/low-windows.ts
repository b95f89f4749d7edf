import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { BlacklistRecord } from '../../lib/contract/shapes.ts';
import {
  areBetween,
  type ConsoleSetup,
  dropFiles,
  fitsWindow,
  followsEvents,
  pictureIsShown,
  placesOf,
} from './setup.ts';

/** Windows of 1280 × 1024, 1440 × 900 and 2560 × 1024 pixels at 400%. */
const enlarged = [
  { width: 320, height: 256 },
  { width: 360, height: 225 },
  { width: 640, height: 256 },
];
const notes = 'Do not approach alone.\nCall the duty manager on 4411.';

/** Counts the verdict's buttons that can be pressed right after an alert came or went. */
const watchMoves = `(() => {
  window.moves = [];
  let height = document.querySelector('.notices').offsetHeight;
  const buttons = () => [...document.querySelectorAll('.review-buttons button')];
  const isPressed = (button) => {
    const { left, top, width, height } = button.getBoundingClientRect();
    return button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  };
  new ResizeObserver(([{ target }]) => {
    if (target.offsetHeight === height) return;
    height = target.offsetHeight;
    moves.push(buttons().filter(isPressed).length);
  }).observe(document.querySelector('.notices'));
})()`;

/** Tests what lies over what where the page is enlarged, or the window is small. */
export function describeLowWindows(setup: () => ConsoleSetup): void {
  const listDangerous = async () => {
    const listed = await setup().listWoman();
    await setup().api.patch(listed.id, { severity: 'danger', reason: 'ARMED, do not approach.', notes });
    return listed;
  };

  it.each([
    { width: 568, height: 320 },
    { width: 300, height: 640 },
  ])('leaves alert, bell and navigation free of each other, $width × $height', async (viewport) => {
    await listDangerous();
    await using visit = await setup().visit('#/status', { viewport });
    const { page } = visit;
    await followsEvents(page);
    const { db_id } = await setup().api.process(setup().pictures.withWoman);
    await alertOf(page, db_id).waitFor();
    await page.evaluate('scrollTo(0, 0)');
    for (const part of ['.bell', '.alert-bar .button', '.header nav a']) {
      await isFree(page.locator(`${part}:visible`));
    }
  });

  it.each(enlarged)(
    'shows both faces, the verdict and its buttons on one screen, $width × $height',
    async (viewport) => {
      const listed = await listDangerous();
      await using visit = await setup().visit('#/check', { viewport });
      const { page } = visit;
      await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
      await likenessIsFree(page, listed, viewport);
      const { db_id } = await setup().api.process(setup().pictures.withWoman);
      await page.goto(`${setup().url}/console/#/history`);
      await page.goto(`${setup().url}/console/#/history/${db_id}`);
      await likenessIsFree(page, listed, viewport);
      // All the rest is read by scrolling, and nothing lies over it.
      const hit = page.getByRole('article', { name: `Face 3: ${listed.name}` });
      for (const text of ['ARMED, do not approach.', 'Call the duty manager on 4411.']) {
        await hit.getByText(text).scrollIntoViewIfNeeded();
        expect(await shareSeen(hit.getByText(text)), text).toBe(1);
      }
      await fitsWindow(page);
    },
  );

  it.each(enlarged.filter(({ height }) => height >= 256))(
    'shows faces and verdict below an alert, too, $width × $height',
    async (viewport) => {
      const listed = await listDangerous();
      const { db_id } = await setup().api.process(setup().pictures.withWoman);
      await using visit = await setup().visit(`#/history/${db_id}`, { viewport });
      const { page } = visit;
      await followsEvents(page);
      await likenessIsFree(page, listed, viewport);
      // A picture of the inbox or another desk, which the page learns of by itself.
      const pushed = await setup().api.process(setup().pictures.withWoman);
      await alertOf(page, pushed.db_id).waitFor();
      const likeness = [page.locator('main .verdict-bar'), hitOf(page, listed).locator('.picture')];
      await areBetween(likeness, 3, async () => ({ top: 0, bottom: viewport.height }));
      for (const part of likeness) await isFree(part);
      await page.getByRole('button', { name: 'Acknowledge' }).click();
      await likenessIsFree(page, listed, viewport);
    },
  );

  it.each([
    { width: 320, height: 256 },
    { width: 568, height: 320 },
    { width: 640, height: 256 },
    { width: 320, height: 568 },
  ])('leaves reason and buttons on the first screen below an alert, $width × $height', async (viewport) => {
    const { id } = await setup().listWoman('Tony Blair');
    const [reason, notes] = [
      'ARMED, do not approach.',
      'Has a knife.\nLock the door.\nCall the police at once.',
    ];
    await setup().api.patch(id, { severity: 'danger', reason, notes });
    await using visit = await setup().visit('#/check', { viewport });
    const { page } = visit;
    await followsEvents(page);
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    await pictureIsShown(page.locator('.hit').getByRole('figure').nth(1));
    const { db_id } = await setup().api.process(setup().pictures.withWoman);
    await alertOf(page, db_id).waitFor();
    const bottom = await page.evaluate<number>(heightOfFixed);
    const needed = page.locator('main .verdict-bar, .hit :is(.picture, .hit-reason, .review-buttons button)');
    await areBetween([needed], 7, async () => ({ top: 0, bottom: viewport.height - bottom }));
    await isFree(needed);
    if (viewport.height < 384) return;
    await isFree(page.locator('.hit-notes'));
  });

  it('brings a match to the top of a window that becomes low', async () => {
    const listed = await listDangerous();
    await using visit = await setup().visit('#/check', { viewport: { width: 380, height: 800 } });
    const { page } = visit;
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    await pictureIsShown(hitOf(page, listed).getByRole('figure').nth(1));
    for (const viewport of [...enlarged, { width: 720, height: 360 }]) {
      await page.setViewportSize(viewport);
      await likenessIsFree(page, listed, viewport);
    }
  });

  it('shows the reason on the first screen, and the next person within two, however long notes are', async () => {
    const long = {
      severity: 'danger',
      reason: 'ARMED, do not approach.',
      notes: `${notes}\n`.repeat(50),
    } as const;
    const people = [await setup().listWoman(), await setup().listWoman()];
    for (const { id } of people) await setup().api.patch(id, long);
    await using visit = await setup().visit('#/check', { viewport: { width: 380, height: 800 } });
    const { page } = visit;
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    await expect.poll(() => page.locator('.hit').count()).toBe(2);
    for (const viewport of [
      { width: 320, height: 256 },
      { width: 568, height: 320 },
      { width: 720, height: 360 },
    ]) {
      await page.setViewportSize(viewport);
      const { height } = viewport;
      const first = page.locator('.hit').first();
      const needed = [
        page.locator('main .verdict-bar'),
        first.locator('.picture, .hit-reason, .review-buttons button'),
      ];
      await areBetween(needed, 7, async () => ({ top: 0, bottom: height }));
      const next = page.locator('.hit').nth(1).locator('.review-buttons button');
      await areBetween([next], 3, async () => ({ top: height / 2, bottom: 2.5 * height }));
    }
  });

  it('lays no button over the reason below an alert, and ignores presses while the page moves', async () => {
    const listed = await listDangerous();
    const { db_id } = await setup().api.process(setup().pictures.withWoman);
    await using visit = await setup().visit(`#/history/${db_id}`, {
      viewport: { width: 720, height: 360 },
      hasTouch: true,
    });
    const { page } = visit;
    await followsEvents(page);
    await likenessIsFree(page, listed, { height: 360 });
    await page.evaluate(watchMoves);
    const movesIn = async () => new Set(await page.evaluate<number[]>('moves'));
    const pushed = await setup().api.process(setup().pictures.withWoman);
    await alertOf(page, pushed.db_id).waitFor();
    // Whoever aims at a button presses none as it moves away, however many alerts come and go.
    const buttons = hitOf(page, listed).locator('.review-buttons button');
    await expect.poll(movesIn).toEqual(new Set([0]));
    expect(new Set(await sharesSeen(buttons))).toEqual(new Set([1]));
    await page.setViewportSize({ width: 320, height: 568 });
    const reason = hitOf(page, listed).getByText('ARMED, do not approach.');
    await areBetween([reason], 1, async () => ({ top: 0, bottom: (await placesOf(buttons))[0]?.top ?? 0 }));
    await page.evaluate('moves.splice(0)');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await expect.poll(movesIn).toEqual(new Set([0]));
    await buttons.nth(1).click();
    await page.getByRole('heading', { name: `Rejected: not ${listed.name}` }).waitFor();
  });

  it('keeps the buttons of a verdict below its faces, wherever a phone is scrolled to', async () => {
    const listed = await listDangerous();
    await using visit = await setup().visit('#/check', { viewport: { width: 320, height: 480 } });
    const { page } = visit;
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    const hit = hitOf(page, listed);
    await pictureIsShown(hit.getByRole('figure').nth(1));
    const ofFaces = async () =>
      Math.max(...(await placesOf(hit.locator('.picture'))).map(({ bottom }) => bottom));
    const end = await page.evaluate<number>('document.documentElement.scrollHeight');
    for (let top = 0; top < end; top += 40) {
      await page.evaluate(`scrollTo(0, ${top})`);
      const [faces, buttons] = [await ofFaces(), await placesOf(hit.locator('.review-buttons button'))];
      for (const button of buttons) expect(button.top, `scrolled to ${top}`).toBeGreaterThanOrEqual(faces);
    }
  });

  it.each([
    { width: 320, height: 256 },
    { width: 320, height: 568 },
  ])('lets Tab lead to nothing that is hidden, $width × $height', async (viewport) => {
    const listed = await listDangerous();
    await using visit = await setup().visit('#/check', { viewport });
    const { page } = visit;
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    await pictureIsShown(hitOf(page, listed).getByRole('figure').nth(1));
    for (const key of ['Tab', 'Shift+Tab']) {
      const reached: unknown[] = [];
      for (let presses = 0; presses < 30; presses++) {
        await page.keyboard.press(key);
        const focused = page.locator(':focus');
        if ((await focused.count()) === 0) break;
        const name = await focused.innerText();
        reached.push(name);
        expect(await shareSeen(focused), `${key} to ${name}`).toBe(1);
      }
      expect(reached.length).toBeGreaterThan(10);
    }
  });
}

const hitOf = (page: Page, { name }: BlacklistRecord) =>
  page.getByRole('article', { name: `Face 3: ${name}` });

/** Gives how much of the window's end the navigation takes. */
const heightOfFixed = `(() => {
  const navigation = document.querySelector('.header nav');
  return getComputedStyle(navigation).position === 'fixed' ? navigation.offsetHeight : 0;
})()`;

/** The alert that shows this picture as the newest. One of the picture before may have come late. */
const alertOf = (page: Page, id: number | null) => page.locator(`.alert-bar:has(a[href="#/history/${id}"])`);

/** Waits until bar, faces and buttons are in the window, each wholly, and all of each is seen. */
async function likenessIsFree(
  page: Page,
  listed: BlacklistRecord,
  { height }: { height: number },
): Promise<void> {
  const hit = hitOf(page, listed);
  await pictureIsShown(hit.getByRole('figure').nth(1));
  await page.getByRole('heading', { name: `Danger. Match: ${listed.name}` }).waitFor();
  const bar = page.locator('main .verdict-bar');
  const parts = [bar, hit.locator('.picture'), hit.locator('.review-buttons button')];
  await areBetween(parts, 6, async () => ({ top: 0, bottom: height }));
  for (const part of parts) await isFree(part);
  const targets = await placesOf(hit.locator('.review-buttons button'));
  for (const { top, bottom } of targets) expect(bottom - top).toBeGreaterThanOrEqual(44);
}

/** Waits until nothing lies over any of these parts. What came over them makes the page move first. */
export async function isFree(parts: Locator): Promise<void> {
  await expect.poll(async () => new Set(await sharesSeen(parts))).toEqual(new Set([1]));
}

async function shareSeen(part: Locator): Promise<number | undefined> {
  return (await sharesSeen(part))[0];
}

interface Part {
  readonly ownerDocument: { elementFromPoint(x: number, y: number): unknown };
  contains(other: unknown): boolean;
  getClientRects(): Iterable<{ left: number; top: number; width: number; height: number }>;
}

/** Computes which share of each part is seen, by 49 points of each line, once the page stands still. */
async function sharesSeen(parts: Locator): Promise<number[]> {
  await parts.page().locator('html.moved').waitFor({ state: 'detached' });
  return parts.evaluateAll((elements: Part[]) => {
    const places = [1, 2, 3, 4, 5, 6, 7].map((place) => place / 8);
    return elements.map((element) => {
      const points = [...element.getClientRects()].flatMap(({ left, top, width, height }) =>
        places.flatMap((x) => places.map((y) => [left + x * width, top + y * height] as const)),
      );
      const seen = points.filter((point) =>
        element.contains(element.ownerDocument.elementFromPoint(...point)),
      );
      return seen.length / points.length;
    });
  });
}

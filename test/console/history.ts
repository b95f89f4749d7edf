import { readFile } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { pictureOfNothing } from '../api/pictures.ts';
import {
  type ConsoleSetup,
  camera,
  deskToken,
  fitsWindow,
  focusIsOn,
  followsEvents,
  pictureIsShown,
  placeOf,
  placesOf,
  unfold,
} from './setup.ts';

/** Tests the pages of earlier checks, and of the service's status. */
/** Has the browser tell late that the address is another. */
const lateHashchange = `addEventListener('hashchange', (event) => {
  if (!event.isTrusted) return;
  event.stopImmediatePropagation();
  setTimeout(() => dispatchEvent(new HashChangeEvent('hashchange')), 300);
}, { capture: true })`;

export function describeHistory(setup: () => ConsoleSetup): void {
  it('shows how to begin where nothing was checked', async () => {
    await using visit = await setup().visit('#/history', { service: 'empty' });
    await visit.page.getByRole('heading', { name: 'No picture was checked yet' }).waitFor();
  });

  it('lists what was checked, newest first, with who matched, and its details', async () => {
    const listed = await setup().listWoman();
    await setup().api.process(setup().pictures.withWoman);
    await setup().api.process(await pictureOfNothing());
    await using visit = await setup().visit('#/history');
    const { page } = visit;
    const rows = page.getByRole('main').getByRole('listitem');
    const herRow = new RegExp(`${listed.name}\\s+3 faces`);
    await expect.poll(() => rows.nth(0).innerText()).toMatch(/Cannot tell\s+No face/);
    await expect.poll(() => rows.nth(1).innerText()).toMatch(herRow);
    await pictureIsShown(rows.nth(1));
    // As a grid, the pictures are larger and stand side by side, also after the page was left.
    await page.getByRole('button', { name: 'Show as grid' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Show as list' }).waitFor();
    await pictureIsShown(rows.nth(1));
    await expect.poll(() => rows.nth(1).innerText()).toMatch(herRow);
    const areBeside = async () => {
      const [one, other] = await placesOf(rows);
      return one !== undefined && other?.top === one.top && other.left >= one.right;
    };
    await expect.poll(areBeside).toBe(true);
    await page.getByRole('button', { name: 'Show as list' }).click();
    await rows.nth(1).getByRole('link').click();
    await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    await unfold(page);
    await page.getByRole('button', { name: `Face 3: matches ${listed.name}` }).waitFor();
    await pictureIsShown(page.locator('.faces-picture'));
    await pictureIsShown(
      page
        .getByRole('article', { name: /^Face 3/ })
        .getByRole('figure')
        .nth(1),
    );
    await page.getByRole('region', { name: 'Details' }).getByText('Fusion').waitFor();
  });

  it('shows the list on a phone, and its filters once they are wanted', async () => {
    await setup().api.process(await pictureOfNothing());
    await using visit = await setup().visit('#/history', { viewport: { width: 320, height: 568 } });
    const { page } = visit;
    const row = page.locator('.rows').getByRole('listitem').first();
    await pictureIsShown(row);
    await expect.poll(async () => (await placeOf(row)).top).toBeLessThan(400);
    expect(await page.getByLabel('From').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'More filters' }).click();
    await page.getByLabel('From').fill('2020-01-01');
    await page.getByRole('button', { name: 'Fewer filters' }).click();
    await page.getByRole('link', { name: 'Show all' }).waitFor();
  });

  it('shows the name of a match whole on a phone', async () => {
    const listed = await setup().listWoman('Guinevere Fairweather');
    await setup().api.process(setup().pictures.woman);
    await using visit = await setup().visit('#/history', { viewport: { width: 320, height: 568 } });
    const name = visit.page.locator('.row-verdict').getByText(listed.name, { exact: true }).first();
    await name.waitFor();
    const isCut = (part: Locator) =>
      part.evaluate((element: { scrollWidth: number; clientWidth: number }) => {
        return element.scrollWidth > element.clientWidth;
      });
    await expect.poll(() => isCut(name)).toBe(false);
    await expect.poll(() => isCut(visit.page.locator('.row-verdict .badge').first())).toBe(false);
  });

  it('leads back to the same place of the list, with its filter, and to the next that is to be reviewed', async () => {
    const listed = await setup().listWoman();
    for (let count = 0; count < 4; count++) await setup().api.process(setup().pictures.withWoman);
    const viewport = { width: 380, height: 420 };
    await using visit = await setup().visit('#/history', { viewport, isPatient: true });
    const { page } = visit;
    await page.getByRole('button', { name: 'More filters' }).click();
    await page.getByRole('button', { name: 'Person …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Matches of whom?' });
    await dialog.getByLabel('Part of the name').fill(listed.name);
    await dialog.getByRole('button', { name: listed.name }).click();
    await page.getByText(`Matches of ${listed.name}`).waitFor();
    const links = page.locator('.rows').getByRole('link');
    await expect.poll(() => links.count()).toBe(4);
    const place = () => page.evaluate('scrollY') as Promise<number>;
    const pressBack = () => page.locator('a.back').click();
    /** Has the browser tell late of the new address, and the service answer later still. */
    const pressBackOnSlowLine = async () => {
      await page.evaluate(lateHashchange);
      await page.route(/\/processed-images\/\?/, (route) => {
        setTimeout(() => void route.fallback().catch(() => {}), 600);
      });
      await pressBack();
    };
    for (const goBack of [() => page.goBack(), pressBack, pressBackOnSlowLine]) {
      await links.nth(2).scrollIntoViewIfNeeded();
      const address = page.url();
      const [left, name] = [await place(), await links.nth(2).innerText()];
      expect(left).toBeGreaterThan(0);
      const next = await links.nth(2).getAttribute('href');
      await links.nth(2).click();
      await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
      await goBack();
      await focusIsOn(page, name);
      await expect.poll(place).toBe(left);
      expect(page.url()).toBe(address);
      await expect.poll(() => links.nth(2).getAttribute('href')).toBe(next);
    }
    const [newest, second, third] = await Promise.all(
      [0, 1, 2].map((index) => links.nth(index).getAttribute('href')),
    );
    await page.goto(`${setup().url}/console/${newest}`);
    await page.getByRole('button', { name: 'Next to review' }).click();
    await expect.poll(() => new URL(page.url()).hash).toBe(second);
    await page
      .locator('dd', { hasText: new RegExp(`^${second?.split('/').at(-1)}$`) })
      .first()
      .waitFor();
    // Whoever leaves one to others comes to the next, too.
    await page.getByRole('button', { name: 'Next to review' }).click();
    await expect.poll(() => new URL(page.url()).hash).toBe(third);
  });

  it('shows what a camera sees, and pauses it', async () => {
    await setup().pushFrame(setup().pictures.withWoman);
    await using visit = await setup().visit('#/cameras', {
      service: 'empty',
      viewport: { width: 320, height: 568 },
    });
    const { page } = visit;
    const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: camera }) });
    await card.getByText('Watching').waitFor();
    await pictureIsShown(card);
    await card.getByRole('button', { name: `Pause ${camera}` }).click();
    await card.getByText('Paused').waitFor();
    // The picture of before is no longer shown as if it were now.
    await card.getByRole('img', { name: `What ${camera} sees: cannot be shown` }).waitFor();
    await card.getByRole('button', { name: `Go on ${camera}` }).click();
    await card.getByText('Paused').waitFor({ state: 'detached' });
    await fitsWindow(page);

    await using other = await setup().visit('#/cameras', { token: deskToken });
    await other.page.getByRole('heading', { name: 'No camera is set up' }).waitFor();
    await other.page.getByRole('link', { name: 'Cameras' }).waitFor();
    // Until the service has told the role, the console hides nothing.
    await other.page.getByRole('link', { name: 'Tokens' }).waitFor({ state: 'detached' });
  });

  it('narrows the list by result, person and day', async () => {
    const listed = await setup().listWoman();
    await setup().api.process(setup().pictures.withWoman);
    await setup().api.process(await pictureOfNothing());
    await using visit = await setup().visit(`#/blacklist/${listed.id}`);
    const { page } = visit;
    // A person's own page shows only her matches.
    const rows = page.locator('.rows').getByRole('listitem');
    await rows.first().waitFor();
    await expect.poll(() => rows.count()).toBe(1);

    await page.goto(`${setup().url}/console/#/history?entry=${listed.id}`);
    await page.getByText(`Matches of ${listed.name}`).waitFor();
    await expect.poll(() => rows.allInnerTexts()).toEqual([expect.stringContaining(listed.name)]);
    await page.getByLabel('Result').selectOption('Without a match');
    await page.getByRole('heading', { name: 'No picture fits' }).waitFor();
    await page.getByRole('button', { name: 'Show matches of everybody' }).click();
    await rows.first().getByText('Cannot tell').waitFor();
    await page.getByLabel('To').fill('2020-01-01');
    await page.getByRole('heading', { name: 'No picture fits' }).waitFor();
    await page.getByLabel('To').fill('');
    await page.getByLabel('From').fill('2020-01-01');
    await rows.first().waitFor();
    await expect.poll(() => page.url()).toContain('#/history?match=no&from=2020-01-01');
  });

  it('leads through the pages, and nothing moves while they load', async () => {
    const grey = await Promise.all(Array.from({ length: 30 }, (_, index) => pictureOfNothing(100 + index)));
    await setup().api.processInputs(grey.map((picture) => picture.toString('base64')));
    await using visit = await setup().visit('#/history');
    const { page } = visit;
    const rows = page.locator('.rows').getByRole('listitem');
    await rows.first().waitFor();
    await page.evaluate(`new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.moved = (globalThis.moved ?? 0) + entry.value;
    }).observe({ type: 'layout-shift', buffered: true })`);
    await expect.poll(() => rows.count()).toBe(25);
    const first = await rows.first().innerText();
    const time = await rows.first().locator('.row-time').innerText();
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByText(/^Page 2 of/).waitFor();
    await rows.first().filter({ hasNotText: first }).waitFor();
    await page.getByRole('button', { name: 'Newer' }).click();
    await page.getByText(/^Page 1 of/).waitFor();
    await rows.first().filter({ hasText: time }).waitFor();
    for (const row of await rows.all()) await row.scrollIntoViewIfNeeded();
    await pictureIsShown(rows.last());
    expect(await page.evaluate('globalThis.moved ?? 0')).toBeLessThan(0.01);
  });

  it('follows by itself, and alerts of a match that comes from elsewhere until somebody acknowledges it', async () => {
    const listed = await setup().listWoman();
    await setup().api.patch(listed.id, { severity: 'danger' });
    await using visit = await setup().visit('#/history', { expected: [/503/] });
    const { page } = visit;
    await followsEvents(page);
    await page.getByRole('heading', { name: 'History' }).waitFor();
    // A service that is busy after the event is asked again.
    let refused = 0;
    await page.route(/\/processed-images\/?\?(?!.*review=open)/, (route) =>
      ++refused <= 2 ? route.fulfill({ status: 503, json: { detail: 'Busy.' } }) : route.continue(),
    );
    const { db_id } = await setup().api.process(setup().pictures.withWoman, {});
    const alert = page.getByRole('alert').filter({ hasText: `Danger. Match: ${listed.name}` });
    await alert.waitFor();
    await page.locator(`.rows a[href="#/history/${db_id}"]`).waitFor();
    expect(refused).toBeGreaterThan(2);
    const { total_items: waiting } = await setup().api.page('?review=open&limit=1');
    await page.getByRole('link', { name: `To review (${waiting})` }).waitFor();
    await alert.getByRole('button', { name: 'Acknowledge' }).click();
    await alert.waitFor({ state: 'detached' });

    // A colleague's judgement counts here too.
    await setup().api.sendJson('PUT', `/api/v1/processed-images/${db_id}/review`, {
      face_index: 2,
      entry_id: listed.id,
      verdict: 'confirmed',
    });
    const expected = waiting > 1 ? `To review (${waiting - 1})` : 'Nothing to review';
    await page.getByRole('link', { name: expected }).waitFor();
    await page.goto(`${setup().url}/console/#/history?review=confirmed`);
    await page.locator(`.rows a[href="#/history/${db_id}"]`).waitFor();
  });

  it('shows the last press until its answer is there, sends it after the first, and asks no more', async () => {
    const listed = await setup().listWoman();
    const { db_id } = await setup().api.process(setup().pictures.withWoman, {});
    await using visit = await setup().visit(`#/history/${db_id}`);
    const { page } = visit;
    await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    const answered = Promise.withResolvers<void>();
    const sent: unknown[] = [];
    await page.route(`**/processed-images/${db_id}/review`, async (route) => {
      sent.push(route.request().postDataJSON().verdict);
      await answered.promise;
      await route.continue();
    });
    // A line on which no further answer comes.
    await page.route(`**/processed-images/${db_id}`, () => {});
    const group = page.locator('.review-buttons');
    const buttons = group.locator('button');
    const states = () =>
      Promise.all([
        group.getAttribute('aria-busy'),
        ...[0, 1, 2].map((index) => buttons.nth(index).getAttribute('aria-pressed')),
      ]);
    await buttons.nth(1).click();
    await expect.poll(states).toEqual(['true', 'false', 'true', 'false']);
    // The next presses correct the first, which is under way. Of them only the last is sent.
    await page.keyboard.press('3');
    await buttons.nth(0).click();
    await expect.poll(states).toEqual(['true', 'true', 'false', 'false']);
    answered.resolve();
    await page.getByRole('heading', { name: `Confirmed: ${listed.name}` }).waitFor();
    await expect.poll(states).toEqual(['false', 'true', 'false', 'false']);
    expect(sent).toEqual(['rejected', 'confirmed']);
  });

  it('says that days are the wrong way round, and that a reference counts whole', async () => {
    await using visit = await setup().visit('#/history?from=2026-05-05&to=2026-05-01');
    const { page } = visit;
    await page.getByRole('alert').filter({ hasText: 'The first day is after the last' }).waitFor();
    const reference = page.getByRole('searchbox', { name: 'File name or reference' });
    expect(await reference.getAttribute('aria-describedby')).not.toBeNull();
    await page.getByText('Whole and exact, with its capitals').first().waitFor();
    await page.goto(`${setup().url}/console/#/history?from=2026-05-01&to=2026-05-01`);
    await page.getByText('The first day is after the last').first().waitFor({ state: 'detached' });
  });

  it('deletes the pictures that it asked for, and asks no more once it shows others', async () => {
    const { api, url } = setup();
    const at = `gate ${crypto.randomUUID()}`;
    const processAt = async (source: string) => api.process(await pictureOfNothing(), { source });
    await processAt(at);
    await processAt(`${at} too`);
    await using visit = await setup().visit(`#/history?match=no&source=${encodeURIComponent(at)}`, {
      hasTouch: true,
    });
    const { page } = visit;
    const rows = page.locator('.rows').getByRole('listitem');
    await expect.poll(() => rows.count()).toBe(1);
    const question = page.getByRole('dialog');
    const asked = page.getByRole('button', { name: 'Delete these' });
    // A tap leaves the field and presses the button at one moment.
    await page.getByLabel('Source').click();
    await page.keyboard.press('End');
    await page.keyboard.type(' too');
    await asked.tap();
    await question.getByRole('heading', { name: 'Delete 1 picture?' }).waitFor();
    await expect.poll(() => page.url()).toContain('+too');
    await page.goBack();
    await question.waitFor({ state: 'detached' });
    await expect.poll(() => rows.count()).toBe(1);

    await page.getByLabel('Source').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('Delete');
    const { total_items } = await api.page('?has_match=false&limit=1');
    await asked.tap();
    await question.getByRole('heading', { name: `Delete ${total_items} pictures?` }).waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();

    // Answers tell the service's time in whole seconds, so a page may be ahead of it.
    await page.route(/\/processed-images\/\?/, async (route) => {
      const response = await route.fetch();
      const date = new Date(Date.now() + 3_000).toUTCString();
      await route.fulfill({ response, headers: { ...response.headers(), date } });
    });
    // The last day is today, which is not over.
    const today = new Date().toLocaleDateString('en-CA');
    await page.goto(`${url}/console/#/history?match=no&to=${today}&source=${encodeURIComponent(at)}`);
    await expect.poll(() => rows.count()).toBe(1);
    await asked.click();
    await question.getByRole('heading', { name: 'Delete 1 picture?' }).waitFor();
    const { db_id: later } = await processAt(at);
    await question.getByRole('button', { name: 'Delete 1 picture' }).click();
    await page.getByText('1 picture deleted').first().waitFor();
    const left = await api.page(`?source=${encodeURIComponent(at)}`);
    expect(left.items.map(({ db_id }) => db_id)).toEqual([later]);
    expect((await api.page(`?source=${encodeURIComponent(`${at} too`)}`)).total_items).toBe(1);
  });

  it('deletes no picture that its question did not count, and none that fits no more', async () => {
    const { api, pictures } = setup();
    const { id } = await setup().listWoman();
    const source = `gate ${crypto.randomUUID()}`;
    const seen = async () => {
      const { db_id, faces } = await api.process(pictures.withWoman, { source });
      const face = faces.find(({ blacklist_matches }) => blacklist_matches.length > 0)?.face_index;
      const judge = async (verdict: string) => {
        const body = { face_index: face, entry_id: id, verdict };
        const reply = await api.sendJson('PUT', `/api/v1/processed-images/${db_id}/review`, body);
        expect(reply.status).toBe(200);
      };
      return { db_id, judge };
    };
    const [older, leaving, staying] = [await seen(), await seen(), await seen()];
    await using visit = await setup().visit(`#/history?review=rejected&source=${encodeURIComponent(source)}`);
    const { page } = visit;
    const asked = page.getByRole('button', { name: 'Delete these' });
    await asked.click();
    await page.locator('.toast').getByText('No picture fits').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    for (const { judge } of [leaving, staying]) await judge('rejected');
    await asked.click();
    const question = page.getByRole('dialog');
    await question.getByRole('heading', { name: 'Delete 2 pictures?' }).waitFor();
    // As many fit as before, but others.
    await leaving.judge('confirmed');
    await older.judge('rejected');
    await question.getByRole('button', { name: 'Delete 2 pictures' }).click();
    await page.getByText('1 picture deleted').first().waitFor();
    const { items } = await api.page(`?source=${encodeURIComponent(source)}`);
    expect(items.map(({ db_id }) => db_id)).toEqual([leaving.db_id, older.db_id]);
  });

  it('exports each picture once that is still there, though others are deleted meanwhile', async () => {
    const { api } = setup();
    const source = `gate ${crypto.randomUUID()}`;
    const nothing = (await pictureOfNothing()).toString('base64');
    for (const count of [70, 50]) await api.processInputs(Array(count).fill(nothing), { source });
    const query = `?source=${encodeURIComponent(source)}`;
    const { items } = await api.page(`${query}&limit=100`);
    // A deleted picture's image may be asked for after it went.
    await using visit = await setup().visit(`#/history?source=${encodeURIComponent(source)}`, {
      expected: [/404 \(Not Found\) \S+\/image\?/],
    });
    const { page } = visit;
    let areThere = true;
    await page.route(/before_id=/, async (route) => {
      if (!areThere) return route.continue();
      areThere = false;
      for (const { db_id } of items.slice(5, 12))
        await api.send('DELETE', `/api/v1/processed-images/${db_id}`);
      await route.continue();
    });
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    const csv = await readFile(await (await downloading).path(), 'utf8');
    const numbers = [...csv.matchAll(/^"?(\d+)"?[,;]/gm)].map(([, number]) => Number(number));
    expect(new Set(numbers).size).toBe(numbers.length);
    const left = [
      ...(await api.page(`${query}&limit=100`)).items,
      ...(await api.page(`${query}&limit=100&offset=100`)).items,
    ];
    expect(left).toHaveLength(113);
    expect(numbers).toEqual(expect.arrayContaining(left.map(({ db_id }) => db_id)));
  });

  it('is not red where the person is out of force by now, and can still be judged', async () => {
    const { api, url } = setup();
    const { id, name } = await setup().listWoman();
    const { db_id } = await api.process(setup().pictures.withWoman);
    await api.patch(id, { suspended: true });
    await using visit = await setup().visit('#/status', { expected: [/404 \(Not Found\)/] });
    const { page } = visit;
    // On a slow line nobody knows yet what has become of the entry.
    const known = Promise.withResolvers<void>();
    let asked = 0;
    await page.route(new RegExp(`/blacklist/${id}/$`), async (route) => {
      asked++;
      await known.promise;
      await route.fallback();
    });
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.goto(`${url}/console/#/history/${db_id}`);
    const timesAsked = async () => {
      await page.clock.runFor(20);
      return asked;
    };
    await expect.poll(timesAsked).toBeGreaterThan(0);
    await page.getByRole('heading', { name: 'Loading' }).waitFor();
    expect(await page.getByText(name).count()).toBe(0);
    // A service that does not tell hides no match.
    await page.clock.runFor(4_500);
    await page.getByRole('heading', { name: `Match: ${name}` }).waitFor();
    await page.getByText('This is how the entry was then.').waitFor();
    known.resolve();
    await page.clock.resume();
    const lapsed = page.getByRole('heading', { name: `No longer in force: ${name}` });
    await lapsed.waitFor();
    await api.patch(id, { suspended: false });
    await page.getByRole('heading', { name: `Match: ${name}` }).waitFor();
    expect((await api.send('DELETE', `/api/v1/blacklist/${id}/?history=keep`)).status).toBe(200);
    await lapsed.waitFor();
    await page.goto(`${url}/console/#/history`);
    await page.goto(`${url}/console/#/history/${db_id}`);
    await lapsed.waitFor();
    await page.getByRole('button', { name: 'It is him / her' }).click();
    await expect.poll(async () => (await api.page(`?review=confirmed&entry_id=${id}`)).total_items).toBe(1);
    expect(await page.getByRole('button', { name: 'Add this face' }).count()).toBe(0);
  });

  it('says in the page’s language that somebody was erased, and waits for no picture of them', async () => {
    const { api } = setup();
    await using check = await setup().visit('#/check');
    const nobody = check.page.getByText('Nobody is listed yet, so nobody can match.');
    await nobody.waitFor();
    const { id, name } = await setup().listWoman();
    await nobody.waitFor({ state: 'detached' });
    const { db_id } = await api.process(setup().pictures.withWoman);
    await using visit = await setup().visit(`#/history/${db_id}`, { locale: 'de-DE', expected: [/404/] });
    const { page } = visit;
    await page.getByRole('heading', { name: `Treffer: ${name}` }).waitFor();
    expect((await api.send('DELETE', `/api/v1/blacklist/${id}/?history=redact`)).status).toBe(200);
    await page.getByRole('heading', { name: 'Nicht mehr gültig: (gelöscht)' }).waitFor();
    await expect.poll(() => page.locator('.hit .no-picture').count()).toBe(2);
    expect(await page.locator('.hit .skeleton').count()).toBe(0);
    expect(await page.locator('main').innerText()).not.toContain(name);
  });

  it('prints a match with all that is known of the person', async () => {
    const listed = await setup().listWoman();
    const notes = `${'Do not approach alone. '.repeat(180)}Call 4411.`;
    await setup().api.patch(listed.id, { notes });
    const { db_id } = await setup().api.process(setup().pictures.withWoman);
    await using visit = await setup().visit(`#/history/${db_id}`);
    const { page } = visit;
    const shown = page.locator('.hit-notes');
    await shown.getByText('Call 4411.').waitFor();
    await page.emulateMedia({ media: 'print' });
    const isWhole = (element: { scrollHeight: number; clientHeight: number }) =>
      element.scrollHeight <= element.clientHeight;
    expect(await shown.evaluate(isWhole)).toBe(true);
  });

  it('shows administrators the audit trail, the roles, and how long things are kept', async () => {
    const listed = await setup().listWoman();
    await setup().api.patch(listed.id, { category: 'fraud' });
    await using visit = await setup().visit('#/status');
    const { page } = visit;
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByLabel('Number of the entry').fill(String(listed.id));
    await page.getByLabel('Number of the entry').press('Enter');
    // It adds to the one before, which the page may not show yet.
    await page.getByLabel('Action').selectOption('Change a person');
    const changes = page.getByRole('row').filter({ hasText: 'Change a person' });
    // Until the filter is applied, those of other entries are there too.
    await expect.poll(() => changes.count()).toBe(1);
    const done = changes.getByRole('cell', { name: '200', exact: true });
    await expect.poll(() => done.count()).toBe(1);
    // Whoever comes back to all lines begins with the newest.
    const notes = Array.from({ length: 60 }, (_, index) => String(index));
    await Promise.all(notes.map((one) => setup().api.patch(listed.id, { notes: one })));
    await page.goto(`${setup().url}/console/#/audit?entry=${listed.id}`);
    await page.getByRole('button', { name: 'Older' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Newer' }).isEnabled()).toBe(true);
    await page.goBack();
    await expect.poll(() => page.getByRole('button', { name: 'Newer' }).isEnabled()).toBe(false);
    await page.getByRole('link', { name: 'Privacy' }).click();
    await page.getByText('365 days').first().waitFor();
    await setup().api.delete(listed.id);
    await page.getByLabel('Number of the deleted entry').fill(String(listed.id));
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByText('Removed: reference pictures').waitFor();
    await page.getByRole('link', { name: 'Tokens' }).click();
    await page.getByText('Tokens are kept as hashes alone').waitFor();

    await using guard = await setup().visit('#/status', { token: deskToken });
    await guard.page.getByText('Working').waitFor();
    expect(await guard.page.getByRole('link', { name: 'Audit' }).count()).toBe(0);
  });

  it('shows how the service is set up and does, with its warnings', async () => {
    await setup().listWoman();
    await using visit = await setup().visit('#/status');
    const { page } = visit;
    await page.getByText('Working').waitFor();
    const words = () => page.getByRole('main').innerText();
    await expect
      .poll(words)
      .toMatch(/1\s+People listed, with suspended and expired ones\s+1\s+Reference pictures/);
    await expect.poll(words).toMatch(/Model\s+Fusion/);
    await expect.poll(words).toMatch(/Threshold\s+0\.385, the default/);
    await expect.poll(words).toMatch(/Who may use it\s+Tokens/);

    await using other = await setup().visit('#/status', { service: 'empty' });
    await other.page.getByText(/Nobody is asked for a token/).waitFor();
  });
}

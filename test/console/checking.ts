import type { Route } from 'playwright-core';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { EntryVerification } from '../../lib/contract/endpoints/verify-entry.ts';
import type { ReviewVerdict } from '../../lib/contract/review.ts';
import { pictureOfNothing } from '../api/pictures.ts';
import { answer } from '../suites/api/client.ts';
import {
  areOnFirstScreen,
  type ConsoleSetup,
  deskToken,
  dropFiles,
  fileOf,
  focusIsOn,
  followsEvents,
  isSilentOn,
  isSpokenOn,
  pictureIsShown,
  placeOf,
  placesOf,
  unfold,
} from './setup.ts';

const verdictOf = ({ name }: { name: string }) => ({ name: `Match: ${name}` });

/** Tests checking if somebody in a picture is listed. */
export function describeChecking(setup: () => ConsoleSetup): void {
  it('shows the faces of a dropped picture, each beside who looks most like it', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    const hit = page.getByRole('article', { name: `Face 3: ${listed.name}` });
    await hit.getByText('Banned for life.').waitFor();
    await pictureIsShown(hit.getByRole('figure').nth(0));
    await pictureIsShown(hit.getByRole('figure').nth(1));
    const others = page.getByRole('region', { name: 'Other faces' }).getByText('No match');
    await expect.poll(() => others.count()).toBe(2);

    await unfold(page);
    const match = page.getByRole('button', { name: `Face 3: matches ${listed.name}` });
    await match.waitFor();
    const unmatched = page.getByRole('button', { name: /^Face \d: no match$/ });
    await expect.poll(() => unmatched.count()).toBe(2);
    const face = page.getByRole('region', { name: 'Face 3' });
    await face.getByText('Banned for life.').waitFor();
    // Pictures out of sight are not loaded.
    await face.getByRole('listitem').first().scrollIntoViewIfNeeded();
    await pictureIsShown(face.getByRole('listitem'));
    const words = await face.innerText();
    expect(words).toMatch(/Distance\s+0\.2\d\d\s+Threshold\s+0\.385\s+Similarity\s+99\.\d%/);
    expect(words).toContain('Fewer than 1 in 1,000,000 pairs of strangers look this much alike.');
    await match.click();
    await focusIsOn(page, 'Face 3');

    // The box must be where the service found the face.
    const [result] = (await setup().api.page('?limit=1')).items;
    const { x, w } = result?.faces[2]?.facial_area ?? { x: 0, w: 0 };
    const shares = async () => {
      const [picture, box] = await Promise.all([page.locator('.faces-picture'), match].map(placeOf));
      if (!picture || !box) return [];
      const width = picture.right - picture.left;
      return [(box.left - picture.left) / width, (box.right - box.left) / width];
    };
    await expect.poll(shares).toEqual([expect.closeTo(x / 1920, 2), expect.closeTo(w / 1920, 2)]);
  });

  it('tells what another threshold would make of one picture, and judges the next as ever', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    await unfold(page);
    const threshold = page.getByRole('region', { name: 'What if' });
    await threshold.getByText(`${listed.name} would match.`).waitFor();
    await threshold.getByText('1 in 110,000 comparisons with a stranger is a false accusation').waitFor();
    const slider = page.getByRole('slider', { name: 'Match up to a distance of' });
    await slider.fill(String(await slider.getAttribute('max')));
    // The slider ends at the loosest threshold that a request may ask for.
    await threshold.getByText(/^1 in 1,\d00 comparisons with a stranger/).waitFor();
    await slider.fill('0.1');
    await threshold.getByText('Nobody would match.').waitFor();
    const verdict = page.getByRole('heading', { name: `Match: ${listed.name}` });
    await verdict.waitFor();
    await page.getByRole('button', { name: `Face 3: matches ${listed.name}` }).waitFor();

    await page.getByRole('link', { name: 'Status' }).click();
    await page.getByRole('link', { name: 'Check', exact: true }).click();
    await dropFiles(page, [{ name: 'again.jpg', buffer: setup().pictures.sameWoman }]);
    await page.getByText('2 of 2 checked · 2 with a match').waitFor();
    await page.getByRole('article', { name: 'again.jpg' }).getByRole('heading', verdictOf(listed)).waitFor();
    await threshold.getByText(`${listed.name} would match.`).waitFor();
  });

  it.each([
    { width: 380, height: 800 },
    { width: 320, height: 568 },
  ])('shows all that is needed to act in the first screen, $width pixels wide', async (viewport) => {
    const notes = 'Do not approach alone.\nCall the duty manager on 4411.';
    const listed = await setup().listWoman();
    await setup().api.patch(listed.id, { severity: 'danger', reason: 'ARMED, do not approach.', notes });
    await using visit = await setup().visit('#/check', { viewport, hasTouch: true });
    const { page } = visit;
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    const hit = page.getByRole('article', { name: `Face 3: ${listed.name}` });
    await pictureIsShown(hit.getByRole('figure').nth(1));
    const buttons = hit.getByRole('button');
    const needed = [
      page.getByRole('heading', verdictOf(listed)),
      hit.locator('.picture'),
      hit.getByText('Danger'),
      hit.getByText('ARMED, do not approach.'),
      hit.getByText('Call the duty manager on 4411.'),
      buttons,
    ];
    await areOnFirstScreen(page, needed, 9);
    for (const { top, bottom } of await placesOf(buttons)) expect(bottom - top).toBeGreaterThanOrEqual(44);
  });

  it('shows live and listed face side by side, each at least 240 pixels wide, where there is room', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/check', { viewport: { width: 768, height: 1024 } });
    const { page } = visit;
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    const hit = page.getByRole('article', { name: `Face 3: ${listed.name}` });
    await pictureIsShown(hit.getByRole('figure').nth(1));
    const look = async () => {
      const places = await placesOf(hit.locator('.picture'));
      const areWide = places.every(({ left, right }) => right - left >= 240);
      return { count: places.length, areWide, areLevel: places[0]?.top === places[1]?.top };
    };
    await expect.poll(look).toEqual({ count: 2, areWide: true, areLevel: true });
  });

  it('keeps what a person says of a match, by button or key, and no longer calls a rejected one a match', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    await page.getByRole('heading', verdictOf(listed)).waitFor();
    await page.keyboard.press('2');
    await page.getByRole('heading', { name: `Rejected: not ${listed.name}` }).waitFor();
    await page.locator('button[aria-pressed=true]').filter({ hasText: 'Not them' }).waitFor();
    // It is said to who hears the page, and no sentence lies over the verdict.
    await isSpokenOn(page, `${listed.name}: it is somebody else. This is kept.`);
    expect(await page.locator('.toast').count()).toBe(0);
    expect((await setup().api.page('?review=rejected&limit=1')).items).toMatchObject([
      { faces: [{}, {}, { blacklist_matches: [{ entry: { id: listed.id } }] }] },
    ]);

    // In a field, a key is a letter.
    await page.getByLabel('Address of a picture').press('1');
    expect(await page.getByLabel('Address of a picture').inputValue()).toBe('1');
    await page.getByRole('link', { name: 'In the history' }).click();
    await page.getByRole('heading', { name: `Rejected: not ${listed.name}` }).waitFor();
    await page.getByRole('button', { name: 'It is him / her' }).click();
    await page.getByRole('heading', { name: `Confirmed: ${listed.name}` }).waitFor();
    // The bar says who has judged, and when, and so does the audit trail: with the face's number on the page.
    const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
    const judged = page.locator('.verdict-bar p');
    await expect.poll(() => judged.innerText()).toMatch(/^Judged by \S+, .*\d\d:\d\d:\d\d\.$/);
    expect(await judged.innerText()).toContain(day.format(new Date()));
    await page.goto(`${setup().url}/console/#/audit?entry=${listed.id}`);
    await page.getByRole('row').filter({ hasText: 'Face 3: Confirmed.' }).waitFor();
  });

  it('shows a near miss as possible, also later', async () => {
    const listed = await setup().listWoman();
    const { faces } = await setup().api.process(setup().pictures.withWoman);
    const distance = faces[2]?.blacklist_matches[0]?.distance ?? 0;
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await page.route('**/process-images', (route) =>
      route.continue({
        postData:
          route
            .request()
            .postData()
            ?.replace(/^\{/, `{"threshold":${distance - 0.002},`) ?? '',
      }),
    );
    await dropFiles(page, [
      { name: 'others.jpg', buffer: setup().pictures.group },
      { name: 'door.jpg', buffer: setup().pictures.withWoman },
    ]);
    // The sum of several pictures is silent on none.
    await page.getByText('2 of 2 checked · 1 possible').waitFor();
    await page
      .getByRole('article', { name: 'others.jpg' })
      .getByRole('heading', { name: 'No match' })
      .waitFor();
    await page.getByRole('button', { name: /^Possible: .* In another picture/ }).click();
    await page.getByRole('heading', { name: `Possible: ${listed.name}` }).waitFor();
    await page.getByRole('link', { name: 'In the history' }).click();
    await page.getByRole('region', { name: 'Details' }).waitFor();
    await page.getByRole('heading', { name: `Possible: ${listed.name}` }).waitFor();
    const history = page.getByRole('link', { name: 'History', exact: true }).first();
    await history.click();
    const row = page.locator('.rows').getByText(`Possible: ${listed.name}`).first();
    await row.waitFor();
    // Once somebody has said that it is her, nothing says any more that it is not enough.
    await page.goBack();
    await page.getByRole('button', { name: /^It is him/ }).click();
    await page.getByRole('heading', { name: `Confirmed: ${listed.name}` }).waitFor();
    await history.click();
    await page.locator('.rows').getByText(`Match: ${listed.name}`).first().waitFor();
    expect(await row.count()).toBe(0);
  });

  it('calls a comparison possible where a check would', async () => {
    const listed = await setup().listWoman();
    const picture = setup().pictures.sameWoman;
    const path = `/api/v1/blacklist/${listed.id}/verify`;
    const reply = await setup().api.sendJson('POST', path, { image: picture.toString('base64') });
    const { distance } = answer(reply, 200, EntryVerification);
    await using visit = await setup().visit(`#/compare?person=${listed.id}`);
    const { page } = visit;
    await page.route(`**${path}`, (route) =>
      route.continue({
        postData: JSON.stringify({ ...route.request().postDataJSON(), threshold: (distance ?? 0) - 0.002 }),
      }),
    );
    await page.getByRole('button', { name: 'Remove Listed' }).waitFor();
    await dropFiles(page, [{ name: 'again.jpg', buffer: picture }]);
    const bar = page.locator('.verdict-bar.possible');
    await bar.getByRole('heading', { name: `Possible: ${listed.name}` }).waitFor();
    await bar.getByText(/^9\d\.\d% alike\. Alike, but not enough for a match/).waitFor();
  });

  it('never calls clear what could not be judged', async () => {
    await setup().listWoman();
    const far = await sharp(setup().pictures.group).resize({ width: 160 }).jpeg().toBuffer();
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await page
      .locator('input[type=file]')
      .setInputFiles([fileOf('nobody.jpg', await pictureOfNothing()), fileOf('far.jpg', far)]);
    await page.getByText('2 of 2 checked').waitFor();
    for (const name of ['nobody.jpg', 'far.jpg']) {
      await page.getByRole('button', { name }).click();
      await page.getByRole('article', { name }).getByRole('heading', { name: 'Cannot tell' }).waitFor();
      await page.getByRole('article', { name }).getByText('take another picture').waitFor();
    }
    expect(await page.getByText('No match').count()).toBe(0);
  });

  it('checks several pictures, with their progress, and says of each what came of it', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await page.locator('input[type=file]').setInputFiles([
      fileOf('with-her.jpg', setup().pictures.withWoman),
      fileOf('others.jpg', setup().pictures.group),
      fileOf('nobody.jpg', await pictureOfNothing()),
      fileOf('letter.txt', Buffer.from('Dear Sir or Madam')),
      // As base64 it could be a path.
      fileOf('nope.jpg', Buffer.from('nope')),
    ]);
    await page.getByText('3 of 5 checked · 1 with a match').waitFor();
    const pictures = page.getByRole('region', { name: 'Pictures' }).getByRole('listitem');
    const verdicts = async () => (await pictures.allInnerTexts()).map((text) => text.split('\n'));
    await expect.poll(verdicts).toEqual([
      ['with-her.jpg', `Match: ${listed.name}`],
      ['nobody.jpg', 'No face'],
      ['letter.txt', 'Failed'],
      ['nope.jpg', 'Failed'],
      ['others.jpg', 'No match'],
    ]);
    for (const name of ['letter.txt', 'nope.jpg']) {
      await page.getByRole('button', { name }).click();
      await page
        .getByRole('article', { name })
        .getByText('This is not a picture that can be read: JPEG, PNG, WebP and GIF can.')
        .waitFor();
    }
    await page.getByRole('button', { name: 'nobody.jpg' }).click();
    await page.getByRole('article').getByText('No face was found.').first().waitFor();

    // The results stay while another page is shown, until they are cleared.
    await page.getByRole('link', { name: 'Status' }).click();
    await page.getByRole('heading', { name: 'Status' }).waitFor();
    // Words about the pictures are not said of this page.
    await isSilentOn(page);
    await page.getByRole('link', { name: 'Check', exact: true }).click();
    await page.getByText('3 of 5 checked').waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.getByText('3 of 5 checked').waitFor({ state: 'detached' });
  });

  it('pauses while the service is away, checks nothing twice, and says meanwhile what is not checked', async () => {
    const before = (await setup().api.page('?limit=1')).total_items;
    const expected = [/ERR_INTERNET_DISCONNECTED/, /ERR_FAILED/];
    await using visit = await setup().visit('#/check', { expected });
    const { page } = visit;
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.type());
      return dialog.accept();
    });
    const buffer = setup().pictures.group;
    // The first answer is lost on the way, so that the picture is sent again.
    const lose = async (route: Route) => {
      await route.fetch();
      await route.abort();
    };
    await page.route('**/process-images', lose, { times: 1 });
    await dropFiles(page, [{ name: 'first.jpg', buffer }]);
    await page.getByRole('heading', { name: 'No match' }).waitFor();
    const clear = page.locator('.verdict-bar.clear');
    expect(await clear.count()).toBe(1);

    let sent = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/process-images')) sent++;
    });
    await page.context().setOffline(true);
    const names = ['2.jpg', '3.jpg', '4.jpg', '5.jpg', '6.jpg'];
    await dropFiles(
      page,
      names.map((name) => ({ name, buffer })),
    );
    await page.getByRole('alert').filter({ hasText: 'The service cannot be reached.' }).waitFor();
    await page.getByRole('button', { name: 'first.jpg' }).click();
    await page.getByText('5 of 6 pictures are not checked').waitFor();
    await page.getByText('1 of 6 checked').waitFor();
    expect(await clear.count()).toBe(0);
    expect(sent).toBeLessThanOrEqual(2);
    await page.context().setOffline(false);
    await page.getByText('6 of 6 checked').waitFor();
    expect(await clear.count()).toBe(1);
    expect((await setup().api.page('?limit=1')).total_items).toBe(before + 6);

    await dropFiles(page, [{ name: 'letter.txt', buffer: Buffer.from('Dear Sir') }]);
    await page.getByText('1 of 7 pictures is not checked').waitFor();
    // Another attempt would not make a picture of it.
    expect(await page.getByRole('button', { name: /again$/ }).count()).toBe(0);
    await page.reload();
    expect(dialogs).toEqual(['beforeunload']);
  });

  it('goes on with the others while a lost answer is asked for, and says so', async () => {
    const before = (await setup().api.page('?limit=1')).total_items;
    await using visit = await setup().visit('#/check', { expected: [/409 \(Conflict\)/] });
    const { page } = visit;
    // A service that was stopped in the middle says so of two pictures until their claims end.
    const isOver = Promise.withResolvers<void>();
    const held = new Set<string>();
    const detail =
      'The first request with this Idempotency-Key is still being worked on. Send it again later.';
    await page.route('**/process-images', async (route) => {
      const key = route.request().headers()['idempotency-key'] ?? '';
      if (held.size === 2 && !held.has(key)) return route.continue();
      const isFirst = !held.has(key);
      held.add(key);
      if (isFirst) return route.fulfill({ status: 409, json: { detail } });
      await isOver.promise;
      return route.continue();
    });
    const names = ['1.jpg', '2.jpg', '3.jpg', '4.jpg', '5.jpg'];
    await dropFiles(
      page,
      names.map((name) => ({ name, buffer: setup().pictures.group })),
    );
    await page.getByText('3 of 5 checked').waitFor();
    await page.locator('.strip').getByText('No answer came. Asking again').nth(1).waitFor();
    isOver.resolve();
    await page.getByText('5 of 5 checked').waitFor();
    expect((await setup().api.page('?limit=1')).total_items).toBe(before + 5);
  });

  it('leads to a match in another picture while one without a match fills the screen', async () => {
    const listed = await setup().listWoman();
    await setup().api.patch(listed.id, { severity: 'danger' });
    await using visit = await setup().visit('#/check', { viewport: { width: 320, height: 568 } });
    const { page } = visit;
    await dropFiles(page, [
      { name: 'others.jpg', buffer: setup().pictures.group },
      { name: 'with-her.jpg', buffer: setup().pictures.withWoman },
      { name: 'again.jpg', buffer: setup().pictures.sameWoman },
    ]);
    await page.getByText('3 of 3 checked').waitFor();
    await page
      .getByRole('article', { name: 'others.jpg' })
      .getByRole('heading', { name: 'No match' })
      .waitFor();
    const elsewhere = page.getByRole('button', { name: /^Danger\. Match: .* In 2 other pictures/ });
    await expect.poll(async () => (await placeOf(elsewhere)).top).toBeLessThan(120);
    await elsewhere.click();
    await page.getByRole('heading', { name: `Danger. Match: ${listed.name}` }).waitFor();
    // Once a person has judged it, the next one is led to.
    await page.getByRole('button', { name: 'It is him / her' }).click();
    await page.getByRole('button', { name: /In another picture/ }).click();
    await page.getByRole('article', { name: 'again.jpg' }).getByRole('button', { name: 'Not them' }).click();
    await page.getByRole('heading', { name: `Rejected: not ${listed.name}` }).waitFor();
    expect(await page.getByRole('button', { name: /In another picture/ }).count()).toBe(0);
  });

  it('leaves no verdict in the place of a picture that was not checked', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await dropFiles(page, [{ name: 'others.jpg', buffer: setup().pictures.group }]);
    await page.getByRole('heading', { name: 'No match' }).waitFor();
    const letter = { name: 'letter.txt', buffer: Buffer.from('Dear Sir') };
    await dropFiles(page, Array(99).fill(letter));
    await page.getByText('1 of 100 checked').waitFor();
    // One that is done with makes room.
    await dropFiles(page, [{ name: 'with-her.jpg', buffer: setup().pictures.withWoman }]);
    await page
      .getByRole('article', { name: 'with-her.jpg' })
      .getByRole('heading', verdictOf(listed))
      .waitFor();
    expect(await page.getByRole('button', { name: 'others.jpg' }).count()).toBe(0);
    // One that is to be judged, or was not checked, does not.
    await dropFiles(page, [{ name: 'again.jpg', buffer: setup().pictures.sameWoman }]);
    const told = page.getByRole('alert').filter({ hasText: '1 picture left out' });
    await told.getByRole('heading', { name: 'Not checked' }).waitFor();
    expect(await page.locator('main .verdict-bar').first().innerText()).toContain('Not checked');
    expect(await page.locator('article.check').count()).toBe(0);
    await page.getByRole('button', { name: /In another picture/ }).click();
    await page.getByRole('article', { name: 'with-her.jpg' }).waitFor();
    await told.getByRole('button', { name: 'Dismiss' }).click();
    await told.waitFor({ state: 'detached' });
  });

  it('keeps the keys with one person until another is chosen, and the focus on the button', async () => {
    await Promise.all([setup().listWoman(), setup().listWoman()]);
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    const hits = page.locator('.hit');
    await hits.nth(1).getByRole('button', { name: 'Not them' }).waitFor();
    const pressed = () =>
      Promise.all([0, 1].map((index) => hits.nth(index).locator('[aria-pressed=true]').allInnerTexts()));
    const areKept = async (number: number) => {
      const { items } = await setup().api.page('?limit=1');
      const matches = items[0]?.faces.flatMap((face) => face.blacklist_matches) ?? [];
      await expect.poll(() => hits.locator('[aria-busy=true]').count()).toBe(0);
      return matches.filter(({ review }) => review !== null).length === number;
    };
    // A key that is pressed twice, and then one that corrects it, are all about the first.
    await page.keyboard.press('1');
    await page.keyboard.press('1');
    await expect.poll(pressed).toEqual([[expect.stringContaining('It is him')], []]);
    await expect.poll(() => areKept(1)).toBe(true);
    await page.keyboard.press('1');
    await expect.poll(() => areKept(1)).toBe(true);
    await page.keyboard.press('2');
    await expect.poll(pressed).toEqual([[expect.stringContaining('Not them')], []]);
    await hits.nth(1).getByRole('button', { name: 'Not them' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(pressed).toEqual(Array(2).fill([expect.stringContaining('Not them')]));
    expect(await page.evaluate(`document.activeElement.matches('.review-buttons .rejected')`)).toBe(true);
    await expect.poll(() => areKept(2)).toBe(true);
    // The focus has chosen the second.
    await page.keyboard.press('3');
    const corrected = [[expect.stringContaining('Not them')], [expect.stringContaining('Unsure')]];
    await expect.poll(pressed).toEqual(corrected);
  });

  it('follows what others say, names whose word counts, and shows as pressed what one said oneself', async () => {
    const { id, name } = await setup().listWoman();
    await using visit = await setup().visit('#/status', { token: deskToken });
    const { page } = visit;
    await followsEvents(page);
    await page.getByRole('link', { name: 'Check', exact: true }).click();
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    await page.getByRole('heading', { name: `Match: ${name}` }).waitFor();
    const { db_id } = (await setup().api.page('?limit=1')).items[0] ?? {};
    const say = (verdict: ReviewVerdict) =>
      setup().api.sendJson('PUT', `/api/v1/processed-images/${db_id}/review`, {
        face_index: 2,
        entry_id: id,
        verdict,
      });
    const pressed = page.locator('.review-buttons [aria-pressed=true]');
    const bar = page.locator('main .verdict-bar');
    await say('rejected');
    await page.getByRole('heading', { name: `Rejected: not ${name}` }).waitFor();
    expect(await pressed.count()).toBe(0);
    await page.getByRole('button', { name: 'It is him / her' }).click();
    await page.getByRole('heading', { name: `Confirmed: ${name}` }).waitFor();
    expect(await bar.innerText()).toMatch(/Judged by guard, /);
    await say('unsure');
    await page.getByText('They do not agree.').waitFor();
    expect(await pressed.innerText()).toContain('It is him');
    await page.getByRole('button', { name: 'Unsure' }).click();
    await page.getByText('Nobody is sure.').waitFor();
  });

  it('names the person to whom review buttons belong, also where two match on a phone', async () => {
    const name = `Anna-Maria ${'Wolfeschlegelstein '.repeat(4)}`.trim();
    const listed = await setup().listWoman(name);
    await setup().listWoman();
    const viewport = { width: 320, height: 568 };
    await using visit = await setup().visit('#/check', { viewport, hasTouch: true });
    const { page } = visit;
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    await page.getByRole('heading', { name: 'Match: ' }).waitFor();
    const hits = page.getByRole('article').locator('article');
    await pictureIsShown(hits.nth(1).getByRole('figure').nth(1));
    // However long the names are, the faces are on the first screen.
    const faces = hits.nth(0).locator('.pair');
    await expect.poll(async () => (await placeOf(faces)).bottom).toBeLessThan(400);
    const second = hits.nth(1);
    const room = async () =>
      (await placeOf(second.getByRole('button', { name: 'Not them' }))).top -
      (await placeOf(second.getByRole('heading'))).bottom;
    await expect.poll(room).toBeGreaterThan(0);
    const bell = page.getByRole('link', { name: /To review/ });
    await expect.poll(async () => (await placeOf(bell)).right).toBeLessThanOrEqual(viewport.width);
    expect(listed.name).toBe(name);
  });

  it('scales a large picture down before it goes over a slow line, and says so', async () => {
    const listed = await setup().listWoman();
    const large = await sharp(setup().pictures.withWoman)
      .resize({ width: 3600 })
      .jpeg({ quality: 95 })
      .toBuffer();
    await using visit = await setup().visit('#/status');
    const { page } = visit;
    await page.addInitScript(
      "Object.defineProperty(navigator, 'connection', { value: { effectiveType: '3g' } })",
    );
    await page.goto(`${setup().url}/console/#/check`);
    await page.reload();
    const sent = page.waitForRequest('**/process-images');
    await dropFiles(page, [{ name: 'large.jpg', buffer: large }]);
    expect((await sent).postData()?.length).toBeLessThan(large.length);
    await page.getByRole('heading', verdictOf(listed)).waitFor();
    await page.getByText(/^Scaled down to 2048 × \d+ pixels, for the line is slow/).waitFor();
  });

  it('tells how much of a picture is sent, and that this takes long, on a slow line', async () => {
    const { name } = await setup().listWoman();
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await page.getByRole('heading', { name: 'Check' }).waitFor();
    const line = await page.context().newCDPSession(page);
    const throughput = (bytes: number) =>
      line.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: bytes,
      });
    await throughput(8_000);
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    const coming = page.getByRole('status').filter({ hasText: 'Sending …' });
    await coming.getByText('This takes long: the line or the service is slow.').waitFor();
    const share = () => coming.getByRole('progressbar').evaluate(({ value }: { value: number }) => value);
    const first = await share();
    expect(first).toBeLessThan(1);
    await expect.poll(share).toBeGreaterThan(first);
    await throughput(-1);
    await page.getByRole('heading', { name: `Match: ${name}` }).waitFor();
  });

  it('takes a pasted picture', async () => {
    await using visit = await setup().visit('#/check', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const { page } = visit;
    await page.getByRole('heading', { name: 'Check' }).waitFor();
    await page.evaluate(`(async () => {
      const canvas = new OffscreenCanvas(64, 64);
      canvas.getContext('2d').fillRect(0, 0, 64, 64);
      const png = await canvas.convertToBlob({ type: 'image/png' });
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
    })()`);
    await page.keyboard.press('Control+V');
    await page.getByRole('article').getByText('No face was found.').first().waitFor();
  });

  it('takes a picture with the camera', async () => {
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await page.getByRole('button', { name: 'Camera' }).click();
    const take = page.getByRole('button', { name: 'Take picture' });
    const size = page.viewportSize();
    for (const viewport of [
      { width: 568, height: 320 },
      { width: 320, height: 256 },
    ]) {
      await page.setViewportSize(viewport);
      await expect.poll(async () => (await placeOf(take)).bottom).toBeLessThanOrEqual(viewport.height - 16);
    }
    if (size) await page.setViewportSize(size);
    await take.click();
    await page.getByRole('heading', { name: /^Camera \d\d\.\d\d\.\d\d\.jpg$/ }).waitFor();
    await unfold(page);
    await pictureIsShown(page.locator('.faces-picture'));
    // The camera must be off again.
    await page.locator('video').waitFor({ state: 'detached' });
  });

  it('takes the address of a picture, and says what the service found wrong with it', async () => {
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    const address = page.getByLabel('Address of a picture');
    await address.fill('door.jpg');
    await address.press('Enter');
    await page.getByText('An address starts with http:// or https://.').waitFor();
    await address.fill('http://127.0.0.1/door.jpg');
    await address.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'The URL does not lead to a public address.' }).waitFor();
  });

  it('shows the picture that the service fetched from an address', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    // Instead of the internet, the service gets the picture itself in place of its address.
    await page.route('**/process-images', (route) =>
      route.continue({
        postData:
          route
            .request()
            .postData()
            ?.replace('https://pictures.example/door.jpg', setup().pictures.withWoman.toString('base64')) ??
          '',
      }),
    );
    await page.getByLabel('Address of a picture').fill('https://pictures.example/door.jpg');
    await page.getByRole('button', { name: 'Check address' }).click();
    await unfold(page);
    await page.getByRole('button', { name: `Face 3: matches ${listed.name}` }).waitFor();
    await pictureIsShown(page.locator('.faces-picture'));
  });

  it('passes on what the service warns of', async () => {
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await page.route('**/process-images', (route) =>
      route.continue({
        postData: route.request().postData()?.replace(/^\{/, '{"threshold":1000,') ?? '',
      }),
    );
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    await page.getByRole('alert').filter({ hasText: 'A threshold of 1000 was asked for' }).waitFor();
    await page.getByRole('link', { name: 'In the history' }).click();
    await page.getByRole('region', { name: 'Details' }).waitFor();
    await page.getByRole('alert').filter({ hasText: 'A threshold of 1000 was asked for' }).waitFor();
  });

  it('sends a picture that is too large for a request by the form for large ones', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    const uploaded = page.waitForResponse((response) => response.url() === `${setup().url}/api/v1/uploads`);
    await page.locator('input[type=file]').setInputFiles(await setup().padded(4_000_000));
    expect((await uploaded).status()).toBe(204);
    await page.getByRole('heading', verdictOf(listed)).waitFor();
  });

  it('scales down what is larger than the service takes, and says so', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await page.locator('input[type=file]').setInputFiles(await setup().padded(16_000_000));
    await page.getByText('Scaled down to 1920 × 1280 pixels').waitFor();
    await page.getByRole('heading', verdictOf(listed)).waitFor();
  });

  it('compares two pictures, or a picture and a listed person, and keeps nothing of it', async () => {
    const listed = await setup().listWoman();
    const before = (await setup().api.page('?limit=1')).total_items;
    const viewport = { width: 380, height: 800 };
    await using visit = await setup().visit('#/check', { viewport, expected: [/400 \(Bad Request\)/] });
    const { page } = visit;
    await page.getByRole('link', { name: 'Compare' }).click();
    await dropFiles(page, [
      { name: 'one.jpg', buffer: setup().pictures.woman },
      { name: 'other.jpg', buffer: setup().pictures.sameWoman },
    ]);
    await page.getByRole('heading', { name: 'The same person' }).waitFor();
    await page.getByText(/^99\.\d% alike/).waitFor();
    await areOnFirstScreen(page, [page.locator('.side .picture')], 2);
    // A third picture takes the place of the second.
    await dropFiles(page, [{ name: 'group.jpg', buffer: setup().pictures.group }]);
    await page.getByRole('heading', { name: 'Not alike enough' }).waitFor();
    await page
      .getByText('Faces in the picture: 4. Only this one, the largest, was compared.')
      .first()
      .waitFor();
    // In a low window one chooses far below the verdict, which comes into sight for each picture.
    await page.setViewportSize({ width: 320, height: 256 });
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await dropFiles(page, [{ name: 'nothing.jpg', buffer: await pictureOfNothing() }]);
    // It names the picture, in the page's words.
    const alert = page.getByRole('alert');
    await alert.getByRole('heading', { name: 'Cannot tell: nothing.jpg' }).waitFor();
    await alert.getByText('No face was found. Show the whole face from the front').waitFor();
    const bar = page.locator('.verdict-bar');
    await expect.poll(async () => (await placeOf(bar)).top).toBeGreaterThanOrEqual(0);
    await page.setViewportSize(viewport);
    // A file that is no picture leaves no verdict in its place.
    await dropFiles(page, [{ name: 'letter.txt', buffer: Buffer.from('Dear Sir') }]);
    await bar.waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Pick a listed person' }).click();
    await page.getByRole('button', { name: listed.name }).click();
    await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    // With a person beside it, each further picture is compared with that person.
    await dropFiles(page, [{ name: 'group.jpg', buffer: setup().pictures.group }]);
    await page.getByRole('heading', { name: `Not alike enough: ${listed.name}` }).waitFor();
    await setup().api.patch(listed.id, { suspended: true });
    await page.goto(`${setup().url}/console/#/blacklist/${listed.id}`);
    // The page before has a link of this name, too.
    await page.getByRole('heading', { name: listed.name, exact: true }).waitFor();
    await page.getByRole('link', { name: 'Compare' }).click();
    await page.getByRole('region', { name: 'Listed' }).getByText(listed.name).waitFor();
    await dropFiles(page, [{ name: 'again.jpg', buffer: setup().pictures.sameWoman }]);
    await page.getByRole('heading', { name: `Looks like ${listed.name}` }).waitFor();
    await page.getByText('Banned for life.').waitFor();
    await page.getByText('suspended or has expired, so it matches nobody').waitFor();
    expect((await setup().api.page('?limit=1')).total_items).toBe(before);
  });
}

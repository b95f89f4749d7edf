import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { ReviewVerdict } from '../../lib/contract/review.ts';
import type { ImageProcessingResult } from '../../lib/contract/shapes.ts';
import { tokenLine } from '../../lib/service/tokens.ts';
import { connectOverHttp } from '../api/connections.ts';
import { startServerProcess, temporaryFolder } from '../api/server-process.ts';
import { ApiClient } from '../suites/api/client.ts';
import { alarmsOf, openAnsweredDoor } from './answered-door.ts';
import { visit } from './browser.ts';
import { type ConsoleSetup, deskToken, token, withPassingTime } from './setup.ts';

const knife = { severity: 'danger', reason: 'Has a KNIFE.', notes: 'Lock the door.' };
const buttonsOf = (page: Page) => page.locator('.review-buttons button');
const pressedOf = (page: Page) => page.locator('.review-buttons [aria-pressed=true]');

/** Says of the first face of a record, and whom it matches, who it is. */
async function judge(api: ApiClient, record: ImageProcessingResult, verdict: ReviewVerdict): Promise<void> {
  const [face] = record.faces;
  const entry_id = face?.blacklist_matches[0]?.entry.id;
  const path = `/api/v1/processed-images/${record.db_id}/review`;
  const said = { face_index: face?.face_index, entry_id, verdict };
  expect((await api.sendJson('PUT', path, said)).status).toBe(200);
}

/** Tests that a door follows the list, and what people say of a match. */
export function describeDoorList(setup: () => ConsoleSetup): void {
  const kept = () => setup().api.process(setup().pictures.sameWoman);
  const another = () => new ApiClient(connectOverHttp(setup().url, deskToken));

  it('shows what the list says now of whoever stands there, and sounds if that is a danger', async () => {
    const { id, name } = await setup().listWoman();
    const first = await kept();
    await using door = await openAnsweredDoor(setup());
    const { page } = door;
    await door.answer(first);
    await door.answer(first);
    await page.getByRole('heading', { name: `Match: ${name}` }).waitFor();
    expect(await alarmsOf(page)).toBe(1);
    const before = await page.locator('.hit .cut img').first().getAttribute('src');
    await setup().api.patch(id, knife);
    const told = await setup().api.process(setup().pictures.sameWoman, { keep: 'none' });
    await door.answer(told);
    await page.getByRole('heading', { name: `Danger. Match: ${name}` }).waitFor();
    const hit = page.getByRole('article', { name: `Face 1: ${name}` });
    await hit.getByText(knife.reason).waitFor();
    await hit.getByText(knife.notes).waitFor();
    await door.answer(told);
    expect(await alarmsOf(page)).toBe(2);
    // The picture that can be judged stays.
    expect(await page.locator('.hit .cut img').first().getAttribute('src')).toBe(before);
    expect(await buttonsOf(page).count()).toBe(3);
  });

  it('is neither blind nor red longer than it should be once the clock of the device goes back', async () => {
    const { name } = await setup().listWoman();
    const first = await kept();
    const others = await setup().api.process(setup().pictures.group, { keep: 'none' });
    await using door = await openAnsweredDoor(setup());
    const { page } = door;
    const goesBack = async () => {
      await page.clock.setSystemTime((await page.evaluate<number>('Date.now()')) - 3_600_000);
    };
    const match = page.getByRole('heading', { name: `Match: ${name}` });
    const standsThere = async () => {
      await door.answer(first);
      await door.answer(first);
      await match.waitFor();
    };
    await standsThere();
    await goesBack();
    await door.answer(others);
    await match.waitFor();
    // Together they take 25 seconds.
    for (let look = 0; look < 5; look++) await door.answer(others, 4_000);
    await page.getByRole('heading', { name: 'No match' }).waitFor();
    await page.getByRole('button', { name: 'Next person' }).press('Enter');
    await goesBack();
    // This look began before, and is at nobody who comes next.
    await door.answer(others);
    await page.getByRole('heading', { name: 'Ready' }).waitFor();
    const alarms = await alarmsOf(page);
    await standsThere();
    expect(await alarmsOf(page)).toBe(alarms + 1);
  });

  it('keeps the notes of a match that is judged', async () => {
    const { id, name } = await setup().listWoman();
    await setup().api.patch(id, knife);
    const first = await kept();
    await using door = await openAnsweredDoor(setup());
    const { page } = door;
    await door.answer(first);
    await door.answer(first);
    await page.getByText(knife.notes).waitFor();
    await page.getByRole('button', { name: 'It is him / her' }).click();
    await page.getByRole('heading', { name: `Confirmed: ${name}` }).waitFor();
    expect(await page.getByText(knife.notes).count()).toBe(1);
    await door.answer(first);
    expect(await page.getByText(knife.notes).count()).toBe(1);
  });

  it('follows what others say of the match, and asks anew once its record is deleted', async () => {
    const { name } = await setup().listWoman();
    const [first, second] = [await kept(), await kept()];
    await using door = await openAnsweredDoor(setup(), { hasEvents: true, expected: [/404/] });
    const { page } = door;
    await door.answer(first);
    await door.answer(first);
    await page.getByRole('heading', { name: `Match: ${name}` }).waitFor();
    await judge(another(), first, 'rejected');
    await page.getByRole('heading', { name: `Rejected: not ${name}` }).waitFor();
    expect(await pressedOf(page).count()).toBe(0);
    const alarms = await alarmsOf(page);
    await judge(another(), first, 'confirmed');
    await page.getByRole('heading', { name: `Confirmed: ${name}` }).waitFor();
    expect(await alarmsOf(page)).toBe(alarms + 1);
    const deleted = await setup().api.send('DELETE', `/api/v1/processed-images/${first.db_id}`);
    expect(deleted.status).toBe(200);
    await expect.poll(() => buttonsOf(page).count()).toBe(0);
    await door.answer(second);
    await page.getByRole('heading', { name: `Match: ${name}` }).waitFor();
    expect(await buttonsOf(page).count()).toBe(3);
  });

  it('is not red because of an entry that is out of force, and says why at once', async () => {
    const { id, name } = await setup().listWoman();
    await setup().api.patch(id, knife);
    const first = await kept();
    await using door = await openAnsweredDoor(setup(), { hasEvents: true, expected: [/404/] });
    const { page } = door;
    const red = page.getByRole('heading', { name: `Danger. Match: ${name}` });
    const over = page.locator('main .verdict-bar.cannot-tell').getByText(`No longer in force: ${name}`);
    const isOver = async (words: string) => {
      await over.waitFor();
      await page.locator('.hit').getByText(words).waitFor();
      expect(await page.locator('.hit.match, main .verdict-bar.match').count()).toBe(0);
    };
    await door.answer(first);
    await door.answer(first);
    await red.waitFor();
    expect(await alarmsOf(page)).toBe(1);
    await setup().api.patch(id, { suspended: true });
    await isOver('Suspended: nobody matches');
    // The answer of a look that began before is older than what the list says.
    await door.answer(first);
    await isOver('Suspended: nobody matches');
    expect(await alarmsOf(page)).toBe(1);
    await setup().api.patch(id, { suspended: false });
    await red.waitFor();
    expect(await page.getByText('Changed since').count()).toBe(0);
    expect(await alarmsOf(page)).toBe(2);
    const timePasses = await withPassingTime(page);
    const ends = Date.now() + 60_000;
    await setup().api.patch(id, { expires_at: new Date(ends).toISOString() });
    await page.locator('.hit').getByText('Banned until').waitFor();
    await page.clock.runFor(5_000);
    await red.waitFor();
    await timePasses(60_000);
    await isOver('Expired: was banned until');
    await page.getByText('The entry has ended since this picture was checked').waitFor();
    await setup().api.patch(id, { expires_at: null });
    await red.waitFor();
    const stays = await setup().api.list([setup().pictures.sameWoman], { name: 'Anna Stays' });
    const merged = await setup().api.sendJson('POST', `/api/v1/blacklist/${stays.id}/merge`, {
      entry_id: id,
    });
    expect(merged.status).toBe(200);
    await page.getByText('it was merged into another one, which matches in its place').waitFor();
    await red.waitFor();
    await setup().api.patch(stays.id, { suspended: true });
    await over.waitFor();
    await page.getByText('it was merged into another one, which nobody matches now').waitFor();
    await setup().api.patch(stays.id, { suspended: false });
    await red.waitFor();
    await setup().api.delete(stays.id);
    await isOver('Deleted from the blacklist');
  });

  it('follows the second of two people who must judge', async () => {
    await using folder = await temporaryFolder();
    const tokens = join(folder.path, 'tokens.txt');
    await writeFile(
      tokens,
      [tokenLine('chief', 'admin', token), tokenLine('guard', 'desk', deskToken)].join('\n'),
    );
    await using server = await startServerProcess(folder.path, { API_TOKENS_FILE: tokens, REVIEWERS: '2' });
    const [api, other] = [token, deskToken].map((of) => new ApiClient(connectOverHttp(server.url, of)));
    if (!api || !other) throw new Error('There are two people.');
    const { name } = await api.list([setup().pictures.woman]);
    const first = await api.process(setup().pictures.sameWoman);
    const open: ConsoleSetup['visit'] = async (path, options) => {
      const opening = await visit(setup().browser, server.url, { token, ...options });
      await opening.page.goto(`${server.url}/console/${path}`);
      return opening;
    };
    await using door = await openAnsweredDoor({ ...setup(), visit: open }, { hasEvents: true });
    const { page } = door;
    await door.answer(first);
    await door.answer(first);
    await page.getByRole('button', { name: 'It is him / her' }).click();
    await page.getByText('Open until a second person has judged.').waitFor();
    await judge(other, first, 'confirmed');
    await page.getByRole('heading', { name: `Confirmed: ${name}` }).waitFor();
    expect(await pressedOf(page).innerText()).toMatch(/It is him/);
  });

  it('asks anew a minute after a verdict, because another person may have taken the place', async () => {
    const { name } = await setup().listWoman();
    const [first, second] = [await kept(), await kept()];
    await using door = await openAnsweredDoor(setup());
    const { page, keeps } = door;
    await door.answer(first);
    await door.answer(first);
    await page.getByRole('button', { name: 'Not them' }).click();
    const rejected = page.getByRole('heading', { name: `Rejected: not ${name}` });
    await rejected.waitFor();
    const unkept = { ...first, db_id: null };
    // A look takes five seconds, in which the camera shows her elsewhere.
    while (keeps.at(-1) !== 'matches') {
      await page.waitForTimeout(600);
      await door.answer(unkept, 4_000);
      expect(keeps.length).toBeLessThan(20);
      await rejected.waitFor();
    }
    expect(keeps.length).toBeGreaterThan(12);
    expect(await alarmsOf(page)).toBe(1);
    await door.answer(second);
    await page.getByRole('heading', { name: `Match: ${name}` }).waitFor();
    expect(await alarmsOf(page)).toBe(2);
    expect(await pressedOf(page).count()).toBe(0);
    await page.getByRole('button', { name: 'Not them' }).click();
    await rejected.waitFor();
    expect(await pressedOf(page).count()).toBe(1);
  });

  it('sends a verdict again whose answer was lost, although another person is looked at by then', async () => {
    const { id, name } = await setup().listWoman();
    const first = await kept();
    await using door = await openAnsweredDoor(setup(), { expected: [/ERR_FAILED/] });
    const { page } = door;
    await door.answer(first);
    await door.answer(first);
    const review = `**/processed-images/${first.db_id}/review`;
    await page.route(review, (route) => route.abort());
    await page.getByRole('button', { name: 'Not them' }).click();
    await page.getByText(/It is tried again/).waitFor();
    expect(await pressedOf(page).innerText()).toMatch(/Not them/);
    await page.getByRole('button', { name: 'Next person' }).press('Enter');
    await page.locator('.hit').waitFor({ state: 'detached' });
    await page.unroute(review);
    let isSaved = false;
    page.on('response', (response) => {
      isSaved ||= response.request().method() === 'PUT' && response.ok();
    });
    const passes = async () => {
      await page.clock.runFor(500);
      return isSaved;
    };
    await expect.poll(passes).toBe(true);
    await page.locator('.toast').getByText(`${name}: it is somebody else. This is kept.`).waitFor();
    const { items } = await setup().api.page(`?entry_id=${id}&limit=1`);
    expect(items[0]?.faces[0]?.blacklist_matches[0]?.review?.verdict).toBe('rejected');
  });
}

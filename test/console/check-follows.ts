import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { type ConsoleSetup, checkToken, dropFiles, followsEvents, withPassingTime } from './setup.ts';

/** Tests that *Check* shows what has become of a match since: of the listed person, and of the record. */
export function describeCheckFollows(setup: () => ConsoleSetup): void {
  const check = async (page: Page) => {
    await followsEvents(page);
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
  };
  const bar = (page: Page, tone: string) => page.locator(`main .verdict-bar.${tone}`);

  it('shows the entry of today, says what has changed, and is not red while it is out of force', async () => {
    const { id, name } = await setup().listWoman();
    const armed = { severity: 'danger', reason: 'ARMED, do not approach.', notes: 'Call 4411.' } as const;
    await setup().api.patch(id, armed);
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await check(page);
    await bar(page, 'match').getByText(`Danger. Match: ${name}`).waitFor();
    const hit = page.locator('.hit');
    await setup().api.patch(id, { severity: 'info', reason: 'Wrong man: let him in.', notes: 'Sorry.' });
    await bar(page, 'match').getByText(`Match: ${name}`, { exact: true }).waitFor();
    for (const text of ['Wrong man: let him in.', 'Information', 'Sorry.'])
      await hit.getByText(text).waitFor();
    await hit.getByText('Changed since this picture was checked: Reason, Severity and Notes.').waitFor();
    expect(await hit.innerText()).not.toContain('ARMED');

    await setup().api.patch(id, { suspended: true });
    await bar(page, 'cannot-tell').getByText(`No longer in force: ${name}`).waitFor();
    await hit.getByText('Suspended: nobody matches').waitFor();
    expect(await page.locator('.hit.match, .verdict-bar.match').count()).toBe(0);
    await setup().api.patch(id, { suspended: false, ...armed });
    await bar(page, 'match').getByText(`Danger. Match: ${name}`).waitFor();
    await hit.getByText('Changed since').waitFor({ state: 'detached' });
  });

  it('is not red once the time of an entry is over, whatever the clock of the device shows', async () => {
    const { id, name } = await setup().listWoman();
    await using visit = await setup().visit('#/check', { expected: [/404 \(Not Found\)/] });
    const { page } = visit;
    const ends = Date.now() + 3_600_000;
    const expires_at = new Date(ends).toISOString();
    await setup().api.patch(id, { expires_at });
    const stays = await setup().api.list([setup().pictures.sameWoman], { name: 'Anna Stays', expires_at });
    const timePasses = await withPassingTime(page);
    await page.clock.install();
    await check(page);
    const gone = page.locator(`.hit:has(a[href="#/blacklist/${id}"])`);
    const other = page.locator(`.hit:has(a[href="#/blacklist/${stays.id}"])`);
    await gone.waitFor();
    await page.clock.setSystemTime(ends + 3_600_000);
    const merged = { entry_id: id };
    expect(await setup().api.sendJson('POST', `/api/v1/blacklist/${stays.id}/merge`, merged)).toMatchObject({
      status: 200,
    });
    await gone.getByText('it was merged into another one, which matches in its place').waitFor();
    await setup().api.patch(stays.id, { reason: 'Steals.' });
    await other.getByText('Steals.').waitFor();
    await page.clock.runFor(5_000);
    await bar(page, 'match').getByText(name).waitFor();
    expect(await page.locator('.hit.match').count()).toBe(2);
    expect(await other.getByText('Banned until').count()).toBeGreaterThan(0);
    await page.clock.setSystemTime(ends - 86_400_000);
    await timePasses(3_600_000);
    await other.getByText('The entry has ended since this picture was checked').waitFor();
    await gone.getByText('it was merged into another one, which nobody matches now').waitFor();
    await bar(page, 'cannot-tell').getByText(name).waitFor();
    expect(await page.locator('.hit.match').count()).toBe(0);
  });

  it('is not red once the time of an entry is over, for a role that gets no events', async () => {
    const { id, name } = await setup().listWoman();
    const ends = Date.now() + 3_600_000;
    await setup().api.patch(id, { expires_at: new Date(ends).toISOString() });
    await using visit = await setup().visit('#/check', { token: checkToken });
    const { page } = visit;
    const timePasses = await withPassingTime(page);
    await page.clock.install();
    await page.getByRole('button', { name: 'Choose pictures' }).waitFor();
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    await bar(page, 'match').getByText(name).waitFor();
    await timePasses(3_600_000);
    await bar(page, 'cannot-tell').getByText(`No longer in force: ${name}`).waitFor();
  });

  it('says that a record was deleted, and then that the person was', async () => {
    const { id, name } = await setup().listWoman();
    await using visit = await setup().visit('#/check', { expected: [/404 \(Not Found\)/] });
    const { page } = visit;
    await check(page);
    const buttons = page.locator('.review-buttons');
    await buttons.waitFor();
    const [record] = (await setup().api.page('?limit=1')).items;
    await setup().api.send('DELETE', `/api/v1/processed-images/${record?.db_id}`);
    await page.getByText('This picture was deleted from the history meanwhile').waitFor();
    expect(await buttons.count()).toBe(0);
    await bar(page, 'match').getByText(`Match: ${name}`).waitFor();
    await dropFiles(page, [{ name: 'again.jpg', buffer: setup().pictures.withWoman }]);
    await buttons.waitFor();
    await setup().api.delete(id);
    await bar(page, 'cannot-tell').getByText(`No longer in force: ${name}`).waitFor();
    await page.locator('.hit').getByText('Deleted from the blacklist').waitFor();
  });

  it('tells a deleted person from one whose entry was merged into another, who stays a match', async () => {
    const { id, name } = await setup().listWoman();
    const stays = await setup().api.list([setup().pictures.sameWoman], { name: 'Anna Stays' });
    await using visit = await setup().visit('#/check', { expected: [/404 \(Not Found\)/] });
    const { page } = visit;
    await check(page);
    const cardOf = (person: string) => page.getByRole('article', { name: person });
    const gone = cardOf(name);
    await gone.waitFor();
    const merged = { entry_id: id };
    expect(await setup().api.sendJson('POST', `/api/v1/blacklist/${stays.id}/merge`, merged)).toMatchObject({
      status: 200,
    });
    await gone.getByText('it was merged into another one, which matches in its place').waitFor();
    expect(await page.locator('.hit.match').count()).toBe(2);
    await setup().api.delete(stays.id);
    await cardOf(stays.name).getByText('Deleted from the blacklist').waitFor();
    await gone.getByText('Deleted from the blacklist').waitFor();
    expect(await page.locator('.hit.match').count()).toBe(0);
  });
}

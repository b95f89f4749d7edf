import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { type ConsoleSetup, deskToken, followsEvents } from './setup.ts';

/** Notes each vibration by its number of parts; a sound has one, too. */
const noteSounds = `localStorage.setItem('face-blacklist.sound', 'on');
window.sounds = [];
navigator.vibrate = (pattern) => sounds.push(pattern.length) > 0;`;
const ordinary = 3;
const danger = 5;

/** Tests that no match from elsewhere is lost, whatever becomes of the page's own requests. */
export function describeAlerts(setup: () => ConsoleSetup): void {
  const listDangerous = async () => {
    const listed = await setup().listWoman();
    await setup().api.patch(listed.id, { severity: 'danger' });
    return listed;
  };
  const sounds = (page: Page) => page.evaluate('sounds');

  it.each([
    ['busy', { status: 503, body: '{}' }],
    ['away', undefined],
  ])(
    'alerts of a match by its event alone while the service is %s, and names it later, also with another token',
    async (_, answer) => {
      const listed = await listDangerous();
      await using visit = await setup().visit('#/status', { expected: [/401|503|ERR_FAILED/] });
      const { page } = visit;
      await page.addInitScript({ content: noteSounds });
      const counts: string[] = [];
      page.on('request', (request) => void (/review=open/.test(request.url()) && counts.push(request.url())));
      await followsEvents(page);
      let isOn = true;
      let asked = 0;
      await page.route(/\/processed-images\//, (route) => {
        if (!isOn) return route.fallback();
        if (++asked === 2) return route.fulfill({ status: 401, body: '{}' });
        return answer ? route.fulfill(answer) : route.abort();
      });
      // The newest open match, and how many there are, is one question.
      await page.getByRole('link', { name: /to review/i }).waitFor();
      await page.waitForTimeout(500);
      expect(counts).toHaveLength(1);
      await setup().api.process(setup().pictures.withWoman);
      const alert = page.locator('.alert-bar');
      await alert.getByText('A match. Who it is cannot be read yet.').waitFor();
      expect(await sounds(page)).toEqual([ordinary]);
      await page.locator('dialog input').fill(deskToken);
      await page.locator('dialog button[type=submit]').click();
      await expect.poll(() => asked).toBeGreaterThan(2);
      isOn = false;
      await alert.getByText(`Danger. Match: ${listed.name}`).waitFor();
      expect(await sounds(page)).toEqual([ordinary, danger]);
      const { total_items: waiting } = await setup().api.page('?review=open&limit=1');
      await page.getByRole('link', { name: `To review (${waiting})` }).waitFor();
    },
  );

  it('alerts of a match of which it was not told, once it learns that there was more', async () => {
    const listed = await listDangerous();
    await setup().api.process(setup().pictures.withWoman);
    await using visit = await setup().visit('#/status');
    const { page } = visit;
    await page.addInitScript({ content: noteSounds });
    const stream = /\/events\/stream/;
    await page.route(stream, (route) =>
      route.fulfill({ contentType: 'text/event-stream', body: 'event: reload\n\n' }),
    );
    const counted = page.waitForResponse(/review=open/);
    await page.reload();
    await counted;
    await page.waitForResponse(stream);
    // Matches of before the page was opened are no news.
    await page.waitForResponse(stream);
    expect(await page.locator('.alert-bar').count()).toBe(0);
    await setup().api.process(setup().pictures.withWoman);
    await page.locator('.alert-bar').getByText(`Danger. Match: ${listed.name}`).waitFor();
    for (let looks = 0; looks < 2; looks++) await page.waitForResponse(stream);
    expect(await sounds(page)).toEqual([danger]);
  });

  it('tells of a danger before what came after it', async () => {
    const listed = await listDangerous();
    await using visit = await setup().visit('#/status');
    const { page } = visit;
    await followsEvents(page);
    await setup().api.process(setup().pictures.withWoman);
    const alert = page.locator('.alert-bar.danger');
    await alert.getByText(`Danger. Match: ${listed.name}`).waitFor();
    await setup().api.patch(listed.id, { severity: 'warning' });
    await setup().api.process(setup().pictures.withWoman);
    await alert.getByText('1 more').waitFor();
    await alert.getByText(`Danger. Match: ${listed.name}`).waitFor();
  });

  it('takes an alert back once its record is gone', async () => {
    const listed = await listDangerous();
    await using visit = await setup().visit('#/status', { expected: [/503|404/] });
    const { page } = visit;
    await followsEvents(page);
    const { db_id } = await setup().api.process(setup().pictures.withWoman);
    const alert = page.locator('.alert-bar');
    await alert.getByText(`Danger. Match: ${listed.name}`).waitFor();
    await setup().api.send('DELETE', `/api/v1/processed-images/${db_id}`);
    await alert.waitFor({ state: 'detached' });

    let isOn = true;
    await page.route(/\/processed-images\/\d+$/, (route) =>
      isOn ? route.fulfill({ status: 503, body: '{}' }) : route.fulfill({ status: 404, body: '{}' }),
    );
    await setup().api.process(setup().pictures.withWoman);
    await alert.getByText('A match. Who it is cannot be read yet.').waitFor();
    isOn = false;
    await alert.waitFor({ state: 'detached' });
  });
}

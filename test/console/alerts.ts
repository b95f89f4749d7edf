import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { cropFace, leftToRight } from '../api/pictures.ts';
import { newName } from '../suites/api/client.ts';
import { visit } from './browser.ts';
import { type ConsoleSetup, deskToken, followsEvents, token } from './setup.ts';

/** Notes each vibration by its number of parts; a sound has one, too. */
const noteSounds = `localStorage.setItem('face-blacklist.sound', 'on');
window.sounds = [];
navigator.vibrate = (pattern) => sounds.push(pattern.length) > 0;`;
const ordinary = 3;
const danger = 5;

/**
 * Starts a proxy whose streams of events can fall silent: they stay open, and pass nothing more.
 * @param holdsBack true to pass nothing of them but that they begin
 */
async function startSilentLine(service: string, holdsBack = false) {
  const { port: target, hostname } = new URL(service);
  const streams = new Map<Socket, Socket>();
  const all: Socket[] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(target), hostname);
    for (const socket of [client, upstream]) {
      all.push(socket);
      socket.on('error', () => {});
    }
    client.on('data', (sent) => sent.includes('/events/stream') && streams.set(client, upstream));
    client.pipe(upstream);
    upstream.on('data', (received: Buffer) => {
      const isHeld = holdsBack && streams.has(client);
      const head = received.indexOf('\r\n\r\n') + 4;
      if (!isHeld) client.write(received);
      else if (received.subarray(0, 5).equals(Buffer.from('HTTP/'))) client.write(received.subarray(0, head));
    });
    upstream.on('end', () => client.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    silence() {
      for (const upstream of streams.values()) {
        upstream.removeAllListeners('end');
        upstream.destroy();
      }
      streams.clear();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of all) socket.destroy();
    },
  };
}

/**
 * Loads the page anew, and lets it read neither events nor list until the function that it returns is called.
 */
async function reloadBlind(page: Page): Promise<() => void> {
  let isBlind = true;
  await page.route(/\/events|review=open/, (route) =>
    isBlind ? route.fulfill({ status: 503, body: '{}' }) : route.fallback(),
  );
  const asked = page.waitForRequest(/review=open/);
  await page.reload();
  await asked;
  // Answers tell the service's time in whole seconds.
  await page.waitForTimeout(2_000);
  return () => {
    isBlind = false;
  };
}

/** Tests that no match from elsewhere is lost, whatever becomes of the page's own requests. */
export function describeAlerts(setup: () => ConsoleSetup): void {
  const listDangerous = async () => {
    const listed = await setup().listWoman();
    await setup().api.patch(listed.id, { severity: 'danger' });
    return listed;
  };
  /** Lists somebody harmless, and can send more pictures of them than alerts are shown. */
  const listHarmless = async () => {
    const { api, pictures } = setup();
    const [face] = (await api.detect(pictures.group)).map(({ facial_area }) => facial_area);
    if (face === undefined) throw new Error('The group shows nobody.');
    const picture = await cropFace(pictures.group, face);
    const { name } = await api.list([picture], { name: newName(), severity: 'info' });
    const images = Array.from({ length: 21 }, () => picture.toString('base64'));
    const sendMany = async () =>
      expect((await api.sendJson('POST', '/api/v1/process/process-images', { images })).status).toBe(200);
    return { name, sendMany };
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
      // The newest open match, and how many there are, is one question: at first, and once it follows.
      await page.getByRole('link', { name: /to review/i }).waitFor();
      await page.waitForTimeout(500);
      // A slow page that follows late reads all again.
      expect(counts.length).toBeLessThanOrEqual(4);
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

  it.each(['refused', 'slow', 'about to come'])(
    'alerts of a match that came while the first events were %s',
    async (how) => {
      const listed = await listDangerous();
      await using visit = await setup().visit('#/status', { expected: [/503/] });
      const { page } = visit;
      const stream = /\/events\/stream/;
      const isThere = Promise.withResolvers<void>();
      let isRefused = how === 'refused';
      await page.route(stream, async (route) => {
        if (isRefused) return route.fulfill({ status: 503, body: '{}' });
        await isThere.promise;
        await route.continue();
      });
      const counted = page.waitForResponse(/review=open/);
      const asked = page.waitForRequest(stream);
      await page.reload();
      await Promise.all([counted, asked]);
      await setup().api.process(setup().pictures.withWoman);
      // The service tells its streams of it about once a second.
      if (how !== 'about to come') await new Promise((done) => setTimeout(done, 3_000));
      isRefused = false;
      isThere.resolve();
      await page.locator('.alert-bar').getByText(`Danger. Match: ${listed.name}`).waitFor();
    },
  );

  it('alerts of a match that came while neither events nor list could be read', async () => {
    const before = await setup().listWoman();
    await setup().api.process(setup().pictures.withWoman);
    await using visit = await setup().visit('#/status', { expected: [/503/] });
    const { page } = visit;
    const seesAgain = await reloadBlind(page);
    await setup().api.patch(before.id, { severity: 'danger' });
    const { db_id: second } = await setup().api.process(setup().pictures.withWoman);
    seesAgain();
    const alert = page.locator('.alert-bar');
    await alert.getByText(`Danger. Match: ${before.name}`).waitFor();
    // The one of before is no news.
    await alert.getByRole('link').click();
    await page.waitForURL(`**/#/history/${second}`);
    await alert.waitFor({ state: 'detached' });
  });

  it('alerts by asking again and again where a gateway lets no stream through', async () => {
    const listed = await listDangerous();
    await using visit = await setup().visit('#/status', { expected: [/503/] });
    const { page } = visit;
    let streams = 0;
    await page.route(/\/events\/stream/, (route) => {
      streams++;
      return route.fulfill({ status: 503, body: '{}' });
    });
    const polls = () => page.waitForResponse(/\/api\/v1\/events(\?|$)/);
    const polled = polls();
    await page.reload();
    await polled;
    const tried = streams;
    await setup().api.process(setup().pictures.withWoman);
    await page.locator('.alert-bar').getByText(`Danger. Match: ${listed.name}`).waitFor();
    await polls();
    expect(streams).toBe(tried);
  });

  it('tells of a danger before what came after it', async () => {
    const listed = await listDangerous();
    await using visit = await setup().visit('#/status');
    const { page } = visit;
    await followsEvents(page);
    await setup().api.process(setup().pictures.withWoman);
    const alert = page.locator('.alert-bar.danger');
    await alert.getByText(`Danger. Match: ${listed.name}`).waitFor();
    await setup().api.list([setup().pictures.group], { name: newName() });
    await setup().api.process(setup().pictures.group);
    await alert.getByText('1 more').waitFor();
    await alert.getByText(`Danger. Match: ${listed.name}`).waitFor();
  });

  it('alerts of no danger of before, however many matches came while nothing could be read', async () => {
    await listDangerous();
    await setup().api.process(setup().pictures.withWoman);
    const harmless = await listHarmless();
    await using visit = await setup().visit('#/status', { expected: [/503/] });
    const { page } = visit;
    await page.addInitScript({ content: noteSounds });
    const seesAgain = await reloadBlind(page);
    await harmless.sendMany();
    seesAgain();
    const alert = page.locator('.alert-bar');
    await alert.getByText(`Match: ${harmless.name}`).waitFor();
    // Whatever else is news would be shown by then.
    await page.waitForTimeout(3_000);
    expect(await alert.innerText()).not.toContain('Danger');
    expect(await sounds(page)).not.toContain(danger);
  });

  it('alerts of a danger before all that came after it while the page could not follow', async () => {
    const dangerous = await listDangerous();
    const harmless = await listHarmless();
    await using visit = await setup().visit('#/status', { expected: [/503/] });
    const { page } = visit;
    await page.addInitScript({ content: noteSounds });
    let isAway = false;
    await page.route(/\/events/, (route) =>
      isAway ? route.fulfill({ status: 503, body: '{}' }) : route.fallback(),
    );
    const first = page.waitForResponse(/review=open/);
    isAway = true;
    await page.reload();
    await first;
    await setup().api.process(setup().pictures.withWoman);
    await harmless.sendMany();
    isAway = false;
    const alert = page.locator('.alert-bar');
    await alert.getByText(`Danger. Match: ${dangerous.name}`).waitFor();
    expect(await sounds(page)).toContain(danger);
    await alert.getByRole('button', { name: 'Acknowledge' }).click();
    await alert.getByText(`Match: ${harmless.name}`).waitFor();
  });

  it('alerts of a danger before all that came after it while no record could be read', async () => {
    const dangerous = await listDangerous();
    const harmless = await listHarmless();
    await using visit = await setup().visit('#/status', { expected: [/503/] });
    const { page } = visit;
    await page.addInitScript({ content: noteSounds });
    await followsEvents(page);
    let isAway = true;
    await page.route(/\/processed-images\/\d/, (route) =>
      isAway ? route.fulfill({ status: 503, body: '{}' }) : route.fallback(),
    );
    await setup().api.process(setup().pictures.withWoman);
    await harmless.sendMany();
    const alert = page.locator('.alert-bar');
    await alert.getByText('A match. Who it is cannot be read yet.').waitFor();
    await alert.getByText('19 more').waitFor();
    isAway = false;
    await alert.getByText(`Danger. Match: ${dangerous.name}`).waitFor();
    expect(await sounds(page)).toContain(danger);
  });

  it('acknowledges only the match that it named, and then names the next', async () => {
    const listed = await listDangerous();
    await using visit = await setup().visit('#/status');
    const { page } = visit;
    await followsEvents(page);
    const first = await setup().api.process(setup().pictures.withWoman);
    const alert = page.locator('.alert-bar');
    await alert.getByText(`Danger. Match: ${listed.name}`).waitFor();
    const second = await setup().api.process(setup().pictures.withWoman);
    await alert.getByText('1 more').waitFor();
    const linkTo = ({ db_id: id }: { db_id: number | null }) => alert.locator(`a[href="#/history/${id}"]`);
    await linkTo(second).click();
    await page.waitForURL(`**/#/history/${second.db_id}`);
    await linkTo(first).waitFor();
    expect(await alert.innerText()).not.toContain('more');
    const third = await setup().api.process(setup().pictures.withWoman);
    await alert.getByText('1 more').waitFor();
    await alert.getByRole('button', { name: 'Acknowledge' }).click();
    await linkTo(first).waitFor();
    expect(await linkTo(third).count()).toBe(0);
    await alert.getByRole('button', { name: 'Acknowledge' }).click();
    await alert.waitFor({ state: 'detached' });
  });

  it('stays for whom nobody has decided on, and follows the list', async () => {
    const { api, pictures } = setup();
    const listed = await listDangerous();
    const faces = leftToRight((await api.detect(pictures.withWoman)).map((found) => found.facial_area));
    const crops = await Promise.all(faces.slice(0, 1).map((face) => cropFace(pictures.withWoman, face)));
    const other = await api.list(crops, { name: newName() });
    await using visit = await setup().visit('#/status');
    const { page } = visit;
    await page.addInitScript({ content: noteSounds });
    await followsEvents(page);
    const result = await api.process(pictures.withWoman);
    const alert = page.locator('.alert-bar');
    const names = alert.locator('strong');
    await expect.poll(() => names.innerText()).toContain(other.name);
    expect(await names.innerText()).toMatch(/^Danger\. Match: /);
    expect(await names.innerText()).toContain(listed.name);
    const judge = async ({ id }: { id: number }, verdict: string) => {
      const at = result.faces.find(({ blacklist_matches: [match] }) => match?.entry.id === id);
      const read = page.waitForResponse(new RegExp(`/processed-images/${result.db_id}$`));
      const body = JSON.stringify({ face_index: at?.face_index, entry_id: id, verdict });
      const headers = { 'content-type': 'application/json' };
      await api.send('PUT', `/api/v1/processed-images/${result.db_id}/review`, { headers, body });
      await read;
    };
    await judge(other, 'rejected');
    await expect.poll(() => names.innerText()).toBe(`Danger. Match: ${listed.name}`);
    await judge(listed, 'unsure');
    await api.patch(listed.id, { severity: 'warning' });
    await expect.poll(() => names.innerText()).toBe(`Match: ${listed.name}`);
    await api.patch(listed.id, { severity: 'danger' });
    await expect.poll(() => names.innerText()).toBe(`Danger. Match: ${listed.name}`);
    await api.patch(listed.id, { suspended: true });
    await alert.waitFor({ state: 'detached' });
    // Within two seconds one sound tells of several alerts.
    await page.waitForTimeout(2_000);
    await api.patch(listed.id, { suspended: false });
    await expect.poll(() => names.innerText()).toBe(`Danger. Match: ${listed.name}`);
    expect(await sounds(page)).toEqual([danger, danger, danger]);
    await judge(listed, 'confirmed');
    await alert.waitFor({ state: 'detached' });
  });

  it('is of the entry as it is by now, also where that changed before the record was read', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/status', { expected: [/503/] });
    const { page } = visit;
    await followsEvents(page);
    let isOn = true;
    await page.route(/\/processed-images\/\d+$/, (route) =>
      isOn ? route.fulfill({ status: 503, body: '{}' }) : route.fallback(),
    );
    await setup().api.process(setup().pictures.withWoman);
    const alert = page.locator('.alert-bar');
    await alert.getByText('A match. Who it is cannot be read yet.').waitFor();
    await setup().api.patch(listed.id, { severity: 'danger' });
    isOn = false;
    await alert.getByText(`Danger. Match: ${listed.name}`).waitFor();
  });

  it('is of nobody who was erased before the record was read, whom then nobody can judge', async () => {
    const { id, name } = await setup().listWoman();
    await using visit = await setup().visit('#/status');
    const { page } = visit;
    await followsEvents(page);
    const isErased = Promise.withResolvers<void>();
    await page.route(/\/processed-images\/\d/, async (route) => {
      await isErased.promise;
      await route.continue();
    });
    const asked = page.waitForRequest(/\/processed-images\/\d/);
    const { db_id: pictureId } = await setup().api.process(setup().pictures.withWoman);
    await asked;
    await page.getByRole('link', { name: 'To review (1)' }).waitFor();
    const read = page.waitForResponse(/\/processed-images\/\d/);
    await setup().api.delete(id);
    isErased.resolve();
    await read;
    await page.getByRole('link', { name: 'Nothing to review' }).waitFor();
    // The alert, and the look at an entry that is in doubt, would come within two seconds.
    await page.waitForTimeout(3_000);
    expect(await page.locator('.alert-bar').count()).toBe(0);
    await page.goto(`${setup().url}/console/#/history/${pictureId}`);
    const card = page.getByRole('main').getByRole('article');
    await card.getByText('Deleted from the blacklist since this picture was checked.').waitFor();
    expect(await card.innerText()).not.toContain(name);
    expect(await card.getByRole('button').count()).toBe(0);
    expect(await card.getByRole('link').count()).toBe(0);
  });

  it('comes though a gateway refuses by mistake whom the service lets in', async () => {
    const listed = await listDangerous();
    await using visit = await setup().visit('#/status', { expected: [/403/] });
    const { page } = visit;
    const refused: string[] = [];
    await page.route(/\/events\/stream|\/processed-images\/\d+$/, (route) => {
      const { pathname } = new URL(route.request().url());
      if (refused.filter((one) => one === pathname).length === 2) return route.fallback();
      refused.push(pathname);
      return route.fulfill({ status: 403, contentType: 'application/json', body: '{"detail":"no"}' });
    });
    // It asks again and again in place of the stream.
    const asked = page.waitForResponse(/\/api\/v1\/events$/);
    await page.reload();
    await asked;
    const { db_id } = await setup().api.process(setup().pictures.withWoman);
    await page.locator('.alert-bar').getByText(`Danger. Match: ${listed.name}`).waitFor();
    const record = `/api/v1/processed-images/${db_id}`;
    expect(refused.filter((one) => one === record)).toHaveLength(2);
  });

  it('comes though the line of events fell silent without an end', async () => {
    const listed = await listDangerous();
    await using line = await startSilentLine(setup().url);
    await using visiting = await visit(setup().browser, line.url, { token });
    const { page } = visiting;
    await page.clock.install();
    const stream = /\/events\/stream/;
    const follows = page.waitForResponse(stream);
    await page.goto(`${line.url}/console/#/status`);
    await follows;
    const alert = page.locator('.alert-bar');
    const matchIsTold = async (way: () => Promise<unknown>) => {
      line.silence();
      await setup().api.process(setup().pictures.withWoman);
      const again = page.waitForResponse(stream);
      await way();
      await again;
      await alert.getByText(`Danger. Match: ${listed.name}`).waitFor();
      await alert.getByRole('button', { name: 'Acknowledge' }).click();
      await alert.waitFor({ state: 'detached' });
    };
    // The page sees by itself that nothing has come for long.
    await matchIsTold(() => page.clock.runFor(60_000));
    // Somebody who comes back waits less.
    await matchIsTold(async () => {
      await page.clock.fastForward(30_000);
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    });
    await matchIsTold(async () => {
      await page.clock.fastForward(30_000);
      await page.evaluate("dispatchEvent(new Event('online'))");
    });
  });

  it('comes though a proxy holds streams of events back', async () => {
    const listed = await listDangerous();
    await using line = await startSilentLine(setup().url, true);
    await using visiting = await visit(setup().browser, line.url, { token });
    const { page } = visiting;
    await page.clock.install();
    const stream = page.waitForRequest(/\/events\/stream/);
    await page.goto(`${line.url}/console/#/status`);
    await stream;
    const asked = page.waitForRequest(/\/api\/v1\/events$/);
    await page.clock.runFor(30_000);
    await asked;
    await setup().api.process(setup().pictures.withWoman);
    await page.locator('.alert-bar').getByText(`Danger. Match: ${listed.name}`).waitFor();
  });

  it('asks for a press where the browser lets nothing sound before one', async () => {
    await using visit = await setup().visit('#/status');
    const { page } = visit;
    await page.addInitScript({
      content: `${noteSounds}\nnavigator.userActivation.__proto__.__defineGetter__('hasBeenActive', () => false);`,
    });
    await page.reload();
    const heldBack = page.getByText('Before that, the browser allows no sound');
    await heldBack.waitFor();
    await page.getByRole('heading', { level: 1 }).click();
    await heldBack.waitFor({ state: 'detached' });
  });

  it('comes again with a page that is loaded anew, until somebody acknowledges it', async () => {
    const listed = await listDangerous();
    await using visit = await setup().visit('#/status');
    const { page } = visit;
    await followsEvents(page);
    await setup().api.process(setup().pictures.withWoman);
    const alert = page.locator('.alert-bar');
    await alert.getByText(`Danger. Match: ${listed.name}`).waitFor();
    await page.reload();
    await alert.getByText(`Danger. Match: ${listed.name}`).waitFor();
    expect(await page.evaluate('Object.values(sessionStorage).join()')).not.toContain(listed.name);
    await alert.getByRole('button', { name: 'Acknowledge' }).click();
    await alert.waitFor({ state: 'detached' });
    await followsEvents(page);
    await page.waitForTimeout(1_000);
    expect(await alert.count()).toBe(0);
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

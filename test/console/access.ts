import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { includesRole, roles } from '../../lib/contract/role.ts';
import { en } from '../../local/console/src/texts/en.ts';
import { startHttpServer } from '../http-server.ts';
import {
  type ConsoleSetup,
  changingToken,
  checkToken,
  deskToken,
  dropFiles,
  editorToken,
  fileOf,
  focused,
  focusIsOn,
  followsEvents,
  metricsToken,
  pictureIsShown,
  token,
  unfold,
  withUnknownRole,
} from './setup.ts';

const distFolder = join(import.meta.dirname, '../../local/console/dist');

/** Serves the built files as any host of static files does. It knows nothing of the service. */
export function hostFiles() {
  return startHttpServer(({ url = '/' }, response) => {
    const path = url === '/' ? 'index.html' : url.slice(1);
    const types: Record<string, string> = {
      js: 'text/javascript',
      css: 'text/css',
      html: 'text/html',
      svg: 'image/svg+xml',
    };
    if (!existsSync(join(distFolder, path))) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('Content-Type', types[path.split('.').at(-1) ?? ''] ?? 'application/json');
    createReadStream(join(distFolder, path)).pipe(response);
  });
}

/** Tests who may sign in, in which way, and what happens if the service is away. */
export function describeAccess(setup: () => ConsoleSetup, fileHost: () => string): void {
  it('asks for a token, tells a wrong one, and then goes on with what was asked for', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit(`#/blacklist/${listed.id}`, {
      token: undefined,
      expected: [/401 \(Unauthorized\)/],
    });
    const { page } = visit;
    const field = page.getByRole('dialog').getByLabel('Access token');
    await field.waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.type')).toBe('password');
    // No header can hold this one, and the page must not lock up.
    await field.fill('żeton');
    await field.press('Enter');
    await page.getByText('A token has letters, digits and signs of plain ASCII only').waitFor();
    await field.fill('a-wrong-one');
    await field.press('Enter');
    await page.getByText('The service did not accept this token.').waitFor();
    // Without a token nothing is shown.
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').isVisible()).toBe(true);
    await field.fill(token);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: listed.name }).waitFor();
    await pictureIsShown(page.getByRole('button', { name: 'Look at 1.jpg' }));

    expect(await page.evaluate('JSON.stringify([{ ...localStorage }, document.cookie])')).not.toContain(
      token,
    );
    await page.goto(`${setup().url}/console/#/status`);
    await page.getByRole('button', { name: 'Forget the token' }).click();
    await field.waitFor();
    await expect.poll(() => page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain(token);
  });

  it('sends nothing with a token that was entered after it was pressed', async () => {
    const listed = await setup().listWoman();
    const { db_id } = await setup().api.process(setup().pictures.withWoman, {});
    await using visit = await setup().visit(`#/history/${db_id}`, { expected: [/401 \(Unauthorized\)/] });
    const { page } = visit;
    const key = JSON.stringify(`face-blacklist.token ${setup().url}/`);
    const removed = 'a-token-that-was-removed';
    // The service itself would soon refuse this address for all of the tests, because it counts wrong tokens.
    await page.route('**/api/v1/**', (route) =>
      route.request().headers().authorization === `Bearer ${removed}`
        ? route.fulfill({ status: 401, json: { detail: 'Invalid token.' } })
        : route.continue(),
    );
    const loseToken = () => page.evaluate(`sessionStorage.setItem(${key}, '${removed}')`);
    const enter = async (next: string) => {
      await page.getByRole('dialog').getByLabel('Access token').fill(next);
      await page.getByRole('button', { name: 'Continue' }).click();
    };
    const refused = 'Another token was entered since this was pressed';
    await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    await loseToken();
    // The page may ask for the token at once, and the dialog would lie over the button.
    await page.getByRole('button', { name: 'It is him / her' }).dispatchEvent('click');
    await enter(editorToken);
    await page.getByRole('alert').filter({ hasText: refused }).waitFor();
    await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    expect((await setup().api.page('?review=open&limit=1')).items).toMatchObject([{ db_id }]);
    // The page is the next person's, whose role may not delete.
    await page.getByRole('button', { name: 'Delete from the history' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'It is him / her' }).click();
    await page.getByText(/^Judged by clerk, /).waitFor();

    // Pictures that wait for their turn are not sent either.
    await page.getByRole('link', { name: 'Check', exact: true }).click();
    await loseToken();
    const names = ['1.jpg', '2.jpg', '3.jpg'];
    const files = names.map((name) => fileOf(name, setup().pictures.sameWoman));
    await page.locator('input[type=file]').setInputFiles(files);
    await enter(token);
    await page.getByText('0 of 3 checked').waitFor();
    await page.getByRole('alert').filter({ hasText: refused }).waitFor();
    await page.getByRole('button', { name: 'Try 3 pictures again' }).first().click();
    await page.getByText('3 of 3 checked').waitFor();

    // Nor is a deletion that could still be taken back.
    await page.evaluate(`location.hash = '#/blacklist/${listed.id}'`);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: `Delete ${listed.name}` })
      .click();
    await page
      .getByText(/is deleted in 10 seconds/)
      .first()
      .waitFor();
    await loseToken();
    await page.evaluate(`location.hash = '#/history'`);
    await enter(token);
    await page
      .getByText(new RegExp(`${listed.name}.*${refused}`))
      .first()
      .waitFor();
    expect(await setup().api.entries()).toMatchObject([{ id: listed.id }]);
  });

  it('draws the page for a lesser role once something is refused, and for a higher one within a minute', async () => {
    const { name } = await setup().listWoman();
    await using visit = await setup().visit('#/check', {
      token: changingToken,
      expected: [/403 \(Forbidden\)/],
    });
    const { page } = visit;
    await page.clock.install();
    await followsEvents(page);
    await dropFiles(page, [{ name: 'door.jpg', buffer: setup().pictures.withWoman }]);
    await page.getByRole('heading', { name: `Match: ${name}` }).waitFor();
    await setup().api.process(setup().pictures.withWoman);
    await page.locator('.alert-bar').waitFor();
    const bar = page.locator('main .verdict-bar');
    await bar.getByText('Compare the faces before you act.').waitFor();
    // The press is what tells the page of its role, and not the stream, which ends.
    await page.route('**/events/stream', () => {});
    await setup().changeRole('check');
    await page.locator('html.moved').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'It is him / her' }).click();
    const parts = ['.review-buttons', '.alert-bar', '.bell', 'nav a[href="#/history"]', '.hit h3 a'];
    await expect.poll(() => page.locator(parts.join()).count()).toBe(0);
    await page.getByText('The role of this token does not show listed pictures.').waitFor();
    await bar.getByText('Have somebody compare the faces who may see listed pictures').waitFor();
    expect(await bar.innerText()).not.toContain('Compare the faces before you act.');
    await page.getByRole('heading', { name: `Match: ${name}` }).waitFor();
    await setup().changeRole('desk');
    await page.clock.fastForward(61_000);
    await page.locator('nav a[href="#/history"]').waitFor();
    await bar.getByText('Compare the faces before you act.').waitFor();
  });

  it('shows a role no more than it may use', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/status', { token: checkToken, expected: [/403/] });
    const { page } = visit;
    const roleIsKnown = await withUnknownRole(page);
    const sections = page.getByRole('navigation', { name: 'Sections' }).getByRole('link');
    await page.getByRole('heading', { name: 'Status' }).waitFor();
    await expect.poll(() => sections.allInnerTexts()).toEqual(['Status']);
    roleIsKnown();
    await expect.poll(() => sections.allInnerTexts()).toEqual(['Check', 'Status']);
    await page.unrouteAll({ behavior: 'wait' });
    for (const path of ['blacklist', 'history']) {
      await page.evaluate(`location.hash = ${JSON.stringify(`#/${path}`)}`);
      await page.getByText('The role of this token does not show this page.').waitFor();
      expect(await page.getByRole('main').getByRole('button').count(), path).toBe(0);
      expect(await page.getByRole('search').count(), path).toBe(0);
    }
    // A check still names who matched, without a way to where the role may not go.
    await page.evaluate(`location.hash = '#/check'`);
    await page.locator('input[type=file]').setInputFiles([fileOf('a.jpg', setup().pictures.sameWoman)]);
    await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    await unfold(page);
    await page.getByText('Similarity').first().waitFor();
    expect(await page.getByRole('link', { name: listed.name }).count()).toBe(0);
  });

  it('asks for nothing that a role may not have, at any address', async () => {
    const { id, name } = await setup().listWoman();
    const { db_id } = await setup().api.process(setup().pictures.sameWoman);
    // Each address with a text of its page, by the least role that may see it.
    const addresses = {
      check: { check: 'Choose pictures', door: 'Start the camera', compare: 'Choose pictures' },
      desk: {
        ...{ blacklist: name, [`blacklist/${id}`]: 'Recent matches', [`compare?person=${id}`]: name },
        ...{ history: name, [`history/${db_id}`]: `Match: ${name}`, cameras: 'No camera is set up' },
      },
      editor: { 'blacklist/new': 'Choose pictures', 'blacklist/import': 'Choose a folder' },
      admin: { audit: 'Audit', tokens: 'Tokens', privacy: 'Privacy' },
    };
    const tokens = { metrics: metricsToken, check: checkToken, desk: deskToken, editor: editorToken };
    for (const role of roles.filter((other) => other !== 'admin')) {
      // A refused request fails the visit. That of a picture which others sent is like one that never was.
      await using visit = await setup().visit('#/status', { token: tokens[role], expected: [/ 404 /] });
      const { page } = visit;
      await page.getByText('Working').waitFor();
      const main = page.getByRole('main');
      for (const least of ['check', 'desk', 'editor', 'admin'] as const) {
        for (const [path, shown] of Object.entries(addresses[least])) {
          await page.evaluate(`location.hash = ${JSON.stringify(`#/${path}`)}`);
          const isForOthers = role === 'check' && path.startsWith('history/');
          const hidden = isForOthers ? 'There is no such picture' : 'The role of this token';
          const mayUse = includesRole(role, least);
          const isPartly = role === 'check' && /^(?:history\/|compare\?)/.test(path);
          await main
            .getByText(mayUse ? shown : hidden)
            .first()
            .waitFor();
          if (mayUse || isPartly) continue;
          // It tells what the role may do, and nothing of what the page is for.
          await main.getByText(`${role}: ${en.service.roles[role]}`).waitFor();
          expect(await main.locator('.lead').count(), `${role} at ${path}`).toBe(0);
        }
      }
    }
  });

  it('says that the service is away, keeps what it shows, and comes back by itself', async () => {
    const listed = await setup().listWoman();
    await setup().api.process(setup().pictures.woman);
    await using visit = await setup().visit('#/blacklist', { expected: [/ERR_INTERNET_DISCONNECTED/] });
    const { page } = visit;
    await page.getByRole('link', { name: listed.name }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('alert').filter({ hasText: 'The service cannot be reached.' }).first().waitFor();
    await page.getByRole('heading', { name: 'No connection' }).waitFor();
    await page.getByRole('link', { name: 'Check', exact: true }).click();
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('heading', { name: 'No connection' }).waitFor();
    await page.context().setOffline(false);
    await page.getByRole('heading', { name: 'No connection' }).waitFor({ state: 'detached' });
    await page.locator('.rows').getByRole('listitem').first().waitFor();
    await expect.poll(() => page.getByText('The service cannot be reached.').count()).toBe(0);
  });

  it('works from another host, which asks where the service is', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('', {
      token: undefined,
      expected: [/401 \(Unauthorized\)/, /healthz/],
    });
    const { page } = visit;
    await page.goto(fileHost());
    await page.getByLabel('Address of the service').fill('faces at the desk');
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByText('That is not an address.').waitFor();
    await page.getByLabel('Address of the service').fill(fileHost().replace('127.0.0.1', 'localhost'));
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByText(/^No service answers there/).waitFor();
    await page.getByLabel('Address of the service').fill(setup().url);
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('heading', { name: 'Check' }).waitFor();
    await page.getByLabel('Access token').fill(token);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('link', { name: 'Blacklist', exact: true }).click();
    await page.getByRole('link', { name: listed.name }).click();
    await pictureIsShown(page.getByRole('button', { name: 'Look at 1.jpg' }));
    expect(new URL(page.url()).origin).toBe(fileHost());
    await page.getByRole('link', { name: 'Status' }).click();
    await page.getByRole('button', { name: 'Use another service' }).click();
    await page.getByLabel('Address of the service').waitFor();
  });

  it('does all of a check and a look at who matched with the keyboard alone', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/check');
    const { page } = visit;
    await page.getByRole('heading', { name: 'Check' }).waitFor();
    const chooser = page.waitForEvent('filechooser');
    const tabTo = async (name: string) => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press('Tab');
        if ((await focused(page)) === name) return;
      }
      throw new Error(`Tab does not lead to ${name}.`);
    };
    await page.keyboard.press('Tab');
    await focusIsOn(page, 'Skip to the page');
    await page.keyboard.press('Enter');
    await focusIsOn(page, 'Check');
    await tabTo('Choose pictures');
    await page.keyboard.press('Enter');
    await (await chooser).setFiles([
      { name: 'door.jpg', mimeType: 'image/jpeg', buffer: setup().pictures.withWoman },
    ]);
    await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    await page.getByRole('heading', { name: 'door.jpg' }).waitFor();
    await tabTo('Whole picture, boxes and numbers');
    await page.keyboard.press('Enter');
    await tabTo(`Face 3: matches ${listed.name}`);
    await page.keyboard.press('Enter');
    await focusIsOn(page, 'Face 3');
    await tabTo(listed.name);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: listed.name, exact: true }).waitFor();
    await focusIsOn(page, listed.name);
  });
}

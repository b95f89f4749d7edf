import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCloud, startSharedCloudProcess } from '../api/cloud.ts';
import { connectOverHttp } from '../api/connections.ts';
import { askTokens, type Pool, placeOf, sendLogin, signIn } from '../local/emulators/user-pool/client.ts';
import { ApiClient, newName } from '../suites/api/client.ts';
import { launchBrowser, type Visit, visit } from './browser.ts';
import { cutPictures, dropFiles, fileOf, focusIsOn, type Pictures, pictureIsShown } from './setup.ts';

/** The console as a stack hosts it, on `npm run cloud`: people sign in at a user pool. */

let browser: Browser;
let cloud: RunningCloud;
let pool: Pool;
let password: string;
let api: ApiClient;
let pictures: Pictures;

/** Texts with which a cloud says how to sign in. */
function printed(name: string): string {
  const line = cloud.process.text.find((one) => one.startsWith(`${name}: `));
  return line?.slice(name.length + 2) ?? '';
}

beforeAll(async () => {
  [browser, cloud] = await Promise.all([launchBrowser(), startSharedCloudProcess({ CLOUD_CONSOLE: 'true' })]);
  const pageUrl = printed('The console');
  password = printed('The password of each');
  const config = (await (await fetch(`${pageUrl}config.json`)).json()) as {
    sign_in: { url: string; client_id: string };
  };
  pool = { url: config.sign_in.url, clientId: config.sign_in.client_id, pageUrl };
  const { id_token } = await signIn(pool, 'admin@example.com', password);
  api = new ApiClient(connectOverHttp(cloud.url, id_token));
  pictures = await cutPictures(api);
});
afterAll(async () => {
  await browser.close();
  await cloud[Symbol.asyncDispose]();
});

/** Nobody is left listed. */
afterEach(async () => {
  for (const { id } of await api.entries()) await api.delete(id);
});

/** The service of a stack sends no events, and a browser calls its refusal an error. */
const noStream = /404 .*\/events\/stream/;

/** Opens the console as somebody who is not signed in. */
function open(): Promise<Visit> {
  return visit(browser, cloud.url, { expected: [noStream] });
}

async function fillIn(page: Page, role: string, given = password): Promise<void> {
  await page.getByLabel('Email address').fill(`${role}@example.com`);
  await page.getByLabel('Password').fill(given);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Reads what the tab keeps for its session. */
function keptIn(page: Page): Promise<string> {
  return page.evaluate('JSON.stringify({ ...sessionStorage })');
}

describe('the console of a stack', () => {
  it('lets somebody sign in, list a person, check a picture, say what they think of it, and sign out', async () => {
    const name = newName();
    await using visiting = await open();
    const { page } = visiting;
    await page.goto(`${pool.pageUrl}#/blacklist/new`);
    await fillIn(page, 'admin', 'a wrong one');
    await page.getByText('Incorrect username or password.').waitFor();
    await fillIn(page, 'admin');
    // It comes back to the page that was asked for, and the code is not in its address.
    await page.getByLabel('Name').fill(name);
    await expect.poll(() => page.url()).toBe(`${pool.pageUrl}#/blacklist/new`);
    await page.getByLabel('Reason').fill('Banned for life.');
    await page.locator('input[type=file]').setInputFiles([fileOf('her.jpg', pictures.woman)]);
    await page.getByText('One face found.').waitFor();
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
    await pictureIsShown(page.getByRole('button', { name: 'Look at her.jpg' }));
    expect(await api.entries()).toMatchObject([{ name, added_by: 'admin@example.com' }]);

    await page.getByRole('link', { name: 'Check', exact: true }).click();
    await dropFiles(page, [{ name: 'door.jpg', buffer: pictures.withWoman }]);
    await page.getByRole('heading', { name: `Match: ${name}` }).waitFor();
    await page.getByRole('button', { name: 'It is him / her' }).click();
    await page.getByRole('heading', { name: `Confirmed: ${name}` }).waitFor();

    await page.getByRole('link', { name: 'History', exact: true }).click();
    const row = page.locator('.rows').getByRole('listitem').filter({ hasText: name });
    await pictureIsShown(row);
    await row.getByRole('link').click();
    await page.getByRole('heading', { name: `Confirmed: ${name}` }).waitFor();
    await pictureIsShown(page.getByRole('main'));

    await page.getByRole('link', { name: 'Status' }).click();
    await page.getByText('admin@example.com').waitFor();
    expect(await page.getByText('Nobody is asked for a token').count()).toBe(0);
    const kept = await keptIn(page);
    expect(kept).toContain('refresh_token');
    expect(await page.evaluate('JSON.stringify([{ ...localStorage }, document.cookie])')).not.toMatch(
      /token|eyJ/,
    );
    const { refresh_token } = sessionOf(kept);
    await page.getByRole('button', { name: 'Sign out' }).click();
    // The pool asks for the password again, and its token is withdrawn.
    await page.getByLabel('Password').waitFor();
    const renewed = await askTokens(pool, { grant_type: 'refresh_token', refresh_token });
    expect([renewed.status, await renewed.json()]).toEqual([400, { error: 'invalid_grant' }]);
    await page.goto(`${pool.pageUrl}#/blacklist`);
    await page.getByLabel('Password').waitFor();
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toMatch(/eyJ/);
  });

  it('follows what happens elsewhere by asking for it', async () => {
    await using visiting = await visit(browser, cloud.url);
    const { page } = visiting;
    // A function has not been started at any one time, and can't send events.
    await page.route('**/api/v1/status', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), started_at: null } });
    });
    await page.goto(`${pool.pageUrl}#/blacklist`);
    await fillIn(page, 'desk');
    const asked = await page.waitForResponse((response) => /\/events(\?|$)/.test(response.url()));
    expect(asked.status()).toBe(200);
    const { id, name } = await api.list([pictures.woman], { name: newName(), reason: 'Banned for life.' });
    await page.getByRole('link', { name }).waitFor();
    await pictureIsShown(page.getByRole('main'));
    // A guard may look, and change nothing.
    await page.goto(`${pool.pageUrl}#/blacklist/${id}`);
    await pictureIsShown(page.getByRole('button', { name: 'Look at 1.jpg' }));
    for (const action of ['Delete', 'Edit', 'Remove 1.jpg', 'Choose pictures']) {
      expect(await page.getByRole('button', { name: action }).count(), action).toBe(0);
    }
  });

  it('shows a user of the group check no more than checking', async () => {
    const { id, name } = await api.list([pictures.woman], { name: newName(), reason: 'Banned for life.' });
    await using visiting = await visit(browser, cloud.url, { expected: [noStream, /403 \(/] });
    const { page } = visiting;
    await page.goto(pool.pageUrl);
    await fillIn(page, 'check');
    await page.getByRole('heading', { name: 'Check' }).waitFor();
    await dropFiles(page, [{ name: 'door.jpg', buffer: pictures.withWoman }]);
    await page.getByRole('heading', { name: `Match: ${name}` }).waitFor();
    expect(await page.getByRole('button', { name: 'It is him / her' }).count()).toBe(0);
    await page.goto(`${pool.pageUrl}#/blacklist/${id}`);
    await page.getByText(/role/).first().waitFor();
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    expect(await page.getByRole('heading', { name }).count()).toBe(0);
  });

  it('renews its token by itself, before it ends and when it is refused, and else asks to sign in again', async () => {
    await using visiting = await visit(browser, cloud.url, { expected: [noStream, /401 \(/, /400 \(/] });
    const { page } = visiting;
    await page.goto(`${pool.pageUrl}#/status`);
    await fillIn(page, 'admin');
    await page.getByText('admin@example.com').waitFor();
    const first = tokenOf(await keptIn(page));
    await changeSession(page, { ends_at: 0 });
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(async () => tokenOf(await keptIn(page))).not.toBe(first);

    // The service refuses it, whatever the page believes of its end.
    await changeSession(page, { renewed_at: 0 });
    await spoilToken(page);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(async () => tokenOf(await keptIn(page))).toMatch(/^eyJ/);

    const { refresh_token } = sessionOf(await keptIn(page));
    const body = new URLSearchParams({ token: refresh_token, client_id: pool.clientId });
    await fetch(`${pool.url}/oauth2/revoke`, { method: 'POST', body });
    await changeSession(page, { renewed_at: 0 });
    await spoilToken(page);
    // The page may have noticed by itself, and the dialog be in the way of a real click.
    await page.getByRole('button', { name: 'Refresh' }).dispatchEvent('click');
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.getByText('Your sign-in has ended. Sign in again to go on.').waitFor();
    // The pool still knows the browser, and wants no password.
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('admin@example.com').waitFor();
    await expect.poll(() => page.url()).toBe(`${pool.pageUrl}#/status`);
  });
});

describe('an answer of the pool', () => {
  it.each([
    ['that nobody has asked for', '?code=stolen&state=made-up'],
    ['with an error', '?error=access_denied&state=made-up'],
  ])('%s signs nobody in, and leaves the address', async (_, query) => {
    await using visiting = await visit(browser, cloud.url, { expected: [noStream, /401 \(/] });
    const { page } = visiting;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${pool.pageUrl}${query}`);
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.getByText('The sign-in did not work. Try it again.').waitFor();
    await expect.poll(() => page.url()).not.toContain('state=');
    expect(asked.filter((url) => url.includes('/oauth2/token'))).toEqual([]);
    expect(await keptIn(page)).toBe('{}');
    await focusIsOn(page, 'Sign in');
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await fillIn(page, 'desk');
    await page.getByRole('heading', { name: 'Check' }).waitFor();
  });

  it.each([
    ['another state', { state: 'another' }],
    ['another code', { code: 'another' }],
  ])('to what was asked for, but with %s, signs nobody in', async (_, changes) => {
    await using visiting = await visit(browser, cloud.url, { expected: [noStream, /40[01] \(/] });
    const { page } = visiting;
    await page.goto(pool.pageUrl);
    await page.getByLabel('Password').waitFor();
    const { searchParams } = new URL(page.url());
    const back = placeOf(await sendLogin(pool, 'admin@example.com', password, searchParams));
    for (const [name, value] of Object.entries(changes)) back.searchParams.set(name, value);
    await page.goto(back.href);
    await page.getByText('The sign-in did not work. Try it again.').waitFor();
    expect(await keptIn(page)).toBe('{}');
  });

  it('with the nonce of another sign-in signs nobody in', async () => {
    await using visiting = await visit(browser, cloud.url, { expected: [noStream, /401 \(/] });
    const { page } = visiting;
    const { id_token, refresh_token } = await signIn(pool, 'admin@example.com', password);
    await page.route('**/oauth2/token', (route) =>
      route.fulfill({
        headers: { 'access-control-allow-origin': '*' },
        json: { id_token, refresh_token, expires_in: 3600 },
      }),
    );
    await page.goto(pool.pageUrl);
    await fillIn(page, 'admin');
    await page.getByText('The sign-in did not work. Try it again.').waitFor();
    expect(await keptIn(page)).toBe('{}');
  });
});

describe('the API behind the console', () => {
  it('takes tokens of the pool that tell who somebody is, and no others; the files are for everybody', async () => {
    const { id_token, access_token } = await signIn(pool, 'desk@example.com', password);
    const status = async (path: string, token?: string) =>
      (await fetch(`${cloud.url}${path}`, token ? { headers: { authorization: `Bearer ${token}` } } : {}))
        .status;
    expect(await status('/api/v1/status', id_token)).toBe(200);
    expect(await status('/api/v1/status', access_token)).toBe(401);
    expect(await status('/api/v1/status', `${id_token.slice(0, -8)}AAAAAAAA`)).toBe(401);
    expect(await status('/healthz')).toBe(401);
    expect(await status('/console/')).toBe(200);
    expect(await status('/console/config.json')).toBe(200);
  });

  it('calls nothing that a function’s role does not allow', async () => {
    expect(await cloud.refusals()).toEqual([]);
  });
});

/** Finds what the tab keeps beside its token. */
function sessionOf(kept: string): { refresh_token: string } {
  const entries = Object.entries(JSON.parse(kept) as Record<string, string>);
  const [, text = '{}'] = entries.find(([key]) => key.startsWith('face-blacklist.session')) ?? [];
  return JSON.parse(text);
}

function tokenOf(kept: string): string | undefined {
  const entries = Object.entries(JSON.parse(kept) as Record<string, string>);
  return entries.find(([key]) => key.startsWith('face-blacklist.token'))?.[1];
}

async function changeSession(page: Page, changes: Record<string, number>): Promise<void> {
  await page.evaluate(`for (const key of Object.keys(sessionStorage))
    if (key.startsWith('face-blacklist.session'))
      sessionStorage.setItem(key, JSON.stringify({ ...JSON.parse(sessionStorage.getItem(key)), ...${JSON.stringify(changes)} }))`);
}

/** Puts a token into the tab that the service refuses. */
async function spoilToken(page: Page): Promise<void> {
  await page.evaluate(`for (const key of Object.keys(sessionStorage))
    if (key.startsWith('face-blacklist.token')) sessionStorage.setItem(key, 'refused')`);
}

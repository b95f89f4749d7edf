import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Role } from '../../lib/contract/role.ts';
import type { BlacklistRecord } from '../../lib/contract/shapes.ts';
import { tokenLine } from '../../lib/service/tokens.ts';
import { connectOverHttp } from '../api/connections.ts';
import { cropFace, leftToRight, sample } from '../api/pictures.ts';
import { type RunningProcess, startServerProcess, temporaryFolder } from '../api/server-process.ts';
import { ApiClient, newName } from '../suites/api/client.ts';
import { launchBrowser, type Visit, type VisitOptions, visit } from './browser.ts';
import { writeDoorVideo } from './door-video.ts';

/** Set-up that the console's tests share: one browser, and one service with people in it. */

export const token = 'a-token-of-the-desk';
/** Token of a door, which may check people and see nothing else. */
export const checkToken = 'a-token-of-the-door';
/** Token of a program that counts. */
export const metricsToken = 'a-token-of-the-counter';
/** Token of somebody who may look and review, but change nothing. */
export const deskToken = 'a-token-of-the-guard';
/** Token of somebody who lists people, and deletes nobody. */
export const editorToken = 'a-token-of-the-clerk';

/** Token of somebody whose role changes. It is `desk` at first. */
export const changingToken = 'a-token-of-a-trainee';

/** Camera of the empty service; its pictures are sent to it. */
export const camera = 'Back door';

export interface Pictures {
  /** Picture of the woman in the middle of sample3, alone. */
  readonly woman: Buffer;
  /** Picture of the same woman, from sample1. */
  readonly sameWoman: Buffer;
  /** Picture of three people, of whom she is the rightmost. Another face is the largest. */
  readonly withWoman: Buffer;
  /** Picture of four others. */
  readonly group: Buffer;
}

export interface ConsoleSetup extends AsyncDisposable {
  /** Its camera shows the woman, who moves a little. */
  readonly browser: Browser;
  readonly api: ApiClient;
  /** Address of the service, without a slash at its end. */
  readonly url: string;
  readonly pictures: Pictures;
  /** Sends a picture to the empty service, as its camera. */
  pushFrame(picture: Buffer): Promise<void>;
  /** Opens a page of the console, signed in with the token by default. */
  visit(path: string, options?: VisitOptions & { service?: 'empty' }): Promise<Visit>;
  /** Gives the changing token another role. */
  changeRole(role: Role): Promise<void>;
  /** Lists the woman by one picture, "1.jpg". Makes up a name if none is given. */
  listWoman(name?: string): Promise<BlacklistRecord>;
  /**
   * Path of a file that shows the same as `withWoman` and is this many bytes longer: bytes after a JPEG's end
   * do not belong to it.
   */
  padded(bytes: number): Promise<string>;
  /** Deletes everybody who is listed. */
  clear(): Promise<void>;
}

export async function startConsole(corsOrigin: string): Promise<ConsoleSetup> {
  await using opened = new AsyncDisposableStack();
  const start = async (settings: Record<string, string>, cameras?: object[]): Promise<RunningProcess> => {
    const folder = await temporaryFolder();
    opened.defer(() => folder.remove());
    if (cameras) await writeFile(join(folder.path, 'cameras.json'), JSON.stringify(cameras));
    return opened.use(await startServerProcess(folder.path, settings));
  };
  const files = await temporaryFolder();
  opened.defer(() => files.remove());
  const video = join(files.path, 'door.y4m');
  await writeDoorVideo(video);
  const tokensFile = join(files.path, 'tokens.txt');
  const tokens = [
    tokenLine('guard', 'desk', deskToken),
    tokenLine('clerk', 'editor', editorToken),
    tokenLine('door', 'check', checkToken),
    tokenLine('counter', 'metrics', metricsToken),
  ];
  const writeTokens = (role: Role) =>
    writeFile(tokensFile, [...tokens, tokenLine('trainee', role, changingToken)].join('\n'));
  await writeTokens('desk');
  const [browser, server, empty] = await Promise.all([
    launchBrowser(video),
    start({ API_TOKENS: token, API_TOKENS_FILE: tokensFile, CORS_ORIGINS: corsOrigin }),
    start({}, [{ name: camera, url: 'push' }]),
  ]);
  opened.defer(() => browser.close());
  const api = new ApiClient(connectOverHttp(server.url, token));
  const pictures = await cutPictures(api);
  const resources = opened.move();
  return {
    browser,
    api,
    url: server.url,
    pictures,
    async visit(path, { service, ...options } = {}) {
      const { url } = service === 'empty' ? empty : server;
      const opening = await visit(browser, url, { ...(service !== 'empty' && { token }), ...options });
      await opening.page.goto(`${url}/console/${path}`);
      return opening;
    },
    async pushFrame(picture) {
      const path = `/api/v1/cameras/${encodeURIComponent(camera)}/frames`;
      const headers = { 'content-type': 'image/jpeg' };
      const { status } = await fetch(empty.url + path, { method: 'POST', headers, body: picture });
      expect(status).toBe(202);
    },
    async changeRole(role) {
      await writeTokens(role);
      const headers = { authorization: `Bearer ${changingToken}` };
      const known = async () => (await fetch(`${server.url}/api/v1/status`, { headers })).json();
      await expect.poll(known, { timeout: 60_000 }).toMatchObject({ caller: { role } });
    },
    listWoman: (name = newName()) => api.list([pictures.woman], { name, reason: 'Banned for life.' }),
    async padded(bytes) {
      const path = join(files.path, `${bytes}.jpg`);
      await writeFile(path, Buffer.concat([pictures.withWoman, Buffer.alloc(bytes)]));
      return path;
    },
    async clear() {
      for (const { id } of await api.entries()) await api.delete(id);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Cuts the pictures of the tests out of the samples. */
export async function cutPictures(api: ApiClient): Promise<Pictures> {
  const [withWoman, other, group] = await Promise.all([sample(1), sample(3), sample(6)]);
  const faceOf = async (picture: Buffer, place: number) => {
    const faces = leftToRight((await api.detect(picture)).map((face) => face.facial_area));
    const face = faces.at(place);
    if (!face) throw new Error('The sample picture does not show the face that it should.');
    return cropFace(picture, face);
  };
  return { woman: await faceOf(other, 1), sameWoman: await faceOf(withWoman, -1), withWoman, group };
}

/** Makes a file as if a person had chosen it. */
export function fileOf(name: string, buffer: Buffer) {
  return { name, buffer, mimeType: name.endsWith('.jpg') ? 'image/jpeg' : 'text/plain' };
}

/** Unfolds the whole picture of a result, with its boxes and numbers. */
export async function unfold(page: Page): Promise<void> {
  await page.getByText('Whole picture, boxes and numbers').click();
}

/**
 * Has the page lose the answer to its next such request, which the service does all the same. With `always`
 * it loses each until the returned function is called.
 */
export async function losesAnswer(
  page: Page,
  method: string,
  path: RegExp,
  { always = false }: { always?: boolean } = {},
): Promise<() => Promise<void>> {
  let isOn = true;
  await page.route(
    (url) => path.test(url.pathname),
    async (route) => {
      if (!isOn || route.request().method() !== method) return route.fallback();
      isOn = always;
      await route.fetch();
      await route.abort();
    },
  );
  return async () => {
    isOn = false;
  };
}

/** Loads a page again, and waits until it follows the service's events: alerts are of what comes then. */
export async function followsEvents(page: Page): Promise<void> {
  const following = page.waitForResponse('**/events/stream*');
  await page.reload();
  await following;
}

/** Returns a function that lets so much time pass for the service, and for a page with Playwright's clock. */
export async function withPassingTime(page: Page): Promise<(ms: number) => Promise<void>> {
  let passed = 0;
  await page.route(/\/api\/v1\/(blacklist\/\d+\/?|status)$/, async (route) => {
    if (route.request().method() !== 'GET') return route.fallback();
    const response = await route.fetch();
    const date = new Date(Date.now() + passed).toUTCString();
    await route.fulfill({ response, headers: { ...response.headers(), date } });
  });
  return async (ms) => {
    passed += ms;
    await page.clock.fastForward(ms);
  };
}

/** Loads a page again whose role the service does not tell before the returned function is called. */
export async function withUnknownRole(page: Page): Promise<() => void> {
  const known = Promise.withResolvers<void>();
  await page.route('**/api/v1/status', async (route) => {
    await known.promise;
    await route.continue();
  });
  await page.reload();
  return known.resolve;
}

/** Waits until the first picture in this place is shown. */
export async function pictureIsShown(place: Locator): Promise<void> {
  const image = place.locator('img').first();
  await image.waitFor();
  await image.evaluate((picture: { decode(): Promise<void> }) => picture.decode());
}

/** Waits until the element with this name, or else this text, has the focus. */
export async function focusIsOn(page: Page, name: string): Promise<void> {
  await expect.poll(() => focused(page)).toBe(name);
}

/** Waits until the page says this to those who hear it. */
export async function isSpokenOn(page: Page, text: string): Promise<void> {
  const spoken = page.locator('#app > .visually-hidden[role=status]');
  await expect.poll(() => spoken.innerText()).toContain(text);
}

/** Waits until the page says nothing to those who hear it. */
export async function isSilentOn(page: Page): Promise<void> {
  await expect.poll(() => page.locator('#app > .visually-hidden[role=status]').innerText()).toBe('');
}

/** Gives the name of the element that has the focus, or else its text. */
export function focused(page: Page): Promise<string> {
  const name = '(document.activeElement.ariaLabel || document.activeElement.innerText || "").trim()';
  return page.evaluate(name);
}

/** Drops files onto the page, with the same events as a browser. */
export async function dropFiles(
  page: Page,
  files: readonly { name: string; buffer: Buffer }[],
): Promise<void> {
  const encoded = JSON.stringify(files.map(({ name, buffer }) => [name, buffer.toString('base64')]));
  const dataTransfer = await page.evaluateHandle(`(() => {
    const data = new DataTransfer();
    for (const [name, base64] of ${encoded}) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      data.items.add(new File([bytes], name, { type: 'image/jpeg' }));
    }
    return data;
  })()`);
  for (const type of ['dragover', 'drop']) await page.dispatchEvent('main', type, { dataTransfer });
}

/** Place of a part of a page, in pixels of the window. */
export interface Place {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Finds the places of parts of a page at one moment. */
export function placesOf(parts: Locator): Promise<Place[]> {
  return parts.evaluateAll((elements: { getBoundingClientRect(): Place }[]) =>
    elements.map((element) => {
      const { top, bottom, left, right } = element.getBoundingClientRect();
      return { top, bottom, left, right };
    }),
  );
}

/** Finds the place of one part, once it is there. */
export async function placeOf(part: Locator): Promise<Place> {
  await part.waitFor({ state: 'attached' });
  const [place] = await placesOf(part);
  if (!place) throw new Error('The part has gone.');
  return place;
}

/**
 * Waits until as many parts of a page as expected are between these heights. What comes late moves what is
 * there already.
 */
export async function areBetween(
  parts: readonly Locator[],
  count: number,
  heights: () => Promise<{ top: number; bottom: number }>,
): Promise<void> {
  const outside = async () => {
    const { top, bottom } = await heights();
    const places = (await Promise.all(parts.map(placesOf))).flat();
    return { count: places.length, outside: places.filter((at) => at.top < top || at.bottom > bottom) };
  };
  await expect.poll(outside).toEqual({ count, outside: [] });
}

/** Waits until as many parts as expected are on the first screen of a phone, above the navigation. */
export async function areOnFirstScreen(page: Page, parts: readonly Locator[], count: number): Promise<void> {
  const navigation = page.locator('.header nav');
  await areBetween(parts, count, async () => ({ top: 0, bottom: (await placeOf(navigation)).top }));
}

/** Waits until nothing sticks out beside the window. */
export async function fitsWindow(page: Page, what = page.url()): Promise<void> {
  const isNarrow = () => page.evaluate('document.documentElement.scrollWidth <= innerWidth');
  await expect.poll(isNarrow, { message: `${what} is too wide` }).toBe(true);
}

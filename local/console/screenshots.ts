/**
 * Command: makes the README's pictures of the console from face-api's sample pictures, on a service and a
 * data folder of their own. Nobody can be recognised in them: every face is blurred.
 * usage: npm run screenshots [FOLDER]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { DetectedFaceArea, FacialArea } from '../../lib/contract/shapes.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { cropFace } from '../../lib/processing/render.ts';
import { sampleFolder } from '../models/packages.ts';

const folder = process.argv[2] ?? join(import.meta.dirname, '../../docs');
/** Share of the face's box that is kept around it. */
const cropMargin = 1.4;
const jpegQuality = 82;

/** Listed people: a face of a sample, counted from the left. */
const people = [
  ['Joan Doe', 'Banned for life after the incident of 3 May.', 3, 1],
  ['Alex Moreno', 'Card fraud, see file 2211.', 4, 0],
  ['Sam Okafor', 'Threatened staff twice. Call security, do not approach alone.', 4, 1],
  ['Robin Weiss', 'Unpaid bills.', 4, 2],
  ['Kim Larsen', 'Card fraud, see file 2211.', 4, 3],
  ['Dana Petrov', 'Banned until 1 March.', 5, 0],
  ['Chris Novák', 'Counterfeit tickets.', 5, 1],
  ['Jo Lindqvist', 'Banned until 1 March.', 5, 2],
] as const;

const samplePath = (number: number) => join(sampleFolder, `sample${number}.jpg`);

async function facesOf(api: string, picture: Buffer): Promise<FacialArea[]> {
  const response = await fetch(`${api}/detect/detect-face`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ image: picture.toString('base64') }),
  });
  const faces = (await response.json()) as DetectedFaceArea[];
  return faces.map((face) => face.facial_area).sort((one, other) => one.x - other.x);
}

async function listPeople(api: string): Promise<void> {
  for (const [name, reason, sample, place] of people) {
    const picture = await readFile(samplePath(sample));
    const face = (await facesOf(api, picture))[place];
    if (!face) throw new Error(`sample${sample} should show more faces.`);
    const form = new FormData();
    form.set('name', name);
    form.set('reason', reason);
    const crop = await cropFace(await decodePicture(picture), face, cropMargin);
    form.set('images', new Blob([Buffer.from(crop)]), 'entrance.jpg');
    const answer = await fetch(`${api}/blacklist/`, { method: 'POST', body: form });
    if (!answer.ok) throw new Error(`${name} could not be listed: ${await answer.text()}`);
  }
}

/**
 * Style that blurs small pictures as a whole. In large ones it blurs each face, below the boxes and
 * landmarks.
 */
const blurred = `
  .picture img { filter: blur(0.55rem); transform: scale(1.15); }
  .card .picture img { filter: blur(1.5rem); transform: scale(1.4); }
  .veil { position: absolute; border-radius: 50%; backdrop-filter: blur(0.8rem); }
`;
const veilFaces = `for (const box of document.querySelectorAll('.face-box')) {
  const veil = document.createElement('span');
  veil.className = 'veil';
  const place = Object.fromEntries(['left', 'top', 'width', 'height'].map((side) => [side, Number.parseFloat(box.style[side])]));
  veil.style.left = place.left - 0.3 * place.width + '%';
  veil.style.top = place.top - 0.35 * place.height + '%';
  veil.style.width = 1.6 * place.width + '%';
  veil.style.height = 1.6 * place.height + '%';
  box.parentElement.querySelector('img').after(veil);
}`;

async function shoot(page: Page, name: string): Promise<void> {
  await page.locator('.picture.skeleton').first().waitFor({ state: 'detached' });
  await page.waitForFunction('[...document.images].every((image) => image.complete)');
  await page.addStyleTag({ content: blurred });
  await page.evaluate(veilFaces);
  await page.screenshot({ path: join(folder, `console-${name}.jpg`), type: 'jpeg', quality: jpegQuality });
}

async function openPage(browser: Browser, address: string, options: BrowserContextOptions): Promise<Page> {
  // The page's own policy does not allow the style sheet that blurs.
  const context = await browser.newContext({ bypassCSP: true, locale: 'en-GB', ...options });
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

const desk = { viewport: { width: 1280, height: 1040 }, colorScheme: 'light' } as const;
const day = { viewport: { width: 1280, height: 860 }, colorScheme: 'light' } as const;
const night = { viewport: { width: 1280, height: 860 }, colorScheme: 'dark' } as const;
const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark', deviceScaleFactor: 1.5 } as const;

async function shootAll(browser: Browser, service: string): Promise<void> {
  const check = await openPage(browser, `${service}/console/#/check`, desk);
  await check.locator('input[type=file]').setInputFiles([1, 6, 3].map(samplePath));
  await check.getByText('3 of 3 checked').waitFor();
  await shoot(check, 'check');
  const onPhone = await openPage(browser, `${service}/console/#/check`, phone);
  await onPhone.locator('input[type=file]').setInputFiles(samplePath(1));
  await onPhone.getByRole('heading', { name: /^Match: / }).waitFor();
  await shoot(onPhone, 'phone');
  await shoot(await openPage(browser, `${service}/console/#/blacklist`, day), 'blacklist');
  await shoot(await openPage(browser, `${service}/console/#/history`, night), 'history');
}

async function main(): Promise<void> {
  await using data = await mkdtempDisposable(join(tmpdir(), 'face-blacklist-screenshots-'));
  const server = spawn(process.execPath, [join(import.meta.dirname, '../server/main.ts')], {
    cwd: data.path,
    env: { PATH: process.env.PATH, DATA_DIR: data.path, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  try {
    const [line] = await Promise.race([
      once(createInterface(server.stdout), 'line'),
      ended.then(() => Promise.reject(new Error('The service did not start.'))),
    ]);
    const { url } = JSON.parse(String(line)) as { url: string };
    await listPeople(`${url}/api/v1`);
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    await shootAll(browser, url);
    await browser.close();
  } finally {
    server.kill();
    await ended;
  }
}

await main();

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Page, Route } from 'playwright-core';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { cropFace, pictureOfNothing } from '../api/pictures.ts';
import { temporaryFolder } from '../api/server-process.ts';
import { newName } from '../suites/api/client.ts';
import { type ConsoleSetup, deskToken, fileOf, pictureIsShown } from './setup.ts';

/** Bytes of a first screen of people, whatever the size of their pictures is. */
const firstScreenBytes = 500_000;
/** Cards of a first screen, with some that are about to come into sight. */
const firstCards = 24;

/** Makes a folder with such files, as people keep them. */
async function folderOf(files: Readonly<Record<string, Buffer | string>>) {
  const folder = await temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder.path, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  }
  return folder;
}

const folderInput = (page: Page) => page.getByLabel('Choose a folder').and(page.locator('input'));
const tableInput = (page: Page) => page.getByLabel('Choose a table and pictures').and(page.locator('input'));
const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

/** Tests the import of a folder and of a table, and the size of a list of large pictures. */
export function describeImporting(setup: () => ConsoleSetup): void {
  it('lists a folder of people: what would be done first, then a result for each, and a report', async () => {
    const { woman, sameWoman, withWoman } = setup().pictures;
    const [known, one, other] = [newName(), newName(), newName()];
    await setup().listWoman(known);
    await using folder = await folderOf({
      [`${one}/1.jpg`]: sameWoman,
      [`${one}/2.jpg`]: await pictureOfNothing(),
      [`${one}/notes.txt`]: 'He wears a hat.',
      [`${one}/older/3.jpg`]: woman,
      [`${other}/a.jpg`]: withWoman,
      [`${known}/new.jpg`]: await sharp(sameWoman).jpeg({ quality: 70 }).toBuffer(),
      'loose.jpg': woman,
      'Papierkorb/thrown away.jpg': woman,
      '.DS_Store': 'x',
    });
    await using visit = await setup().visit('#/blacklist', { expected: [/400 \(Bad Request\)/] });
    const { page } = visit;
    await page.getByRole('link', { name: 'Import people' }).click();
    await folderInput(page).setInputFiles(folder.path);
    await page.getByText('Found: 3 people, 3 pictures to send.').waitFor();
    await row(page, known).getByText('Listed already under this name: left out.').waitFor();
    const leftOut = page.getByRole('region', { name: 'Left out' });
    await leftOut.getByText(`${one}/notes.txt: it is no picture.`).waitFor();
    await leftOut.getByText(`${one}/older/3.jpg: it lies in a folder inside`).waitFor();
    await leftOut.getByText('loose.jpg: it is not in the folder of a person.').waitFor();
    await leftOut.getByText('2 files that systems made for themselves').waitFor();
    expect((await setup().api.entries()).map(({ name }) => name)).toEqual([known]);

    await page.getByLabel('is listed under the same name').check();
    await page.getByRole('button', { name: 'Send 4 pictures' }).click();
    await page.getByText('2 people listed, 3 pictures added. 1 picture not taken.').first().waitFor();
    await row(page, one).getByText('1 of 2 pictures added').waitFor();
    await row(page, one).getByText('2.jpg: Not taken.').waitFor();
    await row(page, one).getByText(`Looks like ${known}`).waitFor();
    const entries = await setup().api.entries();
    expect(entries.map(({ name, image_count }) => [name, image_count]).sort()).toEqual(
      [
        [known, 2],
        [one, 1],
        [other, 1],
      ].sort(),
    );
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Report as CSV' }).click();
    const report = await readFile(await (await downloading).path(), 'utf8');
    expect(report).toContain(`\r\n${one},${one}/1.jpg,Added.,`);
    expect(report).toContain(`\r\n${one},${one}/2.jpg,Not taken.,`);
    expect(report).toContain(',loose.jpg,Not taken.,it is not in the folder of a person.,');
  });

  it('adds nothing twice where answers are lost, and goes on where it was stopped', async () => {
    const { woman, sameWoman } = setup().pictures;
    const name = newName();
    const table = `name;reason;files\r\n${name};Theft;"a.jpg|b.jpg|c.jpg"\r\n`;
    const files = [
      { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(table) },
      fileOf('a.jpg', woman),
      fileOf('b.jpg', sameWoman),
    ];
    await using visit = await setup().visit('#/blacklist/import', {
      expected: [/ERR_FAILED|ERR_CONNECTION/],
    });
    const { page } = visit;
    await tableInput(page).setInputFiles(files);
    await page.getByText('Found: 1 person, 2 pictures to send.').waitFor();
    await page.getByText(`${name}: c.jpg: the picture was not chosen.`).waitFor();
    // The service takes each request, but its first answer is lost on the way.
    const lost = new Set<string>();
    await page.route('**/api/v1/blacklist/**', async (route) => {
      const url = route.request().url();
      const isLost = route.request().method() === 'POST' && !url.endsWith('/verify') && !lost.has(url);
      if (!isLost) return route.continue();
      lost.add(url);
      await route.fetch();
      await route.abort();
    });
    await page.getByRole('button', { name: 'Send 2 pictures' }).click();
    await page.getByText('0 people listed, 0 pictures added. 2 pictures not sent yet.').first().waitFor();
    expect(await setup().api.entries()).toMatchObject([{ name, reason: 'Theft', image_count: 1 }]);
    await page.getByRole('button', { name: 'Send 2 pictures that were not sent' }).click();
    await page.getByText('1 person listed, 1 picture added. 1 picture not sent yet.').first().waitFor();
    await page.getByRole('button', { name: 'Send 1 picture that was not sent' }).click();
    await page.getByText('1 person listed, 2 pictures added.').first().waitFor();
    expect(lost.size).toBe(2);
    const [entry] = await setup().api.entries();
    expect(entry).toMatchObject({ name, image_count: 2 });
    expect(await setup().api.images(entry?.id ?? 0)).toHaveLength(2);
  });

  it('reads a table as Excel writes it, and tells once by row and person what it can not do', async () => {
    const { woman, sameWoman, withWoman } = setup().pictures;
    const [name, taken] = [newName(), newName()];
    const table = `\ufeffsep=;\r\nname;files\r\n${name};"a;b.jpg"\r\n${name};c.jpg\r\n${taken};d.jpg|e.jpg\r\n`;
    await using visit = await setup().visit('#/blacklist/import', { expected: [/409 \(Conflict\)/] });
    const { page } = visit;
    await tableInput(page).setInputFiles([
      // Excel's *Unicode Text*; a text that is no table stays out, as before.
      { name: 'people.txt', mimeType: 'text/plain', buffer: Buffer.from(table, 'utf16le') },
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('name of files') },
      fileOf('a;b.jpg', withWoman),
      fileOf('d.jpg', woman),
      fileOf('e.jpg', sameWoman),
    ]);
    await page.getByText('Found: 2 people, 3 pictures to send.').waitFor();
    await page.getByText(`Row 3, ${name}: c.jpg: the picture was not chosen.`).waitFor();
    await setup().listWoman(taken);
    await page.getByRole('button', { name: 'Send 3 pictures' }).click();
    await page.getByText('1 person listed, 1 picture added. 2 pictures not taken.').first().waitFor();
    const meanwhile = 'Somebody else has listed this name meanwhile.';
    await row(page, taken).getByText(meanwhile).waitFor();
    expect(await row(page, taken).getByText('Not taken.').count()).toBe(0);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Report as CSV' }).click();
    const report = await readFile(await (await downloading).path(), 'utf8');
    expect(report).toContain(`\r\n${name},"a;b.jpg",Added.,`);
    expect(report).toContain(`\r\n${name},c.jpg,Not taken.,Row 3: the picture was not chosen.,`);
    expect(report).toContain(`\r\n${taken},e.jpg,Not taken.,"${meanwhile}`);
  });

  it('holds a picture of somebody else back, to be looked at and sent on purpose', async () => {
    const { woman, sameWoman, group } = setup().pictures;
    const [first, second] = (await setup().api.detect(group)).map((face) => face.facial_area);
    if (!first || !second) throw new Error('The group shows fewer faces.');
    const [name, known] = [newName(), newName()];
    await setup().listWoman(known);
    await using folder = await folderOf({
      [`${name}/1.jpg`]: await cropFace(group, first),
      [`${name}/2.jpg`]: await cropFace(group, second),
      // The same bytes would be a copy.
      [`${name}/3.jpg`]: await sharp(woman).jpeg({ quality: 70 }).toBuffer(),
      [`${known}/1.jpg`]: sameWoman,
    });
    await using visit = await setup().visit('#/blacklist/import');
    const { page } = visit;
    await folderInput(page).setInputFiles(folder.path);
    await page.getByLabel('is listed under the same name').check();
    await page.getByRole('button', { name: 'Send 4 pictures' }).click();
    await page.getByText('1 person listed, 2 pictures added. 2 pictures held back').first().waitFor();
    const held = row(page, name).getByText(
      /^.*: Held back. It does not look like the person’s other pictures/,
    );
    await expect.poll(() => held.count()).toBe(2);
    await row(page, known).getByText('1 of 1 picture added').waitFor();
    const entry = async () => (await setup().api.entries()).find((one) => one.name === name);
    expect(await entry()).toMatchObject({ image_count: 1 });
    await row(page, name)
      .getByText(`No two pictures agree on who it is. Taken: ${name}/1.jpg. Different: ${name}/2.jpg`)
      .waitFor();

    await pictureIsShown(row(page, name));
    await row(page, name).getByLabel('It is this person: send it all the same').nth(1).check();
    await page.getByRole('button', { name: 'Send 1 picture that was not sent' }).click();
    await page.getByText('1 person listed, 3 pictures added. 1 picture held back').first().waitFor();
    await row(page, name).getByText(`Looks like ${known}, listed already.`).waitFor();
    expect(await entry()).toMatchObject({ image_count: 2 });
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Report as CSV' }).click();
    const report = await readFile(await (await downloading).path(), 'utf8');
    expect(report).toContain(`\r\n${name},${name}/2.jpg,Held back.,It does not look like the person’s other`);
    expect(report).toMatch(new RegExp(`\\r\\n${name},${name}/3.jpg,Added\\.,[^\\r]*,${known}\\r`));
  });

  it('lists who the pictures that agree show, not the first, nor whom somebody else’s picture shows', async () => {
    const { woman, sameWoman, group } = setup().pictures;
    const [face, another] = (await setup().api.detect(group)).map((one) => one.facial_area);
    if (!face || !another) throw new Error('The group shows fewer faces.');
    const [stranger, listed] = [await cropFace(group, face), await cropFace(group, another)];
    const [name, copied, ofListed, known] = [newName(), newName(), newName(), newName()];
    await setup().api.list([listed], { name: known });
    await using folder = await folderOf({
      [`${name}/1 wrong.jpg`]: await sharp(stranger).png().toBuffer(),
      [`${name}/2.jpg`]: woman,
      [`${name}/3.jpg`]: sameWoman,
      [`${name}/4.jpg`]: stranger,
      [`${name}/5.jpg`]: await sharp(woman).png().toBuffer(),
      [`${copied}/1.jpg`]: stranger,
      [`${ofListed}/1.jpg`]: listed,
    });
    await using visit = await setup().visit('#/blacklist/import');
    const { page } = visit;
    await folderInput(page).setInputFiles(folder.path);
    await page.getByRole('button', { name: 'Send 7 pictures' }).click();
    await page.getByText('1 person listed, 3 pictures added. 4 pictures held back').first().waitFor();
    const decided = `3 pictures agree on who it is. Different: ${name}/1 wrong.jpg.`;
    await page.getByText(decided).waitFor();
    await row(page, ofListed).getByText(`It is the same picture as one of ${known}.`).waitFor();
    const entries = (await setup().api.entries()).map((one) => [one.name, one.image_count]);
    expect(Object.fromEntries(entries)).toEqual({ [name]: 3, [known]: 1 });

    await row(page, `${copied}/1.jpg`).getByLabel('It is this person: send it all the same').check();
    await page.getByRole('button', { name: 'Send 1 picture that was not sent' }).click();
    await page.getByText('2 people listed, 4 pictures added. 3 pictures held back').first().waitFor();
  });

  it('tells a tie, folders of one name, and what a picture that is held back lacks', async () => {
    const { woman, sameWoman, group } = setup().pictures;
    const [face] = (await setup().api.detect(group)).map((one) => one.facial_area);
    if (!face) throw new Error('The group shows nobody.');
    const stranger = await cropFace(group, face);
    const name = newName();
    const suspended = await setup().api.list([stranger], { suspended: 'on' });
    const again = await sharp(stranger).modulate({ brightness: 1.05 }).png().toBuffer();
    await using folder = await folderOf({
      [`${name}/1.jpg`]: woman,
      [`${name}/2.png`]: again,
      [`${name} /3.jpg`]: sameWoman,
      [`${name}/4.webp`]: await sharp(again).modulate({ brightness: 1.05 }).webp().toBuffer(),
      [`${name} copy/1.jpg`]: stranger,
    });
    await using visit = await setup().visit('#/blacklist/import');
    const { page } = visit;
    await folderInput(page).setInputFiles(folder.path);
    await row(page, `${name}`).first().getByText('2 folders have this name, but for spaces').waitFor();
    await page.getByRole('button', { name: 'Send 5 pictures' }).click();
    await page.getByText('1 person listed, 2 pictures added. 3 pictures held back').first().waitFor();
    const tied = `${name}/2.png, ${name}/4.webp`;
    await page
      .getByText(`A tie: 2 pictures agree on who it is, and as many on somebody else: ${tied}.`)
      .waitFor();
    const lacking = page.getByText(/% alike\. Faces count as one person’s from \d\d\.\d% on\./);
    await expect.poll(() => lacking.count()).toBe(2);
    // The picture of a suspended person lists nobody either.
    const copy = `It is the same picture as one of ${suspended.name} (suspended or expired: nobody matches).`;
    await row(page, `${name} copy`).getByText(copy).waitFor();
    expect(await setup().api.entries()).toMatchObject([{ id: suspended.id }, { name, image_count: 2 }]);
  });

  it('holds back copies of what others have, whichever of a person’s pictures they are, and names those listed first', async () => {
    const { woman, sameWoman, group } = setup().pictures;
    const [face] = (await setup().api.detect(group)).map((one) => one.facial_area);
    if (!face) throw new Error('The group shows nobody.');
    const stranger = await cropFace(group, face);
    const [name, known, solo, duo] = [newName(), newName(), newName(), newName()];
    // A copy is found in a picture of a phone, too, which is scaled for most comparisons.
    const large = await sharp(woman).resize(3_000).jpeg({ quality: 99 }).toBuffer();
    expect(large.length).toBeGreaterThan(1_500_000);
    await setup().api.list([large], { name: known });
    const expired = await setup().api.list([stranger], { expires_at: '2020-01-01T00:00:00Z' });
    await using folder = await folderOf({
      [`${name}/1.jpg`]: sameWoman,
      [`${name}/2.jpg`]: large,
      [`${known}/1.jpg`]: large,
      [`${solo}/1.jpg`]: stranger,
      [`${duo}/1.jpg`]: stranger,
    });
    await using visit = await setup().visit('#/blacklist/import');
    const { page } = visit;
    await folderInput(page).setInputFiles(folder.path);
    await page.getByLabel('is listed under the same name').check();
    await page.getByRole('button', { name: 'Send 5 pictures' }).click();
    await page.getByText('1 person listed, 1 picture added. 1 picture there already.').first().waitFor();
    await row(page, `${name}/2.jpg`).getByText(`It is the same picture as one of ${known}.`).waitFor();
    for (const [one, other] of [
      [solo, duo],
      [duo, solo],
    ] as const) {
      const owners = `${expired.name} (suspended or expired: nobody matches), ${other}`;
      await row(page, `${one}/1.jpg`).getByText(`It is the same picture as one of ${owners}.`).waitFor();
    }
    await page.getByText('5 of 5 pictures done').waitFor();
    // On a phone nothing lies beside the screen.
    await page.setViewportSize({ width: 380, height: 800 });
    const table = page.getByRole('region', { name: 'People to list' });
    await expect.poll(() => table.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
    const wide = await row(page, `${name}/2.jpg`).locator('td').last().boundingBox();
    expect(wide?.width).toBeGreaterThan(300);
  });

  it('tells that nobody matches an entry that was suspended after the preview', async () => {
    const { woman, sameWoman } = setup().pictures;
    const name = newName();
    const { id } = await setup().api.list([woman], { name });
    await using folder = await folderOf({ [`${name}/1.jpg`]: sameWoman });
    await using visit = await setup().visit('#/blacklist/import');
    const { page } = visit;
    await folderInput(page).setInputFiles(folder.path);
    await row(page, name).getByText('Listed already under this name: left out.').waitFor();
    expect(await page.getByRole('button', { name: /^Send/ }).count()).toBe(0);
    await page.getByLabel('is listed under the same name').check();
    await setup().api.patch(id, { suspended: true });
    await page.getByRole('button', { name: 'Send 1 picture' }).click();
    const told = '1 person has an entry that is suspended or has expired: nobody matches it.';
    await page.getByText(`0 people listed, 1 picture added. ${told}`).first().waitFor();
    await row(page, name).getByText('The entry is suspended: nobody matches it.').waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Report as CSV' }).click();
    const report = await readFile(await (await downloading).path(), 'utf8');
    expect(report).toContain('The entry is suspended: nobody matches it.');
    await page.getByRole('button', { name: 'Choose other files' }).click();
    // Whoever is left out is counted too: nobody matches them either.
    await using others = await folderOf({ [`${name}/1.jpg`]: sameWoman, [`${newName()}/2.jpg`]: woman });
    await folderInput(page).setInputFiles(others.path);
    await row(page, name).getByText('There is an entry with this name, but it is suspended').waitFor();
    await page.getByRole('button', { name: 'Send 1 picture' }).click();
    await page
      .getByText(`0 people listed, 0 pictures added. 1 picture held back: look at it below. ${told}`)
      .first()
      .waitFor();
  });

  it('tells copies, names that are nearly the same and what is no picture before anything is sent', async () => {
    const { woman, withWoman } = setup().pictures;
    const name = newName();
    const [upper, lower] = [`${name} Río`, `${name} RIO`];
    await using folder = await folderOf({
      [`${lower}/a.jpg`]: woman,
      [`${upper}/b.jpg`]: woman,
      [`${upper}/c.jpg`]: '%PDF-1.7 renamed',
      [`${name}/a.jpg`]: withWoman,
    });
    await using visit = await setup().visit('#/blacklist/import');
    const { page } = visit;
    await folderInput(page).setInputFiles(folder.path);
    await page.getByText('Found: 3 people, 3 pictures to send.').waitFor();
    await row(page, lower).getByText(`Nearly the same name is in these files too: ${upper}.`).waitFor();
    await row(page, lower).getByText(`It is the same picture as one of ${upper}.`).waitFor();
    await page.getByText(`${upper}/c.jpg: it is no picture.`).waitFor();
    await page.getByLabel(lower, { exact: true }).uncheck();
    await page.getByLabel(upper, { exact: true }).uncheck();
    await page.getByText('Found: 1 person, 1 picture to send.').waitFor();
    await page.getByRole('button', { name: 'Send 1 picture' }).click();
    await page.getByText('1 person listed, 1 picture added.').first().waitFor();
    await row(page, name)
      .getByText(/^.*a\.jpg: It shows \d faces/)
      .waitFor();
    await page.getByText('1 of 1 picture done').waitFor();
    await expect.poll(() => page.getByText('Left out by you.').count()).toBe(2);
    expect((await setup().api.entries()).map((entry) => entry.name)).toEqual([name]);
  });

  it('has the browser ask before the page is left with a part that was not sent', async () => {
    const { woman, sameWoman } = setup().pictures;
    const name = newName();
    await using folder = await folderOf({ [`${name}/1.jpg`]: woman, [`${name}/2.jpg`]: sameWoman });
    await using visit = await setup().visit('#/blacklist/import', { expected: [/ERR_FAILED/] });
    const { page } = visit;
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      return dialog.accept();
    });
    const refuse = (route: Route) => route.abort();
    await page.route('**/images', refuse);
    await folderInput(page).setInputFiles(folder.path);
    await page.getByRole('button', { name: 'Send 2 pictures' }).click();
    await page.getByText('1 person listed, 1 picture added. 1 picture not sent yet.').first().waitFor();
    await page.getByText('1 of 2 pictures done').waitFor();
    await page.reload();
    expect(asked).toEqual(['beforeunload']);
    await page.unroute('**/images', refuse);
    await folderInput(page).setInputFiles(folder.path);
    await page.getByLabel('is listed under the same name').check();
    await page.getByRole('button', { name: 'Send 2 pictures' }).click();
    await page
      .getByText(/^0 people listed, \d pictures? added/)
      .first()
      .waitFor();
    await page.reload();
    expect(asked).toEqual(['beforeunload']);
  });

  it('refuses a table without its columns, and two tables, and is not offered to whom may list nobody', async () => {
    await using visit = await setup().visit('#/blacklist/import');
    const csv = (text: string) => [{ name: 'p.csv', mimeType: 'text/csv', buffer: Buffer.from(text) }];
    await tableInput(visit.page).setInputFiles(csv('who,what\nJane,a.jpg'));
    await visit.page.getByText('The first line has to name the columns name and files').waitFor();
    const table = 'name,files\nJane,a.jpg';
    const files = ['b.csv', 'a.csv', '._a.csv'].flatMap((name) =>
      csv(table).map((one) => ({ ...one, name })),
    );
    await tableInput(visit.page).setInputFiles([...files, fileOf('a.jpg', setup().pictures.woman)]);
    await visit.page.getByText('Choose one table at a time. These are several: b.csv, a.csv.').waitFor();
    await using guard = await setup().visit('#/blacklist', { token: deskToken });
    await guard.page.getByText('Nobody is listed yet').waitFor();
    expect(await guard.page.getByRole('link', { name: 'Import people' }).count()).toBe(0);
    await guard.page.goto(`${setup().url}/console/#/blacklist/import`);
    await guard.page.getByText('The role of this token does not show this page.').waitFor();
    expect(await guard.page.locator('input[type=file]').count()).toBe(0);
  });

  it('loads at most 500 KB for the first screen of people with pictures of 12 megapixels', async () => {
    const options = { width: 3464, height: 3464, fit: 'fill', kernel: 'lanczos3' } as const;
    const large = await sharp(setup().pictures.woman).resize(options).jpeg({ quality: 90 }).toBuffer();
    expect(large.length).toBeGreaterThan(firstScreenBytes);
    for (let number = 0; number < 2; number += 1) await setup().api.list([large]);
    await using visit = await setup().visit('#/blacklist');
    const { page } = visit;
    await page.getByText('2 people listed').waitFor();
    const client = await page.context().newCDPSession(page);
    await client.send('Network.enable');
    const covers = new Set<string>();
    const sizes: number[] = [];
    let total = 0;
    client.on('Network.responseReceived', ({ requestId, response }) => {
      if (response.url.includes('/images/')) covers.add(requestId);
    });
    client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      total += encodedDataLength;
      if (covers.has(requestId)) sizes.push(encodedDataLength);
    });
    await client.send('Network.setCacheDisabled', { cacheDisabled: true });
    await page.reload();
    const cards = page.locator('.cards > li');
    for (const card of [cards.nth(0), cards.nth(1)]) await pictureIsShown(card);
    await expect.poll(() => sizes.length).toBe(2);
    const largest = Math.max(...sizes);
    expect(largest).toBeGreaterThan(1_000);
    expect(total + (firstCards - sizes.length) * largest).toBeLessThan(firstScreenBytes);
  });
}

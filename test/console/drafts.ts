import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { newName } from '../suites/api/client.ts';
import { type ConsoleSetup, editorToken, fileOf, losesAnswer, pictureIsShown } from './setup.ts';

/** Waits until the page has given up asking for a lost answer. */
async function isUnanswered(page: Page): Promise<void> {
  const notKnown = page.getByRole('alert').filter({ hasText: 'it is not known whether this was done' });
  const count = async () => {
    // A network that comes back ends the pauses.
    await page.evaluate('dispatchEvent(new Event("online"))');
    return notKnown.count();
  };
  await expect.poll(count).toBe(1);
}

/** Chooses a picture of one person, and waits until the page has looked at it. */
async function choosePicture(page: Page, name: string, picture: Buffer): Promise<void> {
  await page.locator('input[type=file]').setInputFiles([fileOf(name, picture)]);
  await page.getByText('One face found.').waitFor();
}

/** Tells if the browser would ask before the page is loaded again. */
function asksBeforeReload(page: Page): Promise<boolean> {
  return page.evaluate('!dispatchEvent(new Event("beforeunload", { cancelable: true }))');
}

/** Tests that nothing which was written, chosen or sent goes from a page without a word. */
export function describeDrafts(setup: () => ConsoleSetup): void {
  const merge = async (from: number, into: number) => {
    const body = { entry_id: from };
    const { status } = await setup().api.sendJson('POST', `/api/v1/blacklist/${into}/merge`, body);
    expect(status).toBe(200);
  };

  it('lets nobody forget a listing without its answer, and leads to who is listed', async () => {
    const name = newName();
    await using visit = await setup().visit('#/blacklist/new', { expected: [/ERR_FAILED/] });
    const { page } = visit;
    await page.getByLabel('Name').fill(name);
    await choosePicture(page, 'her.jpg', setup().pictures.woman);
    const answersAgain = await losesAnswer(page, 'POST', /\/blacklist\/$/, { always: true });
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await isUnanswered(page);
    await answersAgain();
    expect(await asksBeforeReload(page)).toBe(true);

    const startOver = page.getByRole('button', { name: 'Start over' });
    const dialog = page.getByRole('dialog', { name: 'Leave this without its answer?' });
    await startOver.click();
    await dialog.getByText(`No answer came, so ${name} may be listed.`).waitFor();
    await dialog.getByRole('link', { name: `Open ${name}` }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByLabel('Name').inputValue()).toBe(name);
    await startOver.click();
    await dialog.getByRole('button', { name: 'Leave it nevertheless' }).click();
    await expect.poll(() => page.getByLabel('Name').inputValue()).toBe('');
    expect(await asksBeforeReload(page)).toBe(false);
  });

  it('lets nobody forget pictures that may have been added', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit(`#/blacklist/${listed.id}`, { expected: [/ERR_FAILED/] });
    const { page } = visit;
    await choosePicture(page, 'more.jpg', setup().pictures.sameWoman);
    const answersAgain = await losesAnswer(page, 'POST', /\/images$/, { always: true });
    await page.getByRole('button', { name: 'Add 1 picture' }).click();
    await isUnanswered(page);
    await answersAgain();
    expect(await asksBeforeReload(page)).toBe(true);
    await page.getByRole('button', { name: 'Cancel' }).click();
    const dialog = page.getByRole('dialog', { name: 'Leave this without its answer?' });
    await dialog.getByText('they may have been added').waitFor();
    await dialog.getByRole('button', { name: 'Leave it nevertheless' }).click();
    await page.locator('.draft').waitFor({ state: 'detached' });
    // The page tells by itself what became of it.
    await pictureIsShown(page.getByRole('button', { name: 'Look at more.jpg' }));
  });

  it('carries what an editor wrote and chose over to the entry that stays of a merge', async () => {
    const { api, pictures } = setup();
    const [away, staying] = [newName(), newName()];
    const from = await api.list([pictures.woman], { name: away, reason: 'Theft.' });
    const into = await api.list([pictures.sameWoman], { name: staying, reason: 'Assault.' });
    await using visit = await setup().visit(`#/blacklist/${from.id}`, {
      token: editorToken,
      expected: [/404 /],
    });
    const { page } = visit;
    await choosePicture(page, 'more.jpg', pictures.sameWoman);
    await page.getByRole('button', { name: 'Edit' }).click();
    const reason = page.getByRole('dialog').getByLabel('Reason').first();
    await reason.fill('Theft on 3 May.');
    await merge(from.id, into.id);

    const told = `${away} was merged into ${staying}`;
    await page
      .getByRole('alert')
      .filter({ hasText: `${told}, while you wrote.` })
      .waitFor();
    expect(await reason.inputValue()).toBe('Theft on 3 May.');
    await page.getByText('Assault.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: staying }).waitFor();
    await page.waitForURL(`**/#/blacklist/${into.id}`);
    expect(await api.entry(into.id)).toMatchObject({ name: staying, reason: 'Theft on 3 May.' });

    await page
      .getByRole('alert')
      .filter({ hasText: `${told}. The pictures that you chose` })
      .waitFor();
    await page.locator('.draft-name').getByText('more.jpg').waitFor();
    await page.getByRole('button', { name: 'Add 1 picture' }).waitFor();
  });

  it('keeps what was written and chosen for an entry that somebody else deletes', async () => {
    const { api, pictures, listWoman } = setup();
    const listed = await listWoman();
    await using visit = await setup().visit(`#/blacklist/${listed.id}`, {
      token: editorToken,
      expected: [/404 /],
    });
    const { page } = visit;
    await choosePicture(page, 'more.jpg', pictures.sameWoman);
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('Theft on 3 May.');
    await api.delete(listed.id);
    const told = `${listed.name} was deleted, while you wrote.`;
    await dialog.getByRole('alert').filter({ hasText: told }).waitFor();
    expect(await dialog.getByLabel('Reason').inputValue()).toBe('Theft on 3 May.');
    expect(await dialog.getByLabel('Reason').isEditable()).toBe(true);
    expect(await dialog.getByRole('button', { name: 'Save' }).count()).toBe(0);
    await dialog.getByRole('button', { name: 'Cancel' }).click();

    await page.getByText('There is nobody here').waitFor();
    await page.getByRole('alert').filter({ hasText: 'The pictures that you chose were not added' }).waitFor();
    await page.getByRole('button', { name: 'Add person' }).click();
    await page.getByRole('heading', { name: 'Add person' }).waitFor();
    await page.locator('.draft-name').getByText('more.jpg').waitFor();
  });

  it('goes on to the entry that stays with what an admin chose, also where they merge it themselves', async () => {
    const { api, pictures, listWoman } = setup();
    const from = await listWoman();
    const into = await api.list([pictures.sameWoman]);
    await using visit = await setup().visit(`#/blacklist/${from.id}`, { expected: [/404 /] });
    const { page } = visit;
    await choosePicture(page, 'more.jpg', pictures.sameWoman);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Merge' }).click();
    await dialog.getByLabel('Part of the name').fill(into.name);
    await dialog.getByRole('button', { name: into.name }).click();
    await dialog.getByRole('radio', { name: into.name }).check();
    await dialog.getByRole('button', { name: `Merge ${from.name} into ${into.name}` }).click();
    await page.waitForURL(`**/#/blacklist/${into.id}`);
    await page.getByRole('button', { name: 'Add 1 picture' }).click();
    await page.locator('.draft').getByText('Added.').waitFor();
  });

  it('says at last that somebody was deleted whose deletion was not answered at once', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit(`#/blacklist/${listed.id}`, { expected: [/ERR_FAILED/, /404 /] });
    const { page } = visit;
    await losesAnswer(page, 'DELETE', /\/blacklist\/\d+\/$/);
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: `Delete ${listed.name}` }).click();
    const toast = page.locator('.toast').filter({ hasText: listed.name });
    await toast.filter({ hasText: 'It is tried again by itself' }).waitFor();
    await toast.filter({ hasText: `${listed.name} was deleted.` }).waitFor();
    expect(await toast.count()).toBe(1);
    expect(await setup().api.entries()).toEqual([]);
  });

  it('says that a change is not known while no answer comes, and holds the tab meanwhile', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit(`#/blacklist/${listed.id}`, {
      expected: [/ERR_FAILED/, /412 /],
    });
    const { page } = visit;
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Reason').fill('Theft on 3 May.');
    const answersAgain = await losesAnswer(page, 'PATCH', /\/blacklist\/\d+\/$/, { always: true });
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => asksBeforeReload(page)).toBe(true);
    await isUnanswered(page);
    await answersAgain();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`${listed.name} was saved.`).first().waitFor();
    await expect.poll(() => asksBeforeReload(page)).toBe(false);
    expect(await setup().api.entry(listed.id)).toMatchObject({ reason: 'Theft on 3 May.', version: 2 });
  });

  it('tells whoever takes a listing back that somebody else has merged the entry', async () => {
    const { api, pictures, listWoman } = setup();
    const name = newName();
    await using visit = await setup().visit('#/blacklist/new', { expected: [/404 /], isPatient: true });
    const { page } = visit;
    await page.getByLabel('Name').fill(name);
    await choosePicture(page, 'her.jpg', pictures.sameWoman);
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
    const into = await listWoman();
    const [from] = (await api.entries()).filter((entry) => entry.name === name);
    await merge(from?.id ?? 0, into.id);
    await page.waitForURL(`**/#/blacklist/${into.id}`);
    await page.getByRole('button', { name: 'Undo' }).click();
    const told = `${name} was merged into ${into.name}.`;
    await page.locator('.toast').filter({ hasText: told }).waitFor();
    expect(await api.entries()).toMatchObject([{ id: into.id, suspended: false }]);
  });
}

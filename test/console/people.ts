import { expect, it } from 'vitest';
import { pictureOfNothing } from '../api/pictures.ts';
import { newName } from '../suites/api/client.ts';
import { type ConsoleSetup, fileOf, focusIsOn, pictureIsShown } from './setup.ts';

/** Tests listing people, and changing who is listed. */
export function describePeople(setup: () => ConsoleSetup): void {
  it('shows how to begin where nobody is listed', async () => {
    await using visit = await setup().visit('#/blacklist', { service: 'empty' });
    const { page } = visit;
    await page.getByRole('heading', { name: 'Nobody is listed yet' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Add person' }).first().click();
    await page.getByRole('heading', { name: 'Add person' }).waitFor();
    await focusIsOn(page, 'Add person');
  });

  it('lists a person by several files, with a verdict on each, and leads to the person', async () => {
    const { woman, group } = setup().pictures;
    const name = newName();
    await using visit = await setup().visit('#/blacklist/new', { expected: [/400 \(Bad Request\)/] });
    const { page } = visit;
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Reason').fill('Banned for life.');
    await page
      .locator('input[type=file]')
      .setInputFiles([
        fileOf('alone.jpg', woman),
        fileOf('group.jpg', group),
        fileOf('nobody.jpg', await pictureOfNothing()),
        fileOf('letter.txt', Buffer.from('Dear Sir or Madam')),
      ]);
    const draft = (file: string) => page.getByRole('listitem').filter({ hasText: file });
    await draft('alone.jpg').getByText('One face found.').waitFor();
    await draft('group.jpg')
      .getByText(/\d faces found. The largest, marked/)
      .waitFor();
    await draft('nobody.jpg').getByText('No face found').waitFor();
    await draft('letter.txt').getByText('Cannot be used.').waitFor();
    expect(await draft('group.jpg').locator('rect.counts').count()).toBe(1);
    expect(await draft('group.jpg').locator('rect.other').count()).toBeGreaterThan(1);

    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await page
      .getByText(`${name} is listed, with 2 pictures; 1 picture could not be used.`)
      .first()
      .waitFor();
    await draft('alone.jpg').getByText('Added.').waitFor();
    await draft('group.jpg')
      .getByText(/It shows \d faces; the largest was enrolled/)
      .waitFor();
    await draft('nobody.jpg').getByText('Not taken.').waitFor();
    await page.getByRole('link', { name: `Open ${name}` }).click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
    await page.getByText('Banned for life.').waitFor();
    await pictureIsShown(page.getByRole('button', { name: 'Look at alone.jpg' }));
    expect(await setup().api.entries()).toMatchObject([{ name, reason: 'Banned for life.', image_count: 2 }]);
  });

  it('warns of somebody who looks like a person who is listed, and of a name that is taken', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/blacklist/new', { expected: [/409 \(Conflict\)/] });
    const { page } = visit;
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await page.getByText('A name is needed.').waitFor();
    await page.getByLabel('Name').fill(listed.name);
    await page.locator('input[type=file]').setInputFiles([fileOf('again.jpg', setup().pictures.sameWoman)]);
    await page.getByText('One face found.').waitFor();
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await page.getByText('Somebody is listed under this name already.').waitFor();
    await page.locator('input[type=text]:focus').waitFor();

    await page.getByLabel('Name').fill(listed.name.toUpperCase());
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    const alike = `Entry ${listed.id} has the same name but for case and accents: '${listed.name}'.`;
    await page.getByRole('alert').filter({ hasText: alike }).waitFor();
    const warning = page.getByRole('alert').filter({ hasText: 'This may be somebody who is listed already' });
    await warning.getByRole('link', { name: listed.name }).waitFor();
  });

  it('finds people by a part of their name, whatever its accents', async () => {
    const listed = await setup().listWoman(`Zoë ${newName()}`);
    await using visit = await setup().visit('#/blacklist');
    const { page } = visit;
    await page.getByLabel('Search by name').fill('zoe');
    await page.getByRole('link', { name: listed.name }).waitFor();
    await pictureIsShown(page.getByRole('listitem').filter({ hasText: listed.name }));
    expect(await page.getByRole('main').getByRole('listitem').count()).toBe(1);
    await page.getByLabel('Search by name').fill('nobody is called so');
    await page.getByRole('heading', { name: /^Nobody is called/ }).waitFor();
  });

  it('changes name and reason, and warns of a name that is nearly the same', async () => {
    const listed = await setup().listWoman();
    const other = await setup().listWoman(`${listed.name} ii`);
    await using visit = await setup().visit(`#/blacklist/${listed.id}`);
    const { page } = visit;
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill(`${listed.name} II`);
    await dialog.getByLabel('Reason').fill('');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: `${listed.name} II` }).waitFor();
    expect(await setup().api.entry(listed.id)).toMatchObject({ name: `${listed.name} II`, reason: null });
    const alike = `Entry ${other.id} has the same name but for case and accents: '${other.name}'.`;
    await page.getByRole('alert').filter({ hasText: alike }).waitFor();
    // The focus is back where the dialog came from.
    await focusIsOn(page, 'Edit');
  });

  it('adds pictures and removes them, but never the last', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit(`#/blacklist/${listed.id}`);
    const { page } = visit;
    await page.getByText('The last picture cannot be removed.').waitFor();
    expect(await page.getByRole('button', { name: 'Remove 1.jpg' }).isDisabled()).toBe(true);
    await page.locator('input[type=file]').setInputFiles([fileOf('second.jpg', setup().pictures.sameWoman)]);
    await page.getByText('One face found.').waitFor();
    await page.getByRole('button', { name: 'Add 1 picture' }).click();
    await pictureIsShown(page.getByRole('button', { name: 'Look at second.jpg' }));

    await page.getByRole('button', { name: 'Look at second.jpg' }).click();
    await page.getByRole('dialog').getByText('Sharpness').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'The face that counts' }).waitFor();
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Remove 1.jpg' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove 1.jpg' }).click();
    await page.getByRole('button', { name: 'Look at 1.jpg' }).waitFor({ state: 'detached' });
    await page.getByText('The last picture cannot be removed.').waitFor();
    expect((await setup().api.entry(listed.id)).image_count).toBe(1);
  });

  it('deletes a person once that is confirmed by name', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit(`#/blacklist/${listed.id}`);
    const { page } = visit;
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: `Delete ${listed.name}?` });
    await dialog.getByText('This cannot be undone.').waitFor();
    // Enter presses Cancel, and so changes nothing.
    await focusIsOn(page, 'Cancel');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect((await setup().api.entry(listed.id)).id).toBe(listed.id);

    await page.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: `Delete ${listed.name}` }).click();
    await page.getByRole('heading', { name: 'Blacklist' }).waitFor();
    expect(await setup().api.entries()).toEqual([]);
  });
}

import { expect, it } from 'vitest';
import { cropFace, pictureOfNothing } from '../api/pictures.ts';
import { newName } from '../suites/api/client.ts';
import {
  type ConsoleSetup,
  deskToken,
  editorToken,
  fileOf,
  fitsWindow,
  focusIsOn,
  isSpokenOn,
  losesAnswer,
  pictureIsShown,
  placeOf,
  placesOf,
  withUnknownRole,
} from './setup.ts';

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
      .getByText(/\d faces found. Choose the one that is meant./)
      .waitFor();
    await draft('nobody.jpg').getByText('No face found').waitFor();
    await draft('letter.txt').getByText('Cannot be used.').waitFor();
    const add = page.getByRole('button', { name: 'Add to the blacklist' });
    await add.click();
    await page.getByText('group.jpg shows several faces. Choose the one that is meant.').waitFor();
    expect(await setup().api.entries()).toEqual([]);

    await page.getByRole('button', { name: 'Face 3 of group.jpg' }).click();
    await add.click();
    // The face in the group is somebody else's.
    const dialog = page.getByRole('dialog', { name: 'Look twice before this is kept' });
    await dialog.getByText('group.jpg,').waitFor();
    expect(await setup().api.entries()).toEqual([]);
    await dialog.getByRole('button', { name: `List ${name} nevertheless` }).click();
    await page
      .getByText(`${name} is listed, with 2 pictures; 1 picture could not be used.`)
      .first()
      .waitFor();
    await draft('alone.jpg').getByText('Added.').waitFor();
    await draft('group.jpg').getByText('Added.').waitFor();
    await draft('nobody.jpg').getByText('Not taken.').waitFor();
    await page.getByRole('link', { name: `Open ${name}` }).click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
    await page.getByText('Banned for life.').waitFor();
    await pictureIsShown(page.getByRole('button', { name: 'Look at alone.jpg' }));
    const [entry] = await setup().api.entries();
    expect(entry).toMatchObject({ name, reason: 'Banned for life.', image_count: 2 });
    // The chosen face was enrolled, and not the largest.
    const { faces } = await setup().api.process(group);
    const matched = faces.filter((face) => face.blacklist_matches.length > 0);
    expect(matched.map((face) => face.blacklist_matches[0]?.entry.id)).toEqual([entry?.id]);
    expect(matched[0]?.face_index).toBeGreaterThan(0);
  });

  it('names whom a face looks like before anybody is listed, and leads to them with the pictures', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/blacklist/new');
    const { page } = visit;
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await page.getByText('A name is needed.').waitFor();
    await page.getByLabel('Name').fill(newName());
    await page.locator('input[type=file]').setInputFiles([fileOf('again.jpg', setup().pictures.sameWoman)]);
    await page.getByText('Looks like').waitFor();
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    const dialog = page.getByRole('dialog', { name: 'Look twice before this is kept' });
    await dialog.getByRole('link', { name: listed.name }).waitFor();
    // The listed face stands beside the chosen one.
    for (const side of [0, 1]) await pictureIsShown(dialog.getByRole('figure').nth(side));
    await dialog.getByRole('img', { name: `Listed picture of ${listed.name}` }).waitFor();
    expect(await setup().api.entries()).toHaveLength(1);
    await dialog.getByRole('button', { name: `Add the pictures to ${listed.name}` }).click();
    await page.getByRole('heading', { name: listed.name }).waitFor();
    await page.getByRole('button', { name: 'Add 1 picture' }).click();
    await pictureIsShown(page.getByRole('button', { name: 'Look at again.jpg' }));
    expect(await setup().api.entries()).toMatchObject([{ id: listed.id, image_count: 2 }]);
  });

  it('takes a listing back for some seconds', async () => {
    const name = newName();
    const viewport = { width: 380, height: 800 };
    await using visit = await setup().visit('#/blacklist/new', { viewport, isPatient: true });
    const { page } = visit;
    await page.getByLabel('Name').fill(name);
    await page.locator('input[type=file]').setInputFiles([fileOf('her.jpg', setup().pictures.woman)]);
    await page.getByText('One face found.').waitFor();
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
    expect(await setup().api.entries()).toMatchObject([{ name }]);
    const undo = page.getByRole('button', { name: 'Undo' });
    await undo.waitFor();
    await isSpokenOn(page, `${name} is listed`);
    // The page makes room for the sentence, which hides nothing of it, wherever the page is scrolled to.
    for (const by of [0, 120]) {
      await page.evaluate(`scrollBy(0, ${by})`);
      const room = async () => {
        const start = (await placeOf(page.getByRole('main'))).top + Number(await page.evaluate('scrollY'));
        return start - Math.round((await placeOf(page.locator('.notices'))).bottom);
      };
      // The page makes room in whole pixels.
      await expect.poll(room).toBeCloseTo(0, 0);
    }
    await undo.click();
    await page.getByText(`${name} is no longer listed.`).first().waitFor();
    expect(await setup().api.entries()).toEqual([]);
    await page.getByRole('heading', { name: 'Blacklist' }).waitFor();
  });

  it('asks again for the lost answer of a listing, and lists nobody twice or untold', async () => {
    const name = newName();
    await using visit = await setup().visit('#/blacklist/new', {
      isPatient: true,
      expected: [/ERR_FAILED/, /404 /],
    });
    const { page } = visit;
    await page.getByLabel('Name').fill(name);
    await page.locator('input[type=file]').setInputFiles([fileOf('her.jpg', setup().pictures.woman)]);
    await page.getByText('One face found.').waitFor();
    await losesAnswer(page, 'POST', /\/blacklist\/$/);
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
    expect(await setup().api.entries()).toMatchObject([{ name, image_count: 1 }]);
    // So may the answer to Undo be lost.
    await losesAnswer(page, 'DELETE', /\/blacklist\/\d+\/$/);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(`${name} is no longer listed.`).first().waitFor();
    expect(await setup().api.entries()).toEqual([]);
  });

  it('says that a listing is not known while no answer comes, and asks for it first', async () => {
    const name = newName();
    await using visit = await setup().visit('#/blacklist/new', { expected: [/ERR_FAILED/, /403 /] });
    const { page } = visit;
    await page.getByLabel('Name').fill(name);
    await page.locator('input[type=file]').setInputFiles([fileOf('her.jpg', setup().pictures.woman)]);
    await page.getByText('One face found.').waitFor();
    const answersAgain = await losesAnswer(page, 'POST', /\/blacklist\/$/, { always: true });
    const add = page.getByRole('button', { name: 'Add to the blacklist' });
    await add.click();
    await page.getByText('No answer came. The service is asked again').waitFor();
    const notKnown = page.getByRole('alert').filter({ hasText: 'it is not known whether this was done' });
    await expect
      .poll(async () => {
        // A network that comes back ends the pauses.
        await page.evaluate('dispatchEvent(new Event("online"))');
        return notKnown.count();
      })
      .toBe(1);
    await page.getByText('No answer came: it may have been added.').waitFor();
    expect(await page.getByLabel('Name').isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Leave her.jpg out' }).count()).toBe(0);
    await answersAgain();
    // A refusal of another kind does not tell if the first request was done.
    const isListing = (url: URL) => url.pathname.endsWith('/blacklist/');
    await page.route(isListing, (route) => route.fulfill({ status: 403, json: {} }), { times: 1 });
    await add.click();
    await expect.poll(() => add.isEnabled()).toBe(true);
    await notKnown.waitFor();
    await page.getByText('No answer came: it may have been added.').waitFor();
    await add.click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    expect(await setup().api.entries()).toMatchObject([{ name, image_count: 1 }]);
  });

  it('tells what is true where the answer to an addition, a change or a removal is lost', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit(`#/blacklist/${listed.id}`, {
      expected: [/ERR_FAILED/, /412 /, /404 /],
    });
    const { page } = visit;
    await page.locator('input[type=file]').setInputFiles([fileOf('more.jpg', setup().pictures.sameWoman)]);
    await page.getByText('One face found.').waitFor();
    await losesAnswer(page, 'POST', /\/images$/);
    await page.getByRole('button', { name: 'Add 1 picture' }).click();
    await page.getByText('1 picture added.').first().waitFor();
    await pictureIsShown(page.getByRole('button', { name: 'Look at more.jpg' }));
    expect(await setup().api.entries()).toMatchObject([{ image_count: 2 }]);

    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Reason').fill('Theft on 3 May.');
    await losesAnswer(page, 'PATCH', /\/blacklist\/\d+\/$/);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`${listed.name} was saved.`).first().waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('Theft on 3 May.').waitFor();

    await page.getByRole('button', { name: 'Remove more.jpg' }).click();
    await losesAnswer(page, 'DELETE', /\/images\/[^/]+$/);
    await page.getByRole('dialog').getByRole('button', { name: 'Remove more.jpg' }).click();
    await page.getByText('more.jpg was removed.').first().waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await setup().api.entries()).toMatchObject([{ image_count: 1, reason: 'Theft on 3 May.' }]);
  });

  it('compares anew with those who were listed since the look, and only then', async () => {
    const { api, pictures, listWoman } = setup();
    await using visit = await setup().visit('#/blacklist/new');
    const { page } = visit;
    const looks: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/process-images')) looks.push(request.url());
    });
    const name = newName();
    await page.getByLabel('Name').fill(name);
    await page.locator('input[type=file]').setInputFiles([fileOf('her.jpg', pictures.sameWoman)]);
    await page.getByText('One face found.').waitFor();
    expect(looks).toHaveLength(1);
    const listed = await listWoman();
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    const dialog = page.getByRole('dialog', { name: 'Look twice before this is kept' });
    await dialog.getByRole('link', { name: listed.name }).waitFor();
    expect(looks).toHaveLength(2);
    // The question may stay open for long, too.
    const other = await listWoman();
    const nevertheless = dialog.getByRole('button', { name: `List ${name} nevertheless` });
    await nevertheless.click();
    await dialog.getByRole('link', { name: other.name }).waitFor();
    expect(looks).toHaveLength(3);
    expect(await api.entries()).toHaveLength(2);
    await nevertheless.click();
    await page.getByRole('main').getByText(`${name} is listed`).waitFor();
    expect(looks).toHaveLength(3);
  });

  it('looks again by itself once the service answers, or at all pictures at once', async () => {
    const { woman, sameWoman, withWoman } = setup().pictures;
    await using visit = await setup().visit('#/blacklist/new', { expected: [/ERR_FAILED/, /500 /] });
    const { page } = visit;
    let answers: 'none' | 'failure' | 'all' = 'none';
    await page.route('**/process-images', (route) => {
      if (answers === 'none') return route.abort();
      return answers === 'failure' ? route.fulfill({ status: 500, json: {} }) : route.continue();
    });
    const drafts = page.locator('.draft');
    const choose = (...files: [string, Buffer][]) =>
      page.locator('input[type=file]').setInputFiles(files.map((file) => fileOf(...file)));
    await choose(['1.jpg', woman], ['2.jpg', sameWoman]);
    await drafts.getByText('It is tried again by itself').first().waitFor();
    answers = 'all';
    await expect.poll(() => drafts.getByText('One face found.').count()).toBe(2);

    answers = 'failure';
    await choose(['3.jpg', woman], ['4.jpg', withWoman]);
    await expect.poll(() => drafts.getByText('The face could not be looked for.').count()).toBe(2);
    await page.getByLabel('Name').fill(newName());
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await page.getByRole('alert').filter({ hasText: 'In 2 pictures the face could not be' }).waitFor();
    expect(await setup().api.entries()).toEqual([]);
    answers = 'all';
    await page.getByRole('button', { name: 'Look again at all' }).click();
    await expect.poll(() => drafts.getByText('One face found.').count()).toBe(3);
    await drafts.getByText('3 faces found.').waitFor();
  });

  it('suspends by Undo for an editor, who may not delete', async () => {
    const name = newName();
    await using visit = await setup().visit('#/blacklist/new', { token: editorToken });
    const { page } = visit;
    await page.getByLabel('Name').fill(name);
    await page.locator('input[type=file]').setInputFiles([fileOf('her.jpg', setup().pictures.woman)]);
    await page.getByText('One face found.').waitFor();
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(`${name} is suspended, so nobody matches the entry.`).first().waitFor();
    await page.getByText('Suspended: nobody matches this entry').waitFor();
    await page.getByText('Suspend the entry, and ask an admin to remove the picture.').waitFor();
    expect(await setup().api.entries()).toMatchObject([{ name, suspended: true, updated_by: 'clerk' }]);
    const { faces } = await setup().api.process(setup().pictures.sameWoman);
    expect(faces.map((face) => face.blacklist_matches)).toEqual([[]]);
  });

  it('takes back the listing of somebody who may be listed already, and keeps what was entered', async () => {
    const listed = await setup().listWoman();
    const name = newName();
    await using visit = await setup().visit('#/blacklist/new', { isPatient: true });
    const { page } = visit;
    await page.getByLabel('Name').fill(name);
    await page.locator('input[type=file]').setInputFiles([fileOf('again.jpg', setup().pictures.sameWoman)]);
    await page.getByText('One face found.').waitFor();
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await page.getByRole('button', { name: `List ${name} nevertheless` }).click();
    await page.getByRole('main').getByText(`${name} is listed`).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(`${name} is no longer listed.`).first().waitFor();
    expect(await setup().api.entries()).toMatchObject([{ id: listed.id }]);
    await page.getByRole('main').getByText(`${name} is listed`).waitFor({ state: 'detached' });
    await expect.poll(() => page.getByLabel('Name').inputValue()).toBe(name);
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await page.getByRole('button', { name: `List ${name} nevertheless` }).waitFor();
  });

  it('tells that a name is taken, and of one that is nearly the same', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/blacklist/new', { expected: [/409 \(Conflict\)/] });
    const { page } = visit;
    const list = async (name: string) => {
      await page.getByLabel('Name').fill(name);
      await page.getByRole('button', { name: 'Add to the blacklist' }).click();
      await page.getByRole('button', { name: `List ${name} nevertheless` }).click();
    };
    await page.locator('input[type=file]').setInputFiles([fileOf('again.jpg', setup().pictures.sameWoman)]);
    await page.getByText('One face found.').waitFor();
    await list(listed.name);
    await page.getByText('Somebody is listed under this name already.').waitFor();
    await page.locator('input[type=text]:focus').waitFor();
    await list(listed.name.toUpperCase());
    const alike = `Entry ${listed.id} has the same name but for case and accents: '${listed.name}'.`;
    await page.getByRole('alert').filter({ hasText: alike }).waitFor();
  });

  it('tells of an entry out of force to whoever looks for its name, or lists the person again', async () => {
    const listed = await setup().listWoman(`Zoë ${newName()}`);
    await setup().api.patch(listed.id, { expires_at: '2020-01-01T00:00:00Z' });
    await using visit = await setup().visit('#/blacklist', { expected: [/409 \(Conflict\)/] });
    const { page } = visit;
    await page.getByLabel('Search names, reasons and notes').fill(listed.name);
    await page.getByRole('heading', { name: /^Nobody fits/ }).waitFor();
    await page.getByRole('button', { name: 'Expired entries that fit: 1' }).click();
    await page.getByRole('link', { name: listed.name }).waitFor();

    await page.getByRole('link', { name: 'Add person' }).click();
    await page.locator('input[type=file]').setInputFiles([fileOf('again.jpg', setup().pictures.sameWoman)]);
    await page.getByText('One face found.').waitFor();
    await page.getByLabel('Name').fill(listed.name);
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    await page.getByRole('button', { name: `List ${listed.name} nevertheless` }).click();
    const taken = page.getByRole('alert').filter({ hasText: 'it is suspended or has expired' });
    await taken.getByRole('link', { name: `Open ${listed.name}` }).waitFor();
    const name = listed.name.toUpperCase();
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Add to the blacklist' }).click();
    const asked = page.getByRole('dialog');
    await asked.getByText('Nearly this name stands in an entry').waitFor();
    // The face is that of the expired entry, too.
    for (const link of [0, 1]) await asked.getByRole('link', { name: listed.name }).nth(link).waitFor();
    await asked.getByRole('button', { name: `List ${name} nevertheless` }).click();
    // The answer tells it again, besides the picture.
    await page.getByRole('alert').getByText('suspended or expired: nobody matches').waitFor();
  });

  it('names a suspended person whom a face looks like before anybody is listed, or gets the picture', async () => {
    const { api, pictures, listWoman } = setup();
    const suspended = await listWoman(`Zoë ${newName()}`);
    await api.patch(suspended.id, { suspended: true });
    const [, other] = (await api.detect(pictures.group)).map((face) => face.facial_area);
    if (!other) throw new Error('The group shows fewer faces.');
    const somebody = await api.list([await cropFace(pictures.group, other)]);
    await using visit = await setup().visit('#/blacklist/new');
    const { page } = visit;
    const isAsked = async (action: string) => {
      await page.locator('input[type=file]').setInputFiles([fileOf('again.jpg', pictures.sameWoman)]);
      await page.getByText('Looks like').waitFor();
      await page.locator('.draft-alike').getByText('suspended or expired: nobody matches').waitFor();
      await page.getByRole('button', { name: action }).click();
      const dialog = page.getByRole('dialog', { name: 'Look twice before this is kept' });
      await dialog.getByText('This may be somebody who is listed already:').waitFor();
      await dialog.getByText('suspended or expired: nobody matches').waitFor();
      await dialog.getByRole('img', { name: `Listed picture of ${suspended.name}` }).waitFor();
      return dialog;
    };
    await page.getByLabel('Name').fill(newName());
    const dialog = await isAsked('Add to the blacklist');
    await dialog.getByRole('button', { name: 'Back' }).click();
    await page.goto(`${setup().url}/console/#/blacklist/${somebody.id}`);
    await page.getByRole('heading', { name: somebody.name }).waitFor();
    await isAsked('Add 1 picture');
    expect(await api.entries()).toMatchObject([{ id: suspended.id, image_count: 1 }, { image_count: 1 }]);
    await dialog.getByRole('button', { name: `Add the pictures to ${suspended.name}` }).click();
    await page.getByRole('heading', { name: suspended.name }).waitFor();
  });

  it('finds people by a part of their name, whatever its accents', async () => {
    const listed = await setup().listWoman(`Zoë ${newName()}`);
    await using visit = await setup().visit('#/blacklist');
    const { page } = visit;
    await page.getByLabel('Search names, reasons and notes').fill('zoe');
    await page.getByRole('link', { name: listed.name }).waitFor();
    await pictureIsShown(page.getByRole('listitem').filter({ hasText: listed.name }));
    await expect.poll(() => page.getByRole('main').getByRole('listitem').count()).toBe(1);
    await page.getByLabel('Search names, reasons and notes').fill('nobody is called so');
    await page.getByRole('heading', { name: /^Nobody fits/ }).waitFor();
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

  it('merges two entries of one person, with a preview, and loses no picture and no warning', async () => {
    const { woman, sameWoman } = setup().pictures;
    const name = newName();
    const kept = await setup().api.list([woman], { name, severity: 'info' });
    const other = await setup().api.list([sameWoman], {
      name: `${name} B`,
      reason: 'ARMED.',
      severity: 'danger',
    });
    const { db_id: seen } = await setup().api.process(setup().pictures.withWoman);
    await using visit = await setup().visit(`#/blacklist/${kept.id}`, {
      expected: [/404 .*\/blacklist\/\d+\/$/, /503 .*\/merge$/],
    });
    const { page } = visit;
    await page.getByRole('button', { name: 'Merge' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Part of the name').fill(`${name} b`);
    await dialog.getByRole('button', { name: `${name} B` }).click();
    await dialog.getByText(/^The faces are 9\d\.\d% alike\.$/).waitFor();
    await dialog.getByText('Taken over from the other entry:').waitFor();
    const taken = (term: string) =>
      dialog.getByRole('definition').and(dialog.locator(`dt:text-is("${term}") + dd`));
    expect(await taken('Reason').innerText()).toBe('ARMED.');
    expect(await taken('Severity').innerText()).toBe('Danger');
    expect(await taken('Notes').innerText()).toBe(`${name} B`);
    // Nothing happens before the answer.
    expect(await setup().api.entries()).toHaveLength(2);
    // A service that had no time for all pictures is asked again.
    let merges = 0;
    await page.route('**/merge', (route) =>
      merges++ === 0 ? route.fulfill({ status: 503, json: { detail: 'No time.' } }) : route.continue(),
    );
    await dialog.getByRole('button', { name: `Merge ${name} B into ${name}` }).click();
    await dialog.waitFor({ state: 'detached' });
    await pictureIsShown(page.getByRole('listitem').filter({ hasText: '1.jpg' }).nth(1));
    await page.getByText('Danger').first().waitFor();
    expect(await setup().api.entries()).toMatchObject([
      { id: kept.id, image_count: 2, severity: 'danger', reason: 'ARMED.', notes: `${name} B` },
    ]);
    // The other's history stays until the remaining entry is erased.
    const historyOf = async () => (await setup().api.page(`?entry_id=${other.id}&limit=1`)).items;
    expect(await historyOf()).toMatchObject([{ db_id: seen, saved_image_path: expect.any(String) }]);
    // A picture of before still names the number that went: its page is that of the entry that stays.
    await page.goto(`${setup().url}/console/#/blacklist/${other.id}`);
    await page.waitForURL(`**/#/blacklist/${kept.id}`);
    await page.getByRole('heading', { name }).waitFor();
    // The page of an entry that somebody else deletes asks for it once more, and is told 404.
    await page.close();
    await setup().api.delete(kept.id);
    expect(await historyOf()).toMatchObject([{ db_id: seen, saved_image_path: null }]);
  });

  it('says in a merge who is suspended, and that the person matches again, in both directions', async () => {
    const { woman, sameWoman } = setup().pictures;
    const name = newName();
    const kept = await setup().api.list([woman], { name });
    const other = await setup().api.list([sameWoman], { name: `${name} B` });
    await setup().api.patch(other.id, { suspended: true });
    await using visit = await setup().visit(`#/blacklist/${kept.id}`, { expected: [/ERR_FAILED/, /404 /] });
    const { page } = visit;
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Merge' }).click();
    await dialog.getByLabel('Part of the name').fill(`${name} b`);
    const choice = dialog.getByRole('button', { name: `${name} B` });
    await choice.getByText('Suspended: nobody matches').waitFor();
    await choice.click();
    const again = dialog.getByText(`${name} B: nobody matches this entry now.`);
    const badge = dialog
      .locator('label')
      .filter({ hasText: `${name} B` })
      .getByText('Suspended: nobody matches');
    await again.waitFor();
    await badge.waitFor();
    await dialog.getByRole('radio', { name: `${name} B` }).check();
    await dialog.getByRole('button', { name: `Merge ${name} into ${name} B` }).waitFor();
    await again.waitFor();
    await badge.waitFor();
    // A merge whose answer is lost is told as done.
    await losesAnswer(page, 'POST', /\/merge$/);
    await dialog.getByRole('button', { name: `Merge ${name} into ${name} B` }).click();
    await page.getByText(`${name} was merged into ${name} B.`).first().waitFor();
    await page.getByRole('heading', { name: `${name} B` }).waitFor();
    expect(await setup().api.entries()).toMatchObject([{ id: other.id, image_count: 2, suspended: false }]);
  });

  it('asks twice before two entries become one whose faces are not alike, and says what that means', async () => {
    const { api, pictures } = setup();
    const [, stranger] = (await api.detect(pictures.group)).map((face) => face.facial_area);
    if (!stranger) throw new Error('The group shows fewer faces.');
    const name = newName();
    const kept = await api.list([pictures.woman], { name });
    await api.list([await cropFace(pictures.group, stranger)], { name: `${name} B` });
    await using visit = await setup().visit(`#/blacklist/${kept.id}`);
    const { page } = visit;
    const merge = page.getByRole('button', { name: `Merge ${name} B into ${name}`, exact: true });
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Merge' }).click();
    await dialog.getByLabel('Part of the name').fill(`${name} b`);
    await dialog.getByRole('button', { name: `${name} B` }).click();
    await dialog.getByText('These do not look like one person:').waitFor();
    await merge.click();
    const asked = page.getByRole('dialog', { name: 'Look twice before this is kept' });
    for (const side of [0, 1]) await pictureIsShown(asked.getByRole('figure').nth(side));
    await asked.getByText(/^These do not look like one person: [\d.]+% alike\.$/).waitFor();
    await asked.getByText(/^Faces count as one person’s from \d\d\.\d% on\. .*strangers/).waitFor();
    await asked.getByText(`is reported as ${name} from then on.`).waitFor();
    await focusIsOn(page, 'Cancel');
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await merge.waitFor();
    expect(await api.entries()).toHaveLength(2);
    await merge.click();
    await asked.getByRole('button', { name: `Merge ${name} B into ${name} nevertheless` }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await api.entries()).toMatchObject([{ id: kept.id, image_count: 2 }]);
  });

  it('shows a merge anew where somebody else has changed or merged an entry meanwhile', async () => {
    const { woman, sameWoman } = setup().pictures;
    const name = newName();
    const kept = await setup().api.list([woman], { name });
    const list = (letter: string) => setup().api.list([sameWoman], { name: `${name} ${letter}` });
    const other = await list('B');
    await using visit = await setup().visit(`#/blacklist/${kept.id}`, {
      viewport: { width: 380, height: 800 },
      expected: [/412/, /404/, /422/],
    });
    const { page } = visit;
    await page.getByRole('button', { name: 'Merge' }).click();
    const dialog = page.getByRole('dialog');
    const choose = async (chosen: string) => {
      await dialog.getByLabel('Part of the name').fill(chosen);
      await dialog.getByRole('button', { name: chosen }).click();
      await dialog.getByText(/^The faces are 9\d\.\d% alike\.$/).waitFor();
    };
    await choose(`${name} B`);
    // The faces are large enough to be compared, side by side.
    const areWide = async () => {
      const places = await placesOf(dialog.locator('.picture'));
      return places.length >= 2 && places.every(({ left, right }) => right - left >= 160);
    };
    await expect.poll(areWide).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    const merge = (letter: string) => dialog.getByRole('button', { name: `Merge ${name} ${letter} into` });
    await setup().api.patch(other.id, { notes: 'Has a twin.' });
    await merge('B').click();
    await dialog.getByText(/^Somebody else has changed one of the entries meanwhile\./).waitFor();
    await dialog.getByText('Has a twin.').waitFor();
    expect(await setup().api.entries()).toHaveLength(2);
    // Also the other way round, before anything was pressed.
    await setup().api.patch(kept.id, { notes: 'Limps.' });
    await dialog.getByRole('radio', { name: `${name} B` }).check();
    await dialog.getByText(/Limps\./).waitFor();
    await dialog.getByText(/^The faces are 9\d\.\d% alike\.$/).waitFor();
    await setup().api.delete(other.id);
    await dialog.getByRole('button', { name: `Merge ${name} into ${name} B` }).click();
    await dialog.getByText(`${name} B is gone:`).waitFor();
    await list('C');
    await choose(`${name} C`);
    await merge('C').click();
    await dialog.waitFor({ state: 'detached' });
    expect(await setup().api.entries()).toMatchObject([{ id: kept.id, image_count: 2 }]);
    // The page may ask for the entry that went.
    await page.getByText('Limps.').waitFor();
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

  it('tells an editor, who can’t take a picture back, to look first, and then what to do', async () => {
    const { api, pictures, listWoman } = setup();
    const listed = await listWoman();
    await using visit = await setup().visit(`#/blacklist/${listed.id}`, { token: editorToken });
    const { page } = visit;
    await page.locator('input[type=file]').setInputFiles([fileOf('again.jpg', pictures.sameWoman)]);
    await page.getByText('Look at the pictures before: only an admin can remove one').waitFor();
    await page.getByRole('button', { name: 'Add 1 picture' }).click();
    const told = page.getByRole('status').filter({ hasText: 'Added: again.jpg. If one shows somebody else' });
    await told.getByText(`it is with ${listed.name}, number ${listed.id}.`).waitFor();
    await told.getByRole('button', { name: `Suspend ${listed.name} until then` }).click();
    await page.getByText('Suspended: nobody matches this entry until that is taken back.').waitFor();
    expect(await told.getByRole('button').count()).toBe(0);
    expect(await api.entry(listed.id)).toMatchObject({ image_count: 2, suspended: true });

    await using admin = await setup().visit(`#/blacklist/${listed.id}`);
    await admin.page.getByRole('button', { name: 'Remove again.jpg' }).waitFor();
    expect(await admin.page.getByText('only an admin').count()).toBe(0);
  });

  it('asks before a picture of somebody else is added', async () => {
    const listed = await setup().listWoman();
    const [, other] = (await setup().api.detect(setup().pictures.group)).map((face) => face.facial_area);
    if (!other) throw new Error('The group shows fewer faces.');
    await using visit = await setup().visit(`#/blacklist/${listed.id}`);
    const { page } = visit;
    const file = fileOf('other.jpg', await cropFace(setup().pictures.group, other));
    await page.locator('input[type=file]').setInputFiles([file]);
    await page.getByText('One face found.').waitFor();
    await page.getByRole('button', { name: 'Add 1 picture' }).click();
    const dialog = page.getByRole('dialog', { name: 'Look twice before this is kept' });
    await dialog.getByText('A picture does not look like the person’s others:').waitFor();
    for (const side of [0, 1]) await pictureIsShown(dialog.getByRole('figure').nth(side));
    await dialog.getByRole('button', { name: 'Back' }).click();
    expect((await setup().api.entry(listed.id)).image_count).toBe(1);
  });

  it('shows and changes what a person means for whoever must act', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/blacklist');
    const { page } = visit;
    await page.goto(`${setup().url}/console/#/blacklist/${listed.id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Severity').selectOption('Danger');
    await page.getByLabel('Category').fill('shoplifting');
    await page.getByLabel('Banned until').fill('2035-05-04');
    await page.getByLabel('Notes').fill('Do not approach.\nCall 4411.');
    // A key or a press beside it may be a mistake.
    const question = page.getByRole('dialog', { name: 'Leave without saving?' });
    const leaves = [() => page.keyboard.press('Escape'), () => page.mouse.click(3, 3)];
    // A press that begins or ends inside chooses text.
    const { x = 0, y = 0 } = (await page.getByLabel('Category').boundingBox()) ?? {};
    await page.mouse.move(x + 20, y + 10);
    await page.mouse.down();
    await page.mouse.move(3, 3);
    await page.mouse.up();
    await page.mouse.down();
    await page.mouse.move(x + 20, y + 10);
    await page.mouse.up();
    expect(await question.count()).toBe(0);
    for (const leave of leaves) {
      await leave();
      await question.getByRole('button', { name: 'Cancel' }).click();
      await question.waitFor({ state: 'detached' });
      expect(await page.getByLabel('Category').inputValue()).toBe('shoplifting');
    }
    const edited = page.url();
    for (let times = 0; times < 2; times++) {
      await page.evaluate('history.back()');
      await question.getByRole('button', { name: 'Cancel' }).click();
      await question.waitFor({ state: 'detached' });
      expect(page.url()).toBe(edited);
      expect(await page.getByLabel('Category').inputValue()).toBe('shoplifting');
    }
    for (const state of ['visible', 'detached', 'visible', 'detached'] as const) {
      await page.keyboard.press('Escape');
      await question.waitFor({ state });
      await page.getByLabel('Category').waitFor();
    }
    await page.getByRole('button', { name: 'Save' }).click();
    const about = page.getByRole('region', { name: 'About the person' });
    await about.getByText('Danger').waitFor();
    await about.getByText('Banned until 4 May 2035').waitFor();
    await expect.poll(() => about.innerText()).toContain('Do not approach.\nCall 4411.');
    expect(await setup().api.entry(listed.id)).toMatchObject({
      severity: 'danger',
      category: 'shoplifting',
      reason: 'Banned for life.',
      notes: 'Do not approach.\nCall 4411.',
    });

    // Nothing is asked of whoever has changed nothing.
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Notes').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Notes').fill('Not this.');
    await page.keyboard.press('Escape');
    await question.getByRole('button', { name: 'Leave it nevertheless' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Notes').fill('Nor this.');
    await page.evaluate('history.back()');
    await question.getByRole('button', { name: 'Leave it nevertheless' }).click();
    await page.waitForURL('**/#/blacklist');
    await page.getByRole('heading', { name: 'Blacklist', level: 1 }).waitFor();
    await page.evaluate('history.forward()');
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel(/^Suspended/).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await about.getByText(/^Suspended: nobody matches this entry/).waitFor();
    await page.getByRole('link', { name: 'Blacklist', exact: true }).first().click();
    await page.getByRole('heading', { name: 'Blacklist', level: 1 }).waitFor();
    await page.getByRole('main').getByText('Suspended').waitFor();
  });

  it('shows both texts where somebody else has saved the entry meanwhile', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit(`#/blacklist/${listed.id}`, {
      expected: [/412 \(Precondition Failed\)/],
    });
    const { page } = visit;
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Reason').fill('Theft on 3 May.');
    await page.getByLabel('Category').fill('shoplifting');
    await setup().api.patch(listed.id, { reason: 'ARMED, do not approach.', severity: 'danger' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: 'while you wrote' }).waitFor();
    await page.getByRole('dialog').getByText('ARMED, do not approach.').waitFor();
    await page.getByText('Severity: as somebody else has saved it meanwhile.').waitFor();
    expect(await page.getByText(/: as somebody else has saved it meanwhile\.$/).count()).toBe(1);
    await expect.poll(() => page.getByLabel('Reason').first().inputValue()).toBe('Theft on 3 May.');
    expect(await setup().api.entry(listed.id)).toMatchObject({ reason: 'ARMED, do not approach.' });

    await page.getByRole('button', { name: 'Take their reason' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await setup().api.entry(listed.id)).toMatchObject({
      reason: 'ARMED, do not approach.',
      severity: 'danger',
      category: 'shoplifting',
    });
  });

  it('deletes a person once that is confirmed by name, and can take it back', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit(`#/blacklist/${listed.id}`, { isPatient: true });
    const { page } = visit;
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: `Delete ${listed.name}?` });
    await dialog.getByText('this cannot be undone.').waitFor();
    // Enter presses Cancel, and so changes nothing.
    await focusIsOn(page, 'Cancel');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect((await setup().api.entry(listed.id)).id).toBe(listed.id);

    const confirm = async () => {
      await page.getByRole('button', { name: 'Delete' }).click();
      await dialog.getByRole('button', { name: `Delete ${listed.name}` }).click();
      await page.getByRole('heading', { name: 'Blacklist' }).waitFor();
      await page.getByRole('heading', { name: 'Nobody is listed yet' }).waitFor();
    };
    await confirm();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: listed.name }).click();
    await page.getByRole('heading', { name: listed.name }).waitFor();
    expect((await setup().api.entry(listed.id)).id).toBe(listed.id);

    await confirm();
    // Whoever leaves the page wants it to happen.
    await page.reload();
    await expect.poll(() => setup().api.entries()).toEqual([]);
  });

  it('reads and draws more than 1,000 people in parts, as the list is scrolled, and each once', async () => {
    const listed = await setup().listWoman();
    const total = 1_203;
    const all = Array.from({ length: total }, (_, index) => ({
      ...listed,
      id: index + 1,
      name: `Person ${index + 1}`,
    }));
    await using visit = await setup().visit('#/status');
    const { page } = visit;
    // The line is slow: nobody's picture comes before the end of the list is in sight.
    const atEnd = Promise.withResolvers<void>();
    const asked: string[] = [];
    await page.route('**/images/cover**', async (route) => {
      asked.push(route.request().url());
      await atEnd.promise;
      await route
        .fulfill({ body: Buffer.from(setup().pictures.woman), contentType: 'image/jpeg' })
        .catch(() => {});
    });
    const limits: number[] = [];
    await page.route('**/api/v1/blacklist/?*', (route) => {
      const wanted = new URL(route.request().url()).searchParams;
      const [limit, offset] = [Number(wanted.get('limit')), Number(wanted.get('offset'))];
      limits.push(limit);
      const headers = { 'X-Total-Count': String(total) };
      return route.fulfill({ json: all.slice(offset, offset + limit), headers });
    });
    await page.getByRole('link', { name: 'Blacklist', exact: true }).click();
    await page.getByText('1,203 people listed').waitFor();
    const cards = page.locator('.cards > li');
    await cards.first().waitFor();
    expect(await cards.count()).toBe(48);
    while ((await cards.count()) < total) {
      const before = await cards.count();
      await page.evaluate('scrollTo(0, document.body.scrollHeight)');
      await cards.nth(before).waitFor({ state: 'attached' });
    }
    await expect.poll(async () => new Set(await cards.getByRole('heading').allInnerTexts()).size).toBe(total);
    expect(await page.getByRole('button', { name: /^Show more/ }).count()).toBe(0);
    await cards.last().scrollIntoViewIfNeeded();
    atEnd.resolve();
    await pictureIsShown(cards.last());
    // Those that were passed are not fetched.
    expect(new Set(asked).size).toBeLessThan(200);
    // The service gives no larger page.
    expect(Math.max(...limits)).toBe(1_000);
    expect(limits.length).toBeLessThan(15);
  });

  it('prints a person with picture, reason and notes, and nothing that can be pressed', async () => {
    const listed = await setup().listWoman();
    await setup().api.patch(listed.id, { severity: 'danger', notes: 'Do not approach alone.' });
    await using visit = await setup().visit(`#/blacklist/${listed.id}`);
    const { page } = visit;
    await pictureIsShown(page.getByRole('button', { name: 'Look at 1.jpg' }));
    await page.getByRole('button', { name: 'Print' }).waitFor();
    await page.emulateMedia({ media: 'print' });
    const shown = [
      page.getByRole('heading', { name: listed.name }),
      page.getByText('Banned for life.'),
      page.getByText('Do not approach alone.'),
      page.getByText('Danger'),
      page.locator('.references-grid img').first(),
    ];
    for (const part of shown) await part.waitFor();
    for (const name of ['Print', 'Edit', 'Delete', 'Merge', 'Choose pictures', 'Remove 1.jpg']) {
      await page.getByRole('button', { name }).first().waitFor({ state: 'hidden' });
    }
    await page.getByRole('navigation').first().waitFor({ state: 'hidden' });
    await fitsWindow(page);
  });

  it('shows nobody what their role may not do, also before the role is known', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/blacklist', { token: deskToken });
    const { page } = visit;
    const roleIsKnown = await withUnknownRole(page);
    await page.getByRole('link', { name: listed.name }).click();
    await pictureIsShown(page.getByRole('button', { name: 'Look at 1.jpg' }));
    expect(await page.getByRole('button', { name: 'Edit' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Status' }).click();
    await page.getByRole('heading', { name: 'Status' }).waitFor();
    expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0);
    roleIsKnown();
    // Once it is known, the guard finds the pages for guards.
    await page.getByRole('link', { name: 'Cameras' }).waitFor();
    expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0);
    await page.goto(`${setup().url}/console/#/blacklist/${listed.id}`);
    await pictureIsShown(page.getByRole('button', { name: 'Look at 1.jpg' }));
    await expect.poll(() => page.getByRole('button', { name: 'Edit' }).count()).toBe(0);
    for (const name of ['Delete', 'Remove 1.jpg', 'Choose pictures']) {
      expect(await page.getByRole('button', { name }).count(), name).toBe(0);
    }
    await page.getByRole('link', { name: 'Blacklist', exact: true }).first().click();
    await page.getByRole('link', { name: listed.name }).waitFor();
    expect(await page.getByRole('link', { name: 'Add person' }).count()).toBe(0);
  });
}

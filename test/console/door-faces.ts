import { expect, it } from 'vitest';
import type { ImageProcessingResult } from '../../lib/contract/shapes.ts';
import { alarmsOf, looks, openAnsweredDoor } from './answered-door.ts';
import { type ConsoleSetup, focusIsOn, isSpokenOn, placeOf } from './setup.ts';

/** Tests which face a door's verdict is about. */
export function describeDoorFaces(setup: () => ConsoleSetup): void {
  const openDoor = () => openAnsweredDoor(setup());

  it('tells a match on a slow line, and keeps it once', async () => {
    const listed = await setup().listWoman();
    const kept = await setup().api.process(setup().pictures.sameWoman);
    await using door = await openDoor();
    const { page, keeps } = door;
    await door.answer({ ...kept, db_id: null }, 4_000);
    await page.getByRole('heading', { name: `Possible: ${listed.name}` }).waitFor();
    await door.answer(kept, 4_000);
    await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    expect(await alarmsOf(page)).toBe(1);
    const buttons = page.locator('.review-buttons button');
    for (let look = 0; look < 3; look++) {
      await door.answer({ ...kept, db_id: null }, 4_000);
      await page.getByText('The service is slow to answer.').waitFor({ state: 'detached' });
      expect(await buttons.count()).toBe(3);
    }
    expect(keeps).toEqual(['none', 'matches', 'none', 'none', 'none', 'none']);
    expect(await alarmsOf(page)).toBe(1);
    await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
  });

  it('does not say that no face is there while it waits for the answer about one', async () => {
    await setup().listWoman();
    const unlisted = await setup().api.process(setup().pictures.group, { keep: 'none' });
    await using door = await openDoor();
    const { page } = door;
    await door.answer(unlisted);
    await page.getByRole('heading', { name: 'No match' }).waitFor();
    const said = new Set<string>();
    for (let step = 0; step < 40; step++) {
      await page.clock.runFor(100);
      said.add(await page.locator('.verdict-bar h2').innerText());
    }
    expect([...said]).toEqual(['No match', 'Checking …']);
  });

  it.each([
    { button: 'Not them', said: /^Rejected: not / },
    { button: 'It is him / her', said: /^Confirmed: / },
  ])('asks anew for a face elsewhere after $button', async ({ button, said }) => {
    const listed = await setup().listWoman();
    const [first, second] = [
      await setup().api.process(setup().pictures.sameWoman),
      await setup().api.process(setup().pictures.sameWoman),
    ];
    await using door = await openDoor();
    const { page } = door;
    await door.answer(first);
    await door.answer(first);
    await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('heading', { name: said }).waitFor();
    await door.answer(first);
    await page.getByText(/same in 2 of 2 looks/).waitFor();
    await page.getByRole('heading', { name: said }).waitFor();
    expect(await alarmsOf(page)).toBe(1);
    const before = await page.locator('.hit .cut img').first().getAttribute('src');
    const elsewhere = moved(second);
    await door.answer(elsewhere);
    await page.getByRole('heading', { name: `Possible: ${listed.name}` }).waitFor();
    await door.answer(elsewhere, 0, async () => {
      await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
      // Whoever presses a key now has seen the face of before.
      await page.keyboard.press('1');
    });
    await page.getByRole('heading', { name: `Match: ${listed.name}` }).waitFor();
    expect(await alarmsOf(page)).toBe(2);
    expect(await page.locator('.hit .cut img').first().getAttribute('src')).not.toBe(before);
    expect(await page.locator('.review-buttons [aria-pressed=true]').count()).toBe(0);
  });

  it('says that nobody watches a door that is left, and goes on when one comes back', async () => {
    const listed = await setup().listWoman();
    await using visit = await setup().visit('#/door', {
      viewport: { width: 320, height: 568 },
      hasTouch: true,
      isPatient: true,
    });
    const { page } = visit;
    await page.getByRole('button', { name: 'Start the camera' }).press('Enter');
    await focusIsOn(page, 'Stop');
    await page.getByRole('heading', { name: new RegExp(`(Match|Possible): ${listed.name}`) }).waitFor();
    const link = page.getByRole('link', { name: listed.name });
    const { top, bottom, left, right } = await placeOf(link);
    expect(Math.min(bottom - top, right - left)).toBeGreaterThanOrEqual(44);
    await link.press('Enter');
    await page.getByRole('heading', { name: listed.name, level: 1 }).waitFor();
    await page.locator('video').waitFor({ state: 'detached' });
    await isSpokenOn(page, 'The camera is off. It goes on once you come back to the door.');
    await page.goBack();
    await page.waitForResponse(looks);
    await page.getByRole('button', { name: 'Stop' }).press('Enter');
    await focusIsOn(page, 'Start the camera');
    await page.locator('video').waitFor({ state: 'detached' });
  });
}

/** Puts each face of a result two of its widths aside. */
function moved(result: ImageProcessingResult): ImageProcessingResult {
  const faces = result.faces.map((face) => ({
    ...face,
    facial_area: face.facial_area && { ...face.facial_area, x: face.facial_area.x + 2 * face.facial_area.w },
  }));
  return { ...result, faces };
}

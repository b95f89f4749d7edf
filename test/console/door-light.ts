import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { looks } from './answered-door.ts';
import type { ConsoleSetup } from './setup.ts';

/** Scene before a camera: a wall, and perhaps somebody, in a share of daylight and with a sensor's noise. */
interface Scene {
  readonly light: number;
  readonly isSomebodyThere: boolean;
}

/** Makes a camera that shows the page's scene, and the picture as whoever is there. */
const cameraWith = (picture: Buffer) => `(() => {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 1280, height: 720 });
  const context = canvas.getContext('2d');
  const bytes = Uint8Array.from(atob('${picture.toString('base64')}'), (letter) => letter.charCodeAt(0));
  let face;
  createImageBitmap(new Blob([bytes])).then((bitmap) => {
    face = bitmap;
  });
  const noise = document.createElement('canvas');
  Object.assign(noise, { width: 1400, height: 800 });
  const grain = noise.getContext('2d').createImageData(noise.width, noise.height);
  for (let at = 0; at < grain.data.length; at += 4) {
    const value = 255 * (at % 8 < 4);
    grain.data.set([value, value, value, 25 * Math.random()], at);
  }
  noise.getContext('2d').putImageData(grain, 0, 0);
  window.scene = { light: 1, isSomebodyThere: false };
  let frame = 0;
  setInterval(() => {
    const { light, isSomebodyThere } = window.scene;
    context.globalAlpha = 1;
    context.fillStyle = '#444';
    context.fillRect(0, 0, 1280, 720);
    const width = 200;
    const x = 500 + 6 * Math.sin(frame++);
    if (isSomebodyThere) context.drawImage(face, x, 200, width, (width * face.height) / face.width);
    context.globalAlpha = 1 - light;
    context.fillStyle = '#000';
    context.fillRect(0, 0, 1280, 720);
    context.globalAlpha = 1;
    context.drawImage(noise, -120 * Math.random(), -80 * Math.random());
  }, 100);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
})()`;

const show = (page: Page, scene: Scene) => page.evaluate(`window.scene = ${JSON.stringify(scene)}`);

/** Tests whom a door sees in which light. */
export function describeDoorLight(setup: () => ConsoleSetup): void {
  /** Opens a door whose wall is empty, and waits until it looks no more. */
  const openDoor = async (light: number) => {
    const visit = await setup().visit('#/check');
    const { page } = visit;
    await page.addInitScript(cameraWith(setup().pictures.sameWoman));
    await page.reload();
    await page.getByRole('link', { name: 'Door' }).click();
    let count = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/process-images')) count++;
    });
    await show(page, { light, isSomebodyThere: false });
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.waitForResponse(looks);
    return {
      page,
      /** Waits until it has not looked for three seconds. */
      async rests() {
        await expect
          .poll(
            async () => {
              const before = count;
              await new Promise((done) => setTimeout(done, 3_000));
              return count - before;
            },
            { timeout: 60_000 },
          )
          .toBe(0);
      },
      [Symbol.asyncDispose]: () => visit[Symbol.asyncDispose](),
    };
  };

  it('looks at whoever comes into a dim picture, and rests while it shows noise alone', async () => {
    const { name } = await setup().listWoman();
    await using door = await openDoor(0.3);
    const { page, rests } = door;
    await rests();
    const looked = page.waitForRequest(looks);
    await show(page, { light: 0.3, isSomebodyThere: true });
    await looked;
    await page.getByRole('heading', { name: `Match: ${name}` }).waitFor();
  });

  it('says where it is too dark that nobody can be told, and not that nobody is there', async () => {
    await using door = await openDoor(0.07);
    const { page, rests } = door;
    const bar = page.locator('.verdict-bar');
    await rests();
    await expect
      .poll(() => bar.innerText())
      .toMatch(/^Too dark\s+It is too dark to tell if somebody is there/);
    await show(page, { light: 1, isSomebodyThere: false });
    await rests();
    await expect.poll(() => bar.innerText()).toMatch(/^Ready\s+Nobody is there/);
  });
}

import { appendFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../../lib/config.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { openSqliteDataFolder } from '../../lib/records/sqlite/data-folder.ts';
import { type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { DataFolderClaim } from '../../local/server/data-folder-claim.ts';
import { watchInboxFolder } from '../../local/server/inbox.ts';
import { cropFace, sample } from '../api/pictures.ts';
import { failing, stepBefore } from '../blacklist/steps.ts';
import { openedFolder } from './data-folder.ts';

describe('watching the inbox folder', () => {
  let place: Awaited<ReturnType<typeof openedFolder>>;
  let opened: OpenedPorts;
  let picture: Buffer;
  beforeAll(async () => {
    place = await openedFolder();
    opened = await ports(parseConfig({ DATA_DIR: place.path, ENGINE_WORKERS: '1' }));
    const group = await sample(3);
    const [face] = await opened.faces.detect(await decodePicture(group), {});
    if (!face) throw new Error('The sample picture does not show the face that it should.');
    picture = await cropFace(group, face.area);
  });
  afterAll(async () => {
    await opened.close();
    await place.remove();
  });

  const people = async () =>
    Object.fromEntries(
      (await opened.records.listEntries('ACTIVE')).map(({ name, imageCount }) => [name, imageCount]),
    );
  /** As each server has one; tests that run one after the other give theirs back. */
  const claims: DataFolderClaim[] = [];
  const claim = () => {
    const one = new DataFolderClaim(openSqliteDataFolder({ dataDir: place.path, aws: undefined }));
    claims.push(one);
    return one;
  };
  afterEach(() => {
    for (const one of claims.splice(0)) one[Symbol.dispose]();
  });

  /** Polls, for the watcher tells nobody. */
  const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 100 });

  it('indexes what is there, what comes later, and what is written slowly when it is whole', async () => {
    const stop = new AbortController();
    await place.put('inbox/There Before/a.jpg', picture);
    const watching = watchInboxFolder(opened, place.path, claim(), stop.signal);
    await until(async () => expect(await people()).toEqual({ 'There Before': 1 }));

    await mkdir(join(place.path, 'inbox/Later'), { recursive: true });
    const slow = join(place.path, 'inbox/Later/slow.jpg');
    // Parts come often enough for a machine that stalls between two of them, and for longer than is waited.
    const part = Math.ceil(picture.length / 20);
    await writeFile(slow, '');
    await writeFile(join(place.path, 'inbox/Later/text.txt'), 'text');
    for (let start = 0; start < picture.length; start += part) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      appendFileSync(slow, picture.subarray(start, start + part));
    }
    await until(async () => expect(await people()).toEqual({ 'There Before': 1, Later: 1 }));
    await until(async () => expect(await place.keys()).toEqual(['rejected/Later/text.txt']));
    expect(await place.reasonOf('rejected/Later/text.txt')).toMatch(/JPEG, PNG, WebP/);
    stop.abort();
    await watching;

    await place.put('inbox/After the end/a.jpg', picture);
    await place.put('inbox/There Before/a.jpg', picture);
    expect(await people()).toEqual({ 'There Before': 1, Later: 1 });
    await place.discard('inbox/After the end/a.jpg');
    await place.discard('inbox/There Before/a.jpg');
  });

  it('tries again what failed', async () => {
    const stop = new AbortController();
    const broken = failing(opened, stepBefore('images.put'));
    await place.put('inbox/Tried Again/a.jpg', picture);
    const watching = watchInboxFolder(broken, place.path, claim(), stop.signal);
    await until(async () => expect(await people()).toMatchObject({ 'Tried Again': 1 }));
    stop.abort();
    await watching;
    expect(await place.keys()).toEqual(['rejected/Later/text.txt']);
  });

  it('leaves it to the process that works on it, which has not died, and takes over when that ends', async () => {
    const [stopFirst, stopSecond] = [new AbortController(), new AbortController()];
    const [firstClaim, secondClaim] = [claim(), claim()];
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slow: OpenedPorts = {
      ...opened,
      images: Object.assign(Object.create(opened.images), {
        put: async (...args: Parameters<OpenedPorts['images']['put']>) => {
          begun.resolve();
          await goOn.promise;
          await opened.images.put(...args);
        },
      }),
    };
    await place.put('inbox/Slow/a.jpg', picture);
    const first = watchInboxFolder(slow, place.path, firstClaim, stopFirst.signal);
    await begun.promise;
    const take = vi.spyOn(secondClaim, 'take');
    const second = watchInboxFolder(opened, place.path, secondClaim, stopSecond.signal);
    // By then the file has settled in the second one's eyes, too.
    await until(async () => expect(take.mock.results.length).toBeGreaterThan(4));
    expect(take.mock.results.map(({ value }) => value)).not.toContain(true);
    expect(await place.keys()).toContain('inbox/Slow/a.jpg');

    goOn.resolve();
    await until(async () => expect(await people()).toMatchObject({ Slow: 1 }));
    stopFirst.abort();
    await first;
    firstClaim[Symbol.dispose]();
    await place.put('inbox/Taken Over/a.jpg', picture);
    await until(async () => expect(await people()).toMatchObject({ 'Taken Over': 1 }));
    stopSecond.abort();
    await second;
    expect(await place.keys()).toEqual(['rejected/Later/text.txt']);
  });
});

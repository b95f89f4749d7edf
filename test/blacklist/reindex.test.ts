import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addImages } from '../../lib/blacklist/add-images.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { enrollPicture, preparePicture } from '../../lib/blacklist/enroll-picture.ts';
import { carryOver, reindex } from '../../lib/blacklist/reindex.ts';
import { parseConfig } from '../../lib/config.ts';
import { BackendUnavailableError } from '../../lib/errors.ts';
import { measurePicture } from '../../lib/inputs/measure.ts';
import type { Ports } from '../../lib/ports.ts';
import { type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { encodedAgain } from '../api/pictures.ts';
import { FakeGallery } from '../fakes/faces.ts';
import { portraitOf } from '../fakes/pictures.ts';
import { crashesAt, crashing, type Portraits } from './crashing.ts';
import { aws, type Deployment, deepface, type PortsWithFake } from './deployments.ts';
import { failing, stepBefore, watched } from './steps.ts';
import { clear, complete, contents, empty, facesAlone, matchedNames, nothing } from './stores.ts';

/** Ports, with portraits that their engines know from each other. */
interface Sides {
  readonly local: Ports;
  readonly remote: Ports;
  readonly portraits: Portraits;
}

let folder: Deployment;
let cloud: Deployment;
let local: OpenedPorts;
let remote: OpenedPorts;
let portraits: Portraits;
/** The same stores with a fake engine, where the faces are not what a test is about. */
let faked: Sides & Record<'local' | 'remote', PortsWithFake>;

beforeAll(async () => {
  folder = await deepface();
  cloud = await aws(3);
  local = await ports(parseConfig(folder.settings));
  remote = await ports(parseConfig(cloud.settings));
  portraits = await facesAlone(local);
  faked = {
    local: await folder.openWithFake(new FakeGallery()),
    remote: await cloud.openWithFake(new FakeGallery()),
    portraits: { listed: await portraitOf('listed'), other: await portraitOf('other') },
  };
});
afterAll(async () => {
  for (const opened of [local, remote, faked.local, faked.remote]) await opened.close();
  await cloud[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const list = (stores: Ports, name: string, ...pictures: Buffer[]) => {
  const files = pictures.map((bytes) => ({ fileName: 'a.jpg', bytes }));
  return createEntry(stores, { name, reason: `About ${name}.` }, files);
};

/** Reads all records of listed people, and the bytes of their pictures. */
const everythingIn = async ({ records, images }: Ports) => {
  const entries = await records.listEntries('ACTIVE');
  const recorded = (await Promise.all(entries.map(({ id }) => records.listImages(id)))).flat();
  const pictures = recorded.map(async ({ id, entryId, key, status }) => {
    const bytes = await images.get(key);
    return { id, entryId, key, status, bytes: Buffer.from(bytes ?? []).toString('base64') };
  });
  return {
    entries,
    pictures: (await Promise.all(pictures)).toSorted((one, other) => (one.id < other.id ? -1 : 1)),
  };
};

/** Makes a callback that only counts its calls. */
const counter = () => {
  const count = () => {
    count.calls += 1;
  };
  count.calls = 0;
  return count;
};
const ignore = () => {};

/** Wraps stores so that a change to them fails the test. */
const readOnly = (stores: Ports): Ports =>
  watched(stores, {
    before: async (call) => expect(call).toMatch(/^(records|images)\.(list|get|find)/),
    after: async () => {},
  });

const directions = [
  { from: 'deepface', to: 'aws_rekognition' },
  { from: 'aws_rekognition', to: 'deepface' },
] as const;

describe.each(directions)('carrying over from $from to $to', ({ from }) => {
  afterEach(async () => {
    await clear(local);
    await clear(remote);
  });

  const sides = () =>
    from === 'deepface' ? { source: local, target: remote } : { source: remote, target: local };

  it('keeps ids, names, reasons, dates, details, versions and originals, and the people are found there', async () => {
    const { source, target } = sides();
    await deleteEntry(source, (await list(source, 'Gone', portraits.other)).id);
    await list(source, 'Jane Roe', portraits.listed, await encodedAgain(portraits.listed));
    const { id } = await list(source, 'John Doe', portraits.other);
    const details = { severity: 'danger', notes: 'one\ntwo', expiresAt: '2999-01-31T12:00:00.000Z' } as const;
    await source.records.updateEntry(id, details, { actor: 'front desk' });
    const before = await everythingIn(source);

    const advance = counter();
    const report = await carryOver(readOnly(source), target, advance);
    expect(report).toEqual({ enrolled: 3, present: 0, problems: [] });
    expect(advance.calls).toBe(3);
    expect(await everythingIn(target)).toEqual(before);
    expect(await everythingIn(source)).toEqual(before);
    expect(await contents(target)).toEqual(complete({ 'Jane Roe': 2, 'John Doe': 1 }));
    expect(await matchedNames(target, portraits.listed)).toEqual(['Jane Roe', 'Jane Roe']);
    expect(await matchedNames(target, portraits.other)).toEqual(['John Doe']);
    const ids = before.entries.map(({ id }) => id);
    const next = await list(target, 'Next', portraits.other);
    expect(next.id).toBeGreaterThan(Math.max(...ids));
  });

  it('loses no picture for its quality that was taken once', async () => {
    const { source, target } = sides();
    const { id } = await list(source, 'Jane Roe', portraits.listed);
    const blurred = await sharp(portraits.listed).blur(12).jpeg().toBuffer();
    const files = [{ fileName: 'blurred.jpg', bytes: blurred }];
    await expect(addImages(source, id, files)).rejects.toMatchObject({
      reasons: [expect.stringMatching(/^blurred\.jpg: The face is too blurred/)],
    });
    const picture = await preparePicture(source, await measurePicture(blurred));
    await enrollPicture(source, id, { ...picture, fileName: null }, { qualityFilter: 'none' });
    expect(await carryOver(source, target, ignore)).toEqual({ enrolled: 2, present: 0, problems: [] });
    await target.faces.remove(await Array.fromAsync(target.faces.listFaces()));
    expect(await reindex(target, ignore)).toEqual({ enrolled: 2, present: 0, problems: [] });
    expect(await contents(target)).toEqual(complete({ 'Jane Roe': 2 }));
  });
});

describe.each(directions)('carrying records and originals over from $from to $to', ({ from }) => {
  afterEach(async () => {
    await clear(faked.local);
    await clear(faked.remote);
  });

  const sides = () => {
    const { local, remote, portraits } = faked;
    return from === 'deepface'
      ? { source: local, target: remote, portraits }
      : { source: remote, target: local, portraits };
  };

  it('adds what is new when it is done again', async () => {
    const { source, target, portraits } = sides();
    const { id } = await list(source, 'Jane Roe', portraits.listed);
    await carryOver(source, target, ignore);
    await addImages(source, id, [{ fileName: 'b.jpg', bytes: await encodedAgain(portraits.listed) }]);
    await list(source, 'John Doe', portraits.other);
    expect(await carryOver(source, target, ignore)).toEqual({ enrolled: 2, present: 1, problems: [] });
    expect(await carryOver(source, target, ignore)).toEqual({ enrolled: 0, present: 3, problems: [] });
    expect(await everythingIn(target)).toEqual(await everythingIn(source));
  });

  it('reports who is in the way, and overwrites nobody', async () => {
    const { source, target, portraits } = sides();
    const jane = await list(source, 'Jane Roe', portraits.listed);
    const john = await list(source, 'John Doe', portraits.listed);
    // These were made in the target: one has an id that is taken here, and one has a name of its own.
    const addedDate = '2020-01-31T00:00:00.000Z';
    for (const [id, name] of [
      [jane.id, 'Somebody'],
      [john.id + 1000, 'John Doe'],
    ] as const) {
      await target.records.createEntry({ name, reason: null, carried: { id, addedDate } });
      await target.records.activateEntry(id);
    }
    const before = await everythingIn(target);

    const advance = counter();
    const { problems, ...counts } = await carryOver(source, target, advance);
    expect(counts).toEqual({ enrolled: 0, present: 0 });
    expect(advance.calls).toBe(2);
    expect(problems.toSorted(new Intl.Collator('en', { numeric: true }).compare)).toEqual([
      `entry ${jane.id} 'Jane Roe': There, another entry has the id.`,
      `entry ${john.id} 'John Doe': There, another entry has the name.`,
    ]);
    expect(await everythingIn(target)).toEqual(before);
  });

  it('reports originals that are lost or damaged, and leaves nobody there without a picture', async () => {
    const { source, target, portraits } = sides();
    const keyOf = async ({ id }: { id: number }) => (await source.records.listImages(id))[0]?.key ?? '';
    const lost = await list(source, 'Lost', portraits.listed);
    await source.images.delete(await keyOf(lost));
    const half = await list(source, 'Half', portraits.other, await encodedAgain(portraits.other));
    await source.images.put(await keyOf(half), portraits.other.subarray(0, 500), 'image/jpeg');
    const { enrolled, problems } = await carryOver(source, target, ignore);
    expect(enrolled).toBe(1);
    expect(problems.toSorted(new Intl.Collator('en', { numeric: true }).compare)).toEqual([
      expect.stringMatching(
        new RegExp(`^entry ${lost.id} 'Lost', image [0-9a-f-]+: The stored original is lost\\.$`),
      ),
      expect.stringMatching(new RegExp(`^entry ${half.id} 'Half', image [0-9a-f-]+: `)),
    ]);
    expect(await contents(target)).toEqual(complete({ Half: 1 }));
  });

  it('goes on past one that fails, and does it when it is done again', async () => {
    const { source, target, portraits } = sides();
    await list(source, 'Jane Roe', portraits.listed);
    await list(source, 'John Doe', portraits.other);
    const report = await carryOver(source, failing(target, stepBefore('faces.enroll')), ignore);
    expect(report).toMatchObject({ enrolled: 1, problems: [expect.stringMatching(/The store is down\.$/)] });
    expect(await carryOver(source, target, ignore)).toMatchObject({ enrolled: 1, present: 1, problems: [] });
    expect(await everythingIn(target)).toEqual(await everythingIn(source));
  });

  it('goes on where it was interrupted, after any change', { timeout: 300_000 }, async () => {
    const { source, target, portraits } = sides();
    await list(source, 'Jane Roe', portraits.listed, await encodedAgain(portraits.listed));
    const whole = crashing(target, Number.POSITIVE_INFINITY);
    await carryOver(source, whole.ports, ignore);
    await clear(target);
    expect(crashesAt(whole.moments, 'all').length).toBeGreaterThanOrEqual(9);
    const changes = crashesAt(whole.moments, from === 'deepface' ? 'first by each method' : 'all');
    for (const [number, moment] of changes) {
      const crash = crashing(target, number);
      await Promise.race([crash.crashed, carryOver(source, crash.ports, ignore)]);
      expect(await carryOver(source, target, ignore), moment).toMatchObject({ problems: [] });
      expect(await everythingIn(target), moment).toEqual(await everythingIn(source));
      await empty(target);
      expect(await contents(target), moment).toEqual(nothing);
    }
  });
});

describe('re-indexing in place', () => {
  afterEach(async () => {
    await clear(local);
    await clear(remote);
    await clear(faked.local);
  });

  it('enrolls the faces that are lost, and those alone', async () => {
    await list(local, 'Jane Roe', portraits.listed);
    const { id: entryId } = await list(local, 'John Doe', portraits.other);
    const [image] = await local.records.listImages(entryId);
    await local.faces.remove([{ entryId, imageId: image?.id ?? '', faceId: null }]);
    expect(await matchedNames(local, portraits.other)).toEqual([]);
    const advance = counter();
    expect(await reindex(local, advance)).toEqual({ enrolled: 1, present: 1, problems: [] });
    expect(advance.calls).toBe(2);
    expect(await matchedNames(local, portraits.other)).toEqual(['John Doe']);
  });

  it('fills another collection, as a newer model wants one', async () => {
    await list(remote, 'Jane Roe', portraits.listed);
    await list(remote, 'John Doe', portraits.other);
    const newer = await ports(parseConfig({ ...cloud.settings, AWS_REKOGNITION_COLLECTION_ID: 'newer' }));
    // Until the gallery is filled, the service must not call anybody unlisted.
    await expect(matchedNames(newer, portraits.listed)).rejects.toThrow(BackendUnavailableError);
    expect(await reindex(newer, ignore)).toEqual({ enrolled: 2, present: 0, problems: [] });
    expect(await matchedNames(newer, portraits.listed)).toEqual(['Jane Roe']);
    expect(await reindex(newer, ignore)).toEqual({ enrolled: 0, present: 2, problems: [] });
    await clear(newer);
    await newer.close();
  });

  it('reports what can not be enrolled, and goes on', async () => {
    const { local, portraits } = faked;
    const { id: entryId } = await list(local, 'Jane Roe', portraits.listed);
    const [image] = await local.records.listImages(entryId);
    await list(local, 'John Doe', portraits.other);
    for await (const face of local.faces.listFaces()) await local.faces.remove([face]);
    await local.images.delete(image?.key ?? '');
    expect(await reindex(local, ignore)).toEqual({
      enrolled: 1,
      present: 0,
      problems: [`entry ${entryId}, image ${image?.id}: The stored original is lost.`],
    });
  });
});

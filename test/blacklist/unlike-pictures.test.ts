import sharp from 'sharp';
import { expect, it } from 'vitest';
import { addImages } from '../../lib/blacklist/add-images.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteImage } from '../../lib/blacklist/delete-image.ts';
import { Deadline } from '../../lib/deadline.ts';
import { noteUnlikeUpload, unlikeUploadsWarning } from '../../lib/inbox/unlike-uploads.ts';
import { type Person, portraitOf } from '../fakes/pictures.ts';
import { failing, stepBefore } from './steps.ts';
import { complete, contents, useStores } from './stores.ts';

const stores = useStores();

function filesOf(...people: readonly Person[]) {
  return Promise.all(
    people.map(async (person) => ({ fileName: `${person}.jpg`, bytes: await portraitOf(person) })),
  );
}

async function recompressed(person: Person, quality: number) {
  const bytes = await sharp(await portraitOf(person))
    .jpeg({ quality })
    .toBuffer();
  return { fileName: `${person} ${quality}.jpg`, bytes };
}

async function list(...people: readonly Person[]) {
  return createEntry(stores.ports, { name: 'Jane Roe', reason: null }, await filesOf(...people));
}

const told = (warnings: readonly string[] | null | undefined) =>
  (warnings ?? []).map((line) => line.split(':')[0]);

it.each<[people: Person[], unlike: string[]]>([
  [['listed'], []],
  [['listed', 'listedLater'], []],
  [
    ['listed', 'other'],
    ['listed.jpg', 'other.jpg'],
  ],
  [['other', 'listed', 'listedLater'], ['other.jpg']],
  [
    ['listed', 'other', 'listedLater', 'third'],
    ['other.jpg', 'third.jpg'],
  ],
  [['listed', 'beyond', 'between'], []],
])('of the pictures %j of a new entry, %j look like none of the others', async (people, unlike) => {
  const { warnings, image_count } = await list(...people);
  // They are enrolled at once: which one is there first depends on the machine.
  expect(told(warnings).toSorted()).toEqual(unlike);
  expect(image_count).toBe(people.length);
});

it('a picture is compared with those that the entry has, and so is a first one that was wrong', async () => {
  const { id } = await list('listed', 'other');
  const added = await addImages(stores.ports, id, await filesOf('listedLater', 'third'));
  expect(told(added.warnings)).toEqual(['other.jpg', 'third.jpg']);
  const { id: wrong } = await createEntry(
    stores.ports,
    { name: 'John Doe', reason: null },
    await filesOf('other'),
  );
  const first = await addImages(stores.ports, wrong, await filesOf('third'));
  expect(told(first.warnings)).toEqual(['third.jpg']);
  const right = await addImages(stores.ports, wrong, await filesOf('listed', 'listedLater'));
  expect(told(right.warnings)).toEqual(['other.jpg', 'third.jpg']);
});

it('several pictures of somebody else do not speak for each other', async () => {
  const { id } = await list('listed', 'between');
  const strangers = await Promise.all([90, 80].map((quality) => recompressed('other', quality)));
  const added = await addImages(stores.ports, id, strangers);
  expect(told(added.warnings).toSorted()).toEqual(strangers.map(({ fileName }) => fileName).toSorted());
});

it('pictures are added where they could not be compared, or there is no time for it', async () => {
  const { ports } = stores;
  const { id } = await list('listed');
  const lost = failing(ports, stepBefore('faces.compareWith'));
  expect(await addImages(lost, id, await filesOf('other'))).toMatchObject({ added: 1, warnings: null });
  const soon = new Deadline(() => 19_000);
  expect(await addImages(ports, id, await filesOf('third'), soon)).toMatchObject({
    added: 1,
    warnings: null,
  });
  expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 3 }));
});

it('the status tells of uploads that look like none of the others, as long as they are there, for a day', async () => {
  const { ports } = stores;
  const { id } = await list('listed', 'other');
  expect(await unlikeUploadsWarning(ports.records)).toBeUndefined();
  const [, image] = await ports.records.listImages(id);
  if (!image) throw new Error('There are two.');
  noteUnlikeUpload({ entryId: id, imageId: image.id });
  expect(await unlikeUploadsWarning(ports.records)).toContain(`since yesterday: entry ${id}.`);
  const nextDay = performance.now() + 25 * 60 * 60_000;
  expect(await unlikeUploadsWarning(ports.records, nextDay)).toBeUndefined();
  await deleteImage(ports, id, image.id);
  expect(await unlikeUploadsWarning(ports.records)).toBeUndefined();
});

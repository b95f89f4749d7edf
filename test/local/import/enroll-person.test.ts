import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { createEntry } from '../../../lib/blacklist/create-entry.ts';
import { openFolderInbox } from '../../../lib/inbox/folder.ts';
import { indexUpload } from '../../../lib/inbox/index-upload.ts';
import { type EnrollSummary, enrollPerson } from '../../../local/import/enroll-person.ts';
import { failing, stepBefore } from '../../blacklist/steps.ts';
import { complete, contents, useStores } from '../../blacklist/stores.ts';

const stores = useStores();

/** Enrolls a person's pictures as the command does; `entryId` is that of a person who is listed. */
async function enroll(pictures: readonly Uint8Array[], entryId?: number, ports = stores.ports) {
  const remarks: string[] = [];
  const counts = { personsListed: 0, picturesAdded: 0, picturesPresent: 0 };
  const summary: EnrollSummary = { ...counts, remarks, passedOver: new Set(), duplicates: new Map() };
  const files = pictures.map((bytes, index) => ({ name: `${index}.jpg`, read: async () => bytes }));
  await enrollPerson(ports, { name: 'Jane Roe', reason: null, pictures: files }, entryId, summary, () => {});
  const { personsListed, picturesAdded, picturesPresent } = summary;
  return { counts: [personsListed, picturesAdded, picturesPresent], remarks };
}

async function upload(bytes: Uint8Array) {
  const inbox = openFolderInbox(stores.folder);
  await mkdir(join(stores.folder, 'inbox/Jane Roe'), { recursive: true });
  await writeFile(join(stores.folder, 'inbox/Jane Roe/a.jpg'), bytes);
  return indexUpload({ ...stores.ports, inbox }, 'inbox/Jane Roe/a.jpg');
}

const janeId = async () => (await stores.ports.records.findEntry('Jane Roe'))?.id;

it('lists a person once, and adds what is missing', async () => {
  const { listed, other } = stores.pictures;
  expect(await enroll([listed])).toEqual({ counts: [1, 1, 0], remarks: [] });
  expect(await enroll([listed, other, other], await janeId())).toEqual({ counts: [0, 1, 2], remarks: [] });
  expect(await contents(stores.ports)).toEqual(complete({ 'Jane Roe': 2 }));
});

it('knows what the inbox has indexed, and the inbox what was enrolled', async () => {
  const { listed, other } = stores.pictures;
  expect(await upload(listed)).toMatchObject({ outcome: 'enrolled' });
  expect(await enroll([listed, other], await janeId())).toEqual({ counts: [0, 1, 1], remarks: [] });
  expect(await upload(other)).toMatchObject({ outcome: 'known' });
  expect(await contents(stores.ports)).toEqual(complete({ 'Jane Roe': 2 }));
});

it('reads no stored picture to know one that it has enrolled itself', async () => {
  const { ports, pictures } = stores;
  await enroll([pictures.listed]);
  const unreadable = failing(ports, stepBefore('images.get'));
  expect(await enroll([pictures.listed], await janeId(), unreadable)).toMatchObject({ counts: [0, 0, 1] });
});

it('knows a picture that an earlier version gave another id, also where it was stored without metadata', async () => {
  const { ports, pictures } = stores;
  const turned = await sharp(pictures.listed)
    .withExif({ IFD0: { Artist: 'x' } })
    .jpeg()
    .toBuffer();
  const files = [turned, pictures.other].map((bytes) => ({ fileName: 'a.jpg', bytes }));
  const { id } = await createEntry(ports, { name: 'Jane Roe', reason: null }, files);
  expect(await enroll([turned, pictures.other], id)).toEqual({ counts: [0, 0, 2], remarks: [] });
  expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 2 }));
});

it('takes a name that a crash left, and waits for one that is under way', async () => {
  const { ports, pictures } = stores;
  await ports.records.createEntry({ name: 'Jane Roe', reason: null, claimMs: 0 });
  expect(await enroll([pictures.listed])).toEqual({ counts: [1, 1, 0], remarks: [] });
  const id = await janeId();
  expect(await enroll([pictures.other])).toEqual({
    counts: [0, 0, 0],
    remarks: ["Jane Roe: Blacklist entry with name 'Jane Roe' already exists."],
  });
  expect(await janeId()).toBe(id);
});

it('leaves alone what another process is making', async () => {
  const { ports, pictures } = stores;
  const { id } = await ports.records.createEntry({ name: 'Jane Roe', reason: null });
  const enrolling = enroll([pictures.other]);
  await ports.records.activateEntry(id);
  expect((await enrolling).remarks).toEqual([expect.stringContaining('already exists')]);
  expect(await janeId()).toBe(id);
});

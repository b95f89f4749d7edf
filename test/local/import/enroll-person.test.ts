import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createEntry } from '../../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../../lib/blacklist/delete-entry.ts';
import { openFolderInbox } from '../../../lib/inbox/folder.ts';
import { indexUpload } from '../../../lib/inbox/index-upload.ts';
import { enrollPerson } from '../../../local/import/enroll-person.ts';
import { type EnrollSummary, enrollReport } from '../../../local/import/enroll-report.ts';
import { PictureCopies } from '../../../local/import/picture-copies.ts';
import { failing, stepBefore } from '../../blacklist/steps.ts';
import { clear, complete, contents, matchedNames, useStores } from '../../blacklist/stores.ts';
import { portraitOf } from '../../fakes/pictures.ts';

const stores = useStores();

const noFormat = 'The picture is not in a format that is taken: JPEG, PNG, WebP or GIF.';

const filesOf = (pictures: readonly Uint8Array[]) =>
  pictures.map((bytes, index) => ({ name: `${index}.jpg`, read: async () => bytes }));

/** Enrolls a person's pictures as the command does; `entryId` is that of a person who is listed. */
async function enroll(
  pictures: readonly Uint8Array[],
  entryId?: number,
  { ports = stores.ports, takesUnlike = false, others = [] as readonly Uint8Array[] } = {},
) {
  const remarks: string[] = [];
  const unlike = new Map<string, string>();
  const counts = { personsListed: 0, picturesAdded: 0, picturesPresent: 0 };
  const lists = { remarks, passedOver: new Set<string>(), duplicates: new Map(), unlike, joined: [] };
  const person = { name: 'Jane Roe', reason: null, pictures: filesOf(pictures) };
  const people = [person, { name: 'John Doe', pictures: filesOf(others) }];
  const copies = await PictureCopies.of(ports, people, await ports.records.listEntries('ACTIVE'));
  const told = { disagreements: [] as string[], unlisted: [] as string[], outOfForce: [] as string[] };
  const summary: EnrollSummary = { ...counts, ...lists, ...told, copies, takesUnlike };
  await enrollPerson(ports, person, entryId, summary, () => {});
  const { personsListed, picturesAdded, picturesPresent, disagreements, unlisted, outOfForce } = summary;
  return {
    ...{ counts: [personsListed, picturesAdded, picturesPresent], remarks },
    ...(unlike.size > 0 && { unlike: [...unlike.values()], disagreements }),
    ...(unlisted.length > 0 && { unlisted }),
    ...(outOfForce.length > 0 && { outOfForce, report: enrollReport(summary).slice(-3) }),
  };
}

async function upload(bytes: Uint8Array) {
  const inbox = openFolderInbox(stores.folder);
  await mkdir(join(stores.folder, 'inbox/Jane Roe'), { recursive: true });
  await writeFile(join(stores.folder, 'inbox/Jane Roe/a.jpg'), bytes);
  return indexUpload({ ...stores.ports, inbox }, 'inbox/Jane Roe/a.jpg');
}

const janeId = async () => (await stores.ports.records.findEntry('Jane Roe'))?.id;

it('lists a person once, and adds what is missing', async () => {
  const { listed, listedLater } = stores.pictures;
  expect(await enroll([listed])).toEqual({ counts: [1, 1, 0], remarks: [] });
  expect(await enroll([listed, listedLater, listedLater], await janeId())).toEqual({
    counts: [0, 1, 2],
    remarks: [],
  });
  expect(await contents(stores.ports)).toEqual(complete({ 'Jane Roe': 2 }));
});

describe('a picture of somebody else in a person’s folder', () => {
  const likeness = /^Jane Roe\/1\.jpg: similarity [0-9.]+, and a match takes 90\.0$/;
  const unlike = [expect.stringMatching(likeness)];
  const disagreements: string[] = [];

  it('is held back and told, each time, and accuses nobody', async () => {
    const { listed, listedLater, other } = stores.pictures;
    const pictures = [listed, other, listedLater];
    expect(await enroll(pictures)).toEqual({
      ...{ counts: [1, 2, 0], remarks: [], unlike },
      disagreements: ['Jane Roe: 2 pictures agree, and 0.jpg is the first of them; different: 1.jpg'],
    });
    expect(await contents(stores.ports)).toEqual(complete({ 'Jane Roe': 2 }));
    expect(await matchedNames(stores.ports, other)).toEqual([]);
    const again = await enroll(pictures, await janeId());
    expect(again).toEqual({ counts: [0, 0, 2], remarks: [], unlike, disagreements });
  });

  it('is added on purpose, and told', async () => {
    const { listed, other } = stores.pictures;
    expect(await enroll([listed, other], undefined, { takesUnlike: true })).toEqual({
      counts: [1, 2, 0],
      remarks: [],
      unlike,
      disagreements: ['Jane Roe: no two pictures agree, and 0.jpg was taken; different: 1.jpg'],
    });
    expect(await matchedNames(stores.ports, other)).toEqual(['Jane Roe']);
  });

  it('is held back alone, where the entry is there already', async () => {
    const { listed, listedLater, other } = stores.pictures;
    await enroll([listed]);
    const added = await enroll([listedLater, other], await janeId());
    expect(added).toEqual({ counts: [0, 1, 0], remarks: [], unlike, disagreements });
  });
});

describe('a new person is who the pictures that agree show', () => {
  const similar = (place: number) => expect.stringMatching(`^Jane Roe/${place}\\.jpg: similarity `);
  const copyOf = (place: number, first: number) =>
    `Jane Roe/${place}.jpg: the same file as ${first}.jpg, which is held back`;

  it('also if a wrong picture, or its two copies, comes first', async () => {
    const { listed, listedLater, other } = stores.pictures;
    expect(await enroll([other, other, listed, listedLater])).toEqual({
      ...{ counts: [1, 2, 0], remarks: [], unlike: [similar(0), copyOf(1, 0)] },
      disagreements: ['Jane Roe: 2 pictures agree, and 2.jpg is the first of them; different: 0.jpg, 1.jpg'],
    });
    expect(await matchedNames(stores.ports, other)).toEqual([]);
    expect(await matchedNames(stores.ports, listed)).toEqual(['Jane Roe', 'Jane Roe']);
  });

  it('and the first, if no two agree or as many agree with each', async () => {
    const { listed, listedLater, other } = stores.pictures;
    expect(await enroll([other, listed])).toEqual({
      ...{ counts: [1, 1, 0], remarks: [], unlike: [similar(1)] },
      disagreements: ['Jane Roe: no two pictures agree, and 0.jpg was taken; different: 1.jpg'],
    });
    await clear(stores.ports);
    const otherAgain = await sharp(other).modulate({ brightness: 1.01 }).png().toBuffer();
    expect(await enroll([other, listed, listedLater, otherAgain])).toMatchObject({
      ...{ counts: [1, 2, 0], unlike: [similar(1), similar(2)] },
      disagreements: [
        'Jane Roe: 2 pictures agree, and 0.jpg is the first of them, but as many agree on somebody else (1.jpg, 2.jpg); different: 1.jpg, 2.jpg',
      ],
    });
    expect(await matchedNames(stores.ports, listed)).toEqual([]);
  });

  it('but never who another person’s picture shows, until that is added on purpose', async () => {
    const { listed, other } = stores.pictures;
    const unlike = ['Jane Roe/0.jpg: the same picture as one of John Doe'];
    expect(await enroll([other], undefined, { others: [other] })).toMatchObject({
      counts: [0, 0, 0],
      unlike,
    });
    const files = [{ fileName: 'a.jpg', bytes: other }];
    const { id } = await createEntry(stores.ports, { name: 'John Doe', reason: null }, files);
    expect(await enroll([other])).toMatchObject({ counts: [0, 0, 0], unlike });
    // Whoever is listed is named first, also one whom nobody matches.
    await stores.ports.records.updateEntry(id, { name: 'Ada', suspended: true });
    const both = 'the same picture as one of Ada (suspended or expired), John Doe';
    expect(await enroll([other, listed], undefined, { others: [other] })).toMatchObject({
      counts: [1, 1, 0],
      unlike: [`Jane Roe/0.jpg: ${both}`],
    });
    await deleteEntry(stores.ports, (await janeId()) ?? 0);
    await deleteEntry(stores.ports, id);
    expect(await enroll([other, listed], undefined, { others: [other] })).toMatchObject({
      counts: [1, 1, 0],
      unlike,
    });
    expect(await matchedNames(stores.ports, other)).toEqual([]);
    // A stranger's picture lists nobody beside the person's own ones that are held back as copies.
    await deleteEntry(stores.ports, (await janeId()) ?? 0);
    const copied = [listed, stores.pictures.listedLater];
    expect(await enroll([other, ...copied], undefined, { others: copied })).toMatchObject({
      counts: [0, 0, 0],
      unlike: expect.arrayContaining([expect.stringMatching(/^Jane Roe\/0\.jpg: none that agree/)]),
    });
    expect(await stores.ports.records.findEntry('Jane Roe')).toBeUndefined();
    await enroll([listed]);
    const onPurpose = { others: [other], takesUnlike: true };
    expect(await enroll([other], await janeId(), onPurpose)).toMatchObject({ counts: [0, 1, 0] });
  });
});

it('tells of a second copy what became of the first', async () => {
  const { listed, listedLater, other } = stores.pictures;
  const nothing = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'gray' } })
    .png()
    .toBuffer();
  const pictures = [listed, listedLater, listed, other, other, nothing, nothing];
  const told = {
    unlike: [
      expect.stringMatching(/^Jane Roe\/3\.jpg: similarity /),
      'Jane Roe/4.jpg: the same file as 3.jpg, which is held back',
    ],
    remarks: [expect.stringMatching(/^Jane Roe\/5\.jpg: /), 'Jane Roe/6.jpg: It is the same file as 5.jpg.'],
  };
  expect(await enroll(pictures)).toMatchObject({ counts: [1, 2, 1], ...told });
  expect(await enroll(pictures, await janeId())).toMatchObject({ counts: [0, 0, 3], ...told });
  const added = await enroll(pictures, await janeId(), { takesUnlike: true });
  expect(added).toMatchObject({ counts: [0, 1, 4], unlike: [told.unlike[0]] });
});

it('tells of each file that is no picture what is wrong with it, whoever has the same', async () => {
  const text = Buffer.from('He wears a hat.');
  const remarks = [0, 1].map((place) => `Jane Roe/${place}.jpg: ${noFormat}`);
  const outcome = { counts: [1, 1, 0], remarks };
  expect(await enroll([text, text, stores.pictures.listed], undefined, { others: [text] })).toEqual(outcome);
  expect(await enroll([text, text], await janeId(), { others: [text] })).toMatchObject({ remarks });
});

it('names a person of whom nothing could be listed', async () => {
  const { other } = stores.pictures;
  expect(await enroll([other], undefined, { others: [other] })).toMatchObject({ unlisted: ['Jane Roe'] });
  expect(await enroll([])).toMatchObject({ unlisted: ['Jane Roe'] });
});

it('tells that nobody matches the person’s entry, whatever became of the pictures', async () => {
  const { listed, listedLater, other } = stores.pictures;
  await enroll([listed]);
  const id = (await janeId()) ?? 0;
  const ended = '2020-01-01T00:00:00.000Z';
  for (const [change, why] of [
    [{ suspended: true }, 'The entry is suspended: nobody matches it.'],
    [{ suspended: false, expiresAt: ended }, `The entry expired at ${ended}: nobody matches it.`],
  ] as const) {
    await stores.ports.records.updateEntry(id, change);
    const report = [
      'Suspended or expired:',
      `  Jane Roe: ${why}`,
      'Nobody matches 1 of the people found, for their entries are suspended or expired.',
    ];
    for (const pictures of [[listedLater], [other], []]) {
      expect(await enroll(pictures, id)).toMatchObject({ outOfForce: [`Jane Roe: ${why}`], report });
    }
  }
  await stores.ports.records.updateEntry(id, { expiresAt: null });
  expect(await enroll([listed], id)).toEqual({ counts: [0, 0, 1], remarks: [] });
});

it('tells that the entry was deleted meanwhile, and goes on', async () => {
  const { listed, other } = stores.pictures;
  await enroll([other]);
  const id = await janeId();
  await deleteEntry(stores.ports, id ?? 0);
  expect(await enroll([listed], id)).toMatchObject({
    counts: [0, 0, 0],
    remarks: ['Jane Roe: The entry was deleted meanwhile. Run it again to list the person.'],
    unlisted: ['Jane Roe'],
  });
});

it('adds a picture that looks like one that came after it', async () => {
  const { ports } = stores;
  const pictures = await Promise.all((['listed', 'beyond', 'between'] as const).map(portraitOf));
  expect(await enroll(pictures)).toEqual({ counts: [1, 3, 0], remarks: [] });
  expect(await contents(ports)).toEqual(complete({ 'Jane Roe': 3 }));
});

it('knows what the inbox has indexed, and the inbox what was enrolled', async () => {
  const { listed, listedLater } = stores.pictures;
  expect(await upload(listed)).toMatchObject({ outcome: 'enrolled' });
  expect(await enroll([listed, listedLater], await janeId())).toEqual({ counts: [0, 1, 1], remarks: [] });
  expect(await upload(listedLater)).toMatchObject({ outcome: 'known' });
  expect(await contents(stores.ports)).toEqual(complete({ 'Jane Roe': 2 }));
});

it('reads no stored picture to know one that it has enrolled itself', async () => {
  const { ports, pictures } = stores;
  await enroll([pictures.listed]);
  const unreadable = failing(ports, stepBefore('images.get'));
  expect(await enroll([pictures.listed], await janeId(), { ports: unreadable })).toMatchObject({
    counts: [0, 0, 1],
  });
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
    remarks: ['Jane Roe: Somebody else has listed the name meanwhile. Run it again to add the pictures.'],
    unlisted: ['Jane Roe'],
  });
  expect(await janeId()).toBe(id);
});

it('leaves alone what another process is making', async () => {
  const { ports, pictures } = stores;
  const { id } = await ports.records.createEntry({ name: 'Jane Roe', reason: null });
  const enrolling = enroll([pictures.other]);
  await ports.records.activateEntry(id);
  expect((await enrolling).remarks).toEqual([expect.stringContaining('has listed the name meanwhile')]);
  expect(await janeId()).toBe(id);
});

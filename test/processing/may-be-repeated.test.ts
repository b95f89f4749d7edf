import { expect, it } from 'vitest';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { mayBeRepeated } from '../../lib/processing/may-be-repeated.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import { useStores } from '../blacklist/stores.ts';
import { defaultSettings } from '../fakes/settings.ts';

const stores = useStores();
const settings = { ...defaultSettings, drawBoundingBoxes: false };

/** Processes a picture with ids of its own. */
async function processed(name: string, keep: 'all' | 'none', picture: Buffer, out_of_force = false) {
  const idOf = (place: number) => `${name}-${place}`;
  const request = ProcessImagesRequest.parse({
    images: [picture.toString('base64'), 'no picture'],
    keep,
    out_of_force,
  });
  const results = await processImages(stores.ports, settings, request, undefined, undefined, idOf);
  return { results, isRepeatable: () => mayBeRepeated(stores.ports.records, results, idOf) };
}

it('results may be told again until a record of theirs is deleted', async () => {
  const { records } = stores.ports;
  const { results, isRepeatable } = await processed('kept', 'all', stores.pictures.other);
  expect(await isRepeatable()).toBe(true);
  await records.removeProcessed([results[0]?.db_id ?? 0]);
  expect(await isRepeatable()).toBe(false);
  // There is no record of such a picture.
  expect(await (await processed('unkept', 'none', stores.pictures.other)).isRepeatable()).toBe(true);
});

it.each([{ suspended: true }, { expiresAt: '2020-01-31T12:00:00.000Z' }])(
  'results may not be told again once somebody in them is out of force: %j',
  async (change) => {
    const { ports, pictures } = stores;
    const files = [{ fileName: 'a.jpg', bytes: pictures.listed }];
    const { id } = await createEntry(ports, { name: 'Jane Roe', reason: null }, files);
    const { isRepeatable } = await processed(Object.keys(change)[0] ?? '', 'none', pictures.listed);
    expect(await isRepeatable()).toBe(true);
    await ports.records.updateEntry(id, change);
    expect(await isRepeatable()).toBe(false);
  },
);

it('results may be told again while those whom they name as out of force are listed', async () => {
  const { ports, pictures } = stores;
  const files = [{ fileName: 'a.jpg', bytes: pictures.listed }];
  const { id } = await createEntry(ports, { name: 'Jane Roe', reason: null }, files);
  await ports.records.updateEntry(id, { suspended: true });
  const { results, isRepeatable } = await processed('asked', 'none', pictures.listed, true);
  expect(results[0]?.faces[0]?.out_of_force).toMatchObject([{ entry: { id } }]);
  expect(await isRepeatable()).toBe(true);
  await ports.records.markEntryDeleting(id);
  expect(await isRepeatable()).toBe(false);
});

import { expect, it } from 'vitest';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import { mayStillBeTold } from '../../lib/processing/still-told.ts';
import { useStores } from '../blacklist/stores.ts';

const stores = useStores();
const settings = { drawBoundingBoxes: false, croppedFacePaddingRatio: 0, reviewBand: 1 };

/** Processes a picture with ids of its own. */
async function processed(name: string, keep: 'all' | 'none', picture: Buffer) {
  const idOf = (place: number) => `${name}-${place}`;
  const request = ProcessImagesRequest.parse({ images: [picture.toString('base64'), 'no picture'], keep });
  const results = await processImages(stores.ports, settings, request, undefined, undefined, idOf);
  return { results, isTold: () => mayStillBeTold(stores.ports.records, results, idOf) };
}

it('results may be told again until a record of theirs is deleted', async () => {
  const { records } = stores.ports;
  const { results, isTold } = await processed('kept', 'all', stores.pictures.other);
  expect(await isTold()).toBe(true);
  await records.removeProcessed([results[0]?.db_id ?? 0]);
  expect(await isTold()).toBe(false);
  // There is no record of such a picture.
  expect(await (await processed('unkept', 'none', stores.pictures.other)).isTold()).toBe(true);
});

it.each([{ suspended: true }, { expiresAt: '2020-01-31T12:00:00.000Z' }])(
  'results may not be told again once somebody in them is out of force: %j',
  async (change) => {
    const { ports, pictures } = stores;
    const files = [{ fileName: 'a.jpg', bytes: pictures.listed }];
    const { id } = await createEntry(ports, { name: 'Jane Roe', reason: null }, files);
    const { isTold } = await processed(Object.keys(change)[0] ?? '', 'none', pictures.listed);
    expect(await isTold()).toBe(true);
    await ports.records.updateEntry(id, change);
    expect(await isTold()).toBe(false);
  },
);

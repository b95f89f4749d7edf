import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { ProcessImagesRequest } from '../../lib/contract/endpoints/process-images.ts';
import { HistorySearch } from '../../lib/contract/endpoints/search-history.ts';
import { Deadline } from '../../lib/deadline.ts';
import { LookBackOffError, NoFaceError } from '../../lib/errors.ts';
import { processImages } from '../../lib/processing/process-images.ts';
import { searchHistory } from '../../lib/processing/search-history.ts';
import { pictureOfNothing } from '../api/pictures.ts';
import { useStores } from '../blacklist/stores.ts';
import type { FakeFaces } from '../fakes/faces.ts';
import { defaultSettings } from '../fakes/settings.ts';

const stores = useStores();
const settings = defaultSettings;

afterEach(async () => {
  const { items } = await stores.ports.records.listProcessed({ limit: 100, offset: 0 });
  await stores.ports.records.removeProcessed(items.flatMap(({ db_id }) => db_id ?? []));
});

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

async function process(...images: Uint8Array[]): Promise<number[]> {
  const request = ProcessImagesRequest.parse({ images: images.map(base64) });
  const results = await processImages(stores.ports, settings, request);
  return results.map(({ db_id }) => db_id as number);
}

function search(bytes: Uint8Array, more: object = {}, deadline?: Deadline) {
  return searchHistory(stores.ports, HistorySearch.parse({ image: base64(bytes), ...more }), deadline);
}

test('a picture finds the kept pictures of the person and the entries, and nobody else’s', async () => {
  const { listed, other } = stores.pictures;
  const [first, , third] = await process(listed, other, listed, await pictureOfNothing());
  const { id } = await createEntry(stores.ports, { name: 'Jane Roe', reason: null }, [
    { fileName: 'x.jpg', bytes: listed },
  ]);
  const found = await search(listed);
  expect(found).toMatchObject({ by: 'pictures', next: null, compared: 3, not_compared: 1 });
  expect(found.seen.map(({ db_id }) => db_id).toSorted()).toEqual([first, third].toSorted());
  expect(found.progress).toEqual({ done: 4, total: 4 });
  expect(found.entries).toEqual([{ id, name: 'Jane Roe', similarity: expect.any(Number) }]);
  expect((await search(other)).entries).toEqual([]);
  // Nothing is kept of the picture.
  expect((await stores.ports.records.listProcessed({ limit: 1, offset: 0 })).total).toBe(4);
}, 60_000);

test('a search without time or room goes on where it was, and tells how far it got', async () => {
  const { listed, other } = stores.pictures;
  const ids = await process(listed, other, listed, listed, other);
  const seen: number[] = [];
  const progress: number[] = [];
  let after: number | null = 0;
  while (after !== null) {
    // The time is up after the first picture.
    const { seen: faces, next, progress: made } = await search(listed, { after }, new Deadline(() => 0));
    seen.push(...faces.map(({ db_id }) => db_id));
    progress.push(made.done);
    expect(made.total).toBe(5);
    after = next;
  }
  const wanted = [ids[0], ids[2], ids[3]] as number[];
  expect(seen).toEqual(wanted.toSorted((one, next) => one - next));
  expect(progress).toEqual([1, 2, 3, 4, 5, 5]);
  const limited = await search(listed, { limit: 2 });
  expect(limited.seen).toHaveLength(2);
  expect((await search(listed, { limit: 2, after: limited.next ?? 0 })).seen).toHaveLength(1);
});

test('the probe is looked at once for all kept pictures, and once for the entries', async () => {
  const { listed, other } = stores.pictures;
  await process(listed, other, listed, other);
  const faces = stores.ports.faces as FakeFaces;
  const before = faces.looks;
  expect(await search(listed)).toMatchObject({ compared: 4 });
  expect(faces.looks - before).toBe(4 + 2);
});

test('a lost crop is counted, and ends nothing', async () => {
  const { listed } = stores.pictures;
  await process(listed, listed);
  const { items } = await stores.ports.records.listProcessed({ limit: 2, offset: 0 });
  const { db_id: _id, processing_timestamp: _time, ...result } = items[0] ?? expect.fail();
  const crop = `cropped/2026-01-01/${randomUUID()}.jpg`;
  await stores.ports.records.addProcessed(randomUUID(), {
    ...result,
    cropped_face_path: stores.ports.images.location(crop),
  });
  expect(await search(listed)).toMatchObject({ compared: 2, not_compared: 1, next: null });
});

test('a picture without a face is refused, and so is a search among faces that are not kept', async () => {
  await expect(search(await pictureOfNothing())).rejects.toThrow(NoFaceError);
  await expect(search(stores.pictures.listed, { by: 'kept_faces' })).rejects.toThrow(LookBackOffError);
});

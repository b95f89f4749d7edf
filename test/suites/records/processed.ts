import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, expect, type TestAPI, test } from 'vitest';
import type { ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import type { Stamp } from '../../../lib/records/processed.ts';
import { anyCharacter } from '../../any-character.ts';
import { cases, type OpenedRecords, processedResult, recorded } from './fixtures.ts';

export function processedSuite(opened: () => OpenedRecords, undisturbed: TestAPI): void {
  let store: RecordStore;
  beforeEach(() => {
    store = opened().store;
  });

  async function addProcessed(count: number): Promise<ImageProcessingResult[]> {
    const added: ImageProcessingResult[] = [];
    for (let index = 0; index < count; index += 1) {
      const result = { ...processedResult(), image_path_or_identifier: `picture ${index}` };
      added.unshift(recorded(result, await store.addProcessed(`picture-${index}`, result)));
    }
    return added;
  }

  undisturbed('there is nothing before the first picture', async () => {
    expect(await store.listProcessed({ limit: 20, offset: 0 })).toEqual({ total: 0, items: [] });
    expect(await store.findProcessed(['picture-0'])).toEqual(new Set());
    expect(await store.findProcessed([])).toEqual(new Set());
  });

  undisturbed('ids grow with every picture, and the newest comes first', async () => {
    const added = await addProcessed(3);
    const ids = added.map((item) => Number(item.db_id));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
    expect(Math.min(...ids)).toBeGreaterThanOrEqual(1);
    expect(await store.listProcessed({ limit: 20, offset: 0 })).toEqual({ total: 3, items: added });
    expect(await store.findProcessed(['picture-3', 'picture-2', 'picture-0', 'picture-2'])).toEqual(
      new Set(['picture-0', 'picture-2']),
    );
  });

  test('a passage goes on in the record that tells of it', async () => {
    const track = {
      id: 'a2b1c9d0-0000-4000-8000-000000000001',
      first_seen: '2026-11-29T08:00:00.000Z',
      last_seen: '2026-11-29T08:00:01.000Z',
      looks: 2,
      matched_looks: 2,
      distance_mean: 0.12,
      suppressed: false,
    };
    const result = { ...processedResult(), source: 'door', camera: 'door', track };
    const stamp = await store.addProcessed('picture-0', result);
    const other = await store.addProcessed('picture-1', processedResult());
    const progress = { last_seen: '2026-11-29T08:00:09.000Z', looks: 15, matched_looks: 11 };
    await store.updateTrack(stamp.id, progress);
    await store.updateTrack(stamp.id, progress);
    await store.updateTrack(other.id, progress);
    await store.updateTrack(other.id + 1, progress);
    const now = { ...result, track: { ...track, ...progress } };
    expect(await store.getProcessed(stamp.id)).toEqual(recorded(now, stamp));
    expect(await store.getProcessed(other.id)).toEqual(recorded(processedResult(), other));
    const found = await store.listProcessed({ source: 'door', entryId: 1, limit: 20, offset: 0 });
    expect(found).toEqual({ total: 1, items: [recorded(now, stamp)] });
    await store.removeProcessed([stamp.id]);
    expect(await store.listProcessed({ source: 'door', limit: 20, offset: 0 })).toEqual({
      total: 0,
      items: [],
    });
  });

  undisturbed('many are read at once, those that there are', async () => {
    const [second, first] = await addProcessed(2);
    const [one, two] = [first?.db_id ?? 0, second?.db_id ?? 0];
    const found = await store.getProcessedAmong([two, 4711, one, two]);
    expect([...found].toSorted(([a], [b]) => a - b)).toEqual([
      [one, first],
      [two, second],
    ]);
    expect(await store.getProcessedAmong([])).toEqual(new Map());
  });

  test('a picture kept again gets the id that it has, and stays as it was', async () => {
    const [second, first] = await addProcessed(2);
    const changed = { ...processedResult(), error: 'changed' };
    expect(await store.addProcessed('picture-0', changed)).toEqual({
      id: first?.db_id,
      timestamp: first?.processing_timestamp,
    });
    expect(await store.listProcessed({ limit: 20, offset: 0 })).toEqual({ total: 2, items: [second, first] });
  });

  test('of ten requests to keep one picture at the same moment, one adds it, and all get its id', async () => {
    const another = await opened().another();
    const stamps = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? store : another).addProcessed('picture', processedResult()),
      ),
    );
    expect(stamps).toEqual(stamps.map(() => stamps[0]));
    expect(await store.listProcessed({ limit: 20, offset: 0 })).toEqual({
      total: 1,
      items: [recorded(processedResult(), stamps[0] as Stamp)],
    });
  });

  undisturbed('a picture from another service keeps its time, and is found by it', async () => {
    const times = ['2020-02-29T12:00:00.000Z', '2021-01-01T00:00:00.500Z'].map((time) => new Date(time));
    const stamps: Stamp[] = [];
    for (const [index, time] of times.entries())
      stamps.push(await store.addProcessed(`carried-${index}`, processedResult(), time));
    expect(stamps.map(({ timestamp }) => timestamp)).toEqual(times.map((time) => time.toISOString()));
    expect(await store.addProcessed('carried-0', processedResult(), times[1])).toEqual(stamps[0]);
    const [now] = await addProcessed(1);
    expect(now?.db_id).toBe(3);
    const page = { limit: 20, offset: 0 };
    const early = await store.listProcessed({ ...page, until: new Date('2020-12-31') });
    expect(early.items.map(({ db_id }) => db_id)).toEqual([1]);
    const late = await store.listProcessed({ ...page, since: new Date('2020-12-31') });
    expect(late.items.map(({ db_id }) => db_id)).toEqual([3, 2]);
  });

  test('pictures from another service are numbered while others are processed', async () => {
    const another = await opened().another();
    const time = new Date('2020-02-29T12:00:00.000Z');
    const stamps = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        index % 2 === 0
          ? store.addProcessed(`${index}`, processedResult(), time)
          : another.addProcessed(`${index}`, processedResult()),
      ),
    );
    expect(stamps.map(({ id }) => id).sort((one, other) => one - other)).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    const carried = stamps.filter((_, index) => index % 2 === 0).map(({ timestamp }) => timestamp);
    expect(new Set(carried)).toEqual(new Set([time.toISOString()]));
  });

  undisturbed('a thousand pictures are looked up at once', async () => {
    await addProcessed(2);
    const ids = Array.from({ length: 1000 }, (_, index) => `picture-${index}`);
    expect(await store.findProcessed(ids)).toEqual(new Set(['picture-0', 'picture-1']));
  });

  undisturbed('every page is the part of the whole that was asked for, with the same total', async () => {
    const added = await addProcessed(37);
    const limit = fc.integer({ min: 1, max: 100 });
    const offset = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.maxSafeNat());
    await fc.assert(
      fc.asyncProperty(limit, offset, async (limit, offset) => {
        const page = await store.listProcessed({ limit, offset });
        expect(page).toEqual({ total: 37, items: added.slice(offset, offset + limit) });
      }),
      cases(100, opened()),
    );
  });

  undisturbed('pages one after another give everything once, newest first', async () => {
    const added = await addProcessed(23);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (limit) => {
        const read: ImageProcessingResult[] = [];
        for (let offset = 0; offset < added.length; offset += limit) {
          read.push(...(await store.listProcessed({ limit, offset })).items);
        }
        expect(read).toEqual(added);
      }),
      cases(20, opened()),
    );
  });

  undisturbed('an answer comes back exactly as it was given', async () => {
    const distance = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((one) => !Object.is(one, -0));
    const text = fc.oneof(fc.string({ unit: anyCharacter }), fc.constantFrom('\ud800', '\0', '"', '\\u0000'));
    await fc.assert(
      fc.asyncProperty(fc.array(distance, { maxLength: 5 }), text, async (distances, text) => {
        const result = { ...processedResult(distances), image_path_or_identifier: text, error: text };
        const stamp = await store.addProcessed(randomUUID(), result);
        const { items } = await store.listProcessed({ limit: 1, offset: 0 });
        expect(items).toEqual([recorded(result, stamp)]);
      }),
      cases(50, opened()),
    );
  });

  undisturbed('what an answer lacks that was kept before there was such a thing is null', async () => {
    const { faces, ...result } = processedResult();
    const older = faces.map(({ candidates: _, blacklist_matches, ...face }) => ({
      ...face,
      blacklist_matches: blacklist_matches.map(({ image_id: __, review: ___, ...match }) => match),
    }));
    await store.addProcessed('older', { ...result, faces: older as typeof faces });
    const { items } = await store.listProcessed({ limit: 1, offset: 0 });
    expect(items[0]?.faces).toEqual(
      older.map((face) => ({
        ...face,
        blacklist_matches: face.blacklist_matches.map((match) => ({
          ...match,
          image_id: null,
          review: null,
        })),
        candidates: null,
      })),
    );
  });

  undisturbed('an answer of a thousand matches is kept whole', async () => {
    const result = processedResult(Array.from({ length: 1000 }, (_, index) => index / 1000));
    await store.addProcessed('crowd', result);
    const { items } = await store.listProcessed({ limit: 1, offset: 0 });
    expect(items).toMatchObject([result]);
  });

  test('pictures kept at the same moment by two stores get an id each', async () => {
    const another = await opened().another();
    const stamps = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        (index % 2 === 0 ? store : another).addProcessed(`picture-${index}`, processedResult()),
      ),
    );
    const ids = stamps.map(({ id }) => id);
    const page = await store.listProcessed({ limit: 100, offset: 0 });
    expect(new Set(ids).size).toBe(12);
    expect(page.total).toBe(12);
    expect(page.items.map((item) => Number(item.db_id))).toEqual(ids.sort((a, b) => b - a));
  });
}

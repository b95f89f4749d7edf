import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import type { ProcessedFilter, ProcessedQuery } from '../../../lib/records/processed.ts';
import { cases, type OpenedRecords, recorded, resultShowing } from './fixtures.ts';

const start = Date.parse('2026-05-04T09:30:00.000Z');

/** Returns true if a filter means a picture: the rule in plain words, which the stores keep by ranks. */
export function isMeant(
  { db_id, faces, has_blacklist_match, processing_timestamp }: ImageProcessingResult,
  { hasMatch, entryId, mergedIds = [], since, until, beforeId }: ProcessedFilter,
): boolean {
  const shown = faces.flatMap(({ blacklist_matches }) => blacklist_matches.map(({ entry }) => entry.id));
  const time = new Date(processing_timestamp ?? '');
  return (
    (hasMatch === undefined || has_blacklist_match === hasMatch) &&
    (entryId === undefined || [entryId, ...mergedIds].some((id) => shown.includes(id))) &&
    (since === undefined || time >= since) &&
    (until === undefined || time < until) &&
    (beforeId === undefined || Number(db_id) < beforeId)
  );
}

/** Checks that a query reads this page of what its filter means: the pictures, and their ids alone. */
export async function expectPage(
  store: RecordStore,
  query: ProcessedQuery,
  meant: readonly ImageProcessingResult[],
): Promise<void> {
  const { length: total } = meant;
  const items = meant.slice(query.offset, query.offset + query.limit);
  expect(await store.listProcessed(query)).toEqual({ total, items });
  const ids = items.map(({ db_id }) => db_id);
  expect(await store.listProcessedIds(query)).toEqual({ total, ids });
}

export function filterSuite(opened: () => OpenedRecords): void {
  let store: RecordStore;
  beforeEach(() => {
    store = opened().store;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Keeps pictures at these times of the clock, in milliseconds after the start. The newest comes first. */
  async function keep(
    pictures: readonly { readonly shows: readonly number[]; readonly clock?: number }[],
  ): Promise<ImageProcessingResult[]> {
    const kept: ImageProcessingResult[] = [];
    for (const [index, { shows, clock = index }] of pictures.entries()) {
      vi.useFakeTimers({ toFake: ['Date'], now: start + clock });
      const result = resultShowing(...shows);
      kept.unshift(recorded(result, await store.addProcessed(`picture-${index}`, result)));
    }
    vi.useRealTimers();
    return kept;
  }
  const idsOf = async (filter: ProcessedFilter) =>
    (await store.listProcessed({ limit: 100, offset: 0, ...filter })).items.map(({ db_id }) => db_id);

  test('pictures are found by what they show and by their time, in pages and with the total of those', async () => {
    const kept = await keep([
      { shows: [] },
      { shows: [1], clock: 1000 },
      { shows: [2, 1], clock: 2000 },
      // A clock that is put back does not change the order.
      { shows: [], clock: 500 },
      { shows: [3], clock: 1499 },
      { shows: [3], clock: 1500 },
      { shows: [], clock: 9e9 },
      { shows: [2], clock: 2000 },
      { shows: [], clock: 2000 },
      { shows: [2], clock: 2001 },
      ...Array.from({ length: 12 }, (_, index) => ({
        shows: index % 3 === 0 ? [1] : [],
        clock: 5000 + index,
      })),
    ]);
    const moment = fc
      .constantFrom(-1, 0, 1, 500, 501, 999, 1000, 1499, 1500, 1999, 2000, 2001, 2002, 5003, 5011, 5012, 9e9)
      .map((clock) => new Date(start + clock));
    const entryId = fc.constantFrom(1, 2, 3, 4, 0, -1, Number.MAX_SAFE_INTEGER);
    const beforeId = fc.oneof(fc.integer({ min: -1, max: 24 }), fc.constant(Number.MAX_SAFE_INTEGER));
    const filter = fc
      .tuple(
        fc.record({ hasMatch: fc.boolean(), since: moment, until: moment, beforeId }, { requiredKeys: [] }),
        fc.oneof(
          fc.constant({}),
          fc.record({ entryId }),
          fc.record({ entryId, mergedIds: fc.subarray([1, 2, 3, 4711]) }),
        ),
      )
      .map(([filter, person]): ProcessedFilter => ({ ...filter, ...person }));
    const page = { limit: fc.integer({ min: 1, max: 20 }), offset: fc.integer({ min: 0, max: 20 }) };
    const ids = kept.map(({ db_id }) => Number(db_id));
    await fc.assert(
      fc.asyncProperty(filter, page.limit, page.offset, async (filter, limit, offset) => {
        const meant = kept.filter((picture) => isMeant(picture, filter));
        await expectPage(store, { limit, offset, ...filter }, meant);
        const among = await store.getProcessedAmong([...ids, 0, 4711], filter);
        expect(among).toEqual(new Map(meant.map((picture) => [Number(picture.db_id), picture])));
      }),
      cases(300, opened()),
    );
  });

  test('time follows the clock, and ids the order, also after the clock was years ahead', async () => {
    const years = 5 * 365 * 24 * 3_600_000;
    const clocks = [0, 10, years, years + 1, 20, 30, 3_600_000, 40, 50, 60];
    const kept = await keep(clocks.map((clock, index) => ({ shows: index % 2 === 0 ? [1] : [], clock })));
    const times = kept.toReversed().map(({ processing_timestamp }) => Date.parse(processing_timestamp ?? ''));
    expect(times.map((time) => time - start)).toEqual(clocks);
    expect(await store.getProcessed(3)).toEqual(kept.at(-3));
    const until = new Date(start + years);
    expect(await idsOf({ until })).toEqual([10, 9, 8, 7, 6, 5, 2, 1]);
    expect(await idsOf({ since: until })).toEqual([4, 3]);
    expect(await idsOf({ since: new Date(start + 10), until: new Date(start + 50) })).toEqual([8, 6, 5, 2]);
    expect(await store.timeDisorder()).toMatchObject({ before: { id: 7 }, after: { id: 8 } });
  });

  test('a clock that is corrected by less than a second lets time wait', async () => {
    expect(await store.timeDisorder()).toBeUndefined();
    const kept = await keep([5000, 4500, 5001, 4001, 6000].map((clock) => ({ shows: [], clock })));
    const times = kept.toReversed().map(({ processing_timestamp }) => Date.parse(processing_timestamp ?? ''));
    expect(times.map((time) => time - start)).toEqual([5000, 5000, 5001, 5001, 6000]);
    expect(await store.timeDisorder()).toBeUndefined();
  });

  test('pictures are found by where they came from, with all else that is asked', async () => {
    const origins = [
      { source: 'Door 1', reference: 'a.jpg' },
      { source: 'Door 1', reference: null },
      { source: 'Door 2', reference: 'a.jpg' },
      { source: null, reference: ' b  .jpg' },
      { source: null, reference: null },
    ];
    for (const [index, origin] of origins.entries()) {
      await store.addProcessed(`found ${index}`, { ...resultShowing(1, 2), ...origin });
      await store.addProcessed(`nobody ${index}`, { ...resultShowing(), ...origin });
    }
    const idsOf = async (filter: ProcessedFilter) => {
      const { total, items } = await store.listProcessed({ limit: 100, offset: 0, ...filter });
      expect(total).toBe(items.length);
      return items.map(({ db_id }) => db_id);
    };
    expect(await idsOf({ source: 'Door 1' })).toEqual([4, 3, 2, 1]);
    expect(await idsOf({ reference: 'a.jpg' })).toEqual([6, 5, 2, 1]);
    expect(await idsOf({ reference: 'b .jpg' })).toEqual([8, 7]);
    expect(await idsOf({ source: 'Door 1', reference: 'a.jpg' })).toEqual([2, 1]);
    expect(await idsOf({ source: 'Door 1', hasMatch: false })).toEqual([4, 2]);
    expect(await idsOf({ source: 'Door 1', entryId: 2 })).toEqual([3, 1]);
    expect(await idsOf({ source: 'Door 1', entryId: 2, hasMatch: false })).toEqual([]);
    expect(await idsOf({ reference: 'a.jpg', source: 'Door 2', entryId: 1, hasMatch: true })).toEqual([5]);
    for (const nothing of [{ source: 'door 1' }, { source: 'Door 2', reference: 'b .jpg' }])
      expect(await idsOf(nothing)).toEqual([]);
    const page = await store.listProcessed({ limit: 1, offset: 1, source: 'Door 1' });
    expect(page).toMatchObject({ total: 4, items: [{ db_id: 3, source: 'Door 1', reference: null }] });
    expect(await store.getProcessed(7)).toMatchObject({ source: null, reference: ' b  .jpg' });
  });

  test('a crowd of a source is kept, and found by as many of its entries as fit, the best', async () => {
    const crowd = Array.from({ length: 60 }, (_, index) => index + 1);
    const origin = { source: 'Door 1', reference: 'a.jpg' };
    await store.addProcessed('crowd', { ...resultShowing(...crowd), ...origin });
    const totalOf = async (entryId: number, of = {}) =>
      (await store.listProcessed({ limit: 1, offset: 0, entryId, ...of })).total;
    expect([await totalOf(50), await totalOf(51)]).toEqual([1, 0]);
    expect([await totalOf(11, origin), await totalOf(12, origin)]).toEqual([1, 0]);
    const few = crowd.slice(0, 20);
    await store.addProcessed('few', { ...resultShowing(...few), source: 'Door 2', reference: 'a.jpg' });
    for (const entryId of few) expect(await totalOf(entryId, { source: 'Door 2' })).toBe(1);
  });

  test('a picture kept again is listed once', async () => {
    await keep([{ shows: [1] }, { shows: [2] }]);
    await store.addProcessed('picture-0', resultShowing(2, 3));
    expect(await idsOf({ hasMatch: true })).toEqual([2, 1]);
    expect(await idsOf({ entryId: 1 })).toEqual([1]);
    expect(await idsOf({ entryId: 2 })).toEqual([2]);
    expect(await idsOf({ entryId: 3 })).toEqual([]);
  });

  test('pictures kept at the same moment by two stores are all listed where they belong', async () => {
    const another = await opened().another();
    const showing = (index: number) => [[], [1], [2, 1], [3, 2, 1]][index % 4] as number[];
    const stamps = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? store : another).addProcessed(`${index}`, resultShowing(...showing(index))),
      ),
    );
    const newestFirst = (isIn: (entryIds: number[]) => boolean) =>
      stamps
        .filter((_, index) => isIn(showing(index)))
        .map(({ id }) => id)
        .sort((one, other) => other - one);
    expect(await idsOf({ hasMatch: false })).toEqual(newestFirst((entryIds) => entryIds.length === 0));
    expect(await idsOf({ hasMatch: true })).toEqual(newestFirst((entryIds) => entryIds.length > 0));
    for (const entryId of [1, 2, 3]) {
      expect(await idsOf({ entryId })).toEqual(newestFirst((entryIds) => entryIds.includes(entryId)));
    }
  });

  test('a crowd is found by the fifty of its entries that match best', async () => {
    const entryIds = Array.from({ length: 60 }, (_, index) => index + 1);
    await keep([{ shows: entryIds }, { shows: entryIds.toReversed() }]);
    expect(await idsOf({ entryId: 10 })).toEqual([1]);
    expect(await idsOf({ entryId: 30 })).toEqual([2, 1]);
    expect(await idsOf({ entryId: 51 })).toEqual([2]);
    expect(await store.getProcessed(1)).toMatchObject({ db_id: 1, ...resultShowing(...entryIds) });
  });

  test('a picture that is not there is not found', async () => {
    await keep([{ shows: [] }]);
    for (const id of [0, -1, 2, Number.MAX_SAFE_INTEGER])
      expect(await store.getProcessed(id)).toBeUndefined();
  });
}

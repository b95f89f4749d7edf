import fc from 'fast-check';
import { afterEach, beforeEach, expect, type TestAPI, test, vi } from 'vitest';
import type { ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import { expectPage, isMeant } from './filters.ts';
import { cases, type OpenedRecords, processedResult, recorded, resultShowing } from './fixtures.ts';

const start = Date.parse('2026-05-04T09:30:00.000Z');

export function removalSuite(opened: () => OpenedRecords, undisturbed: TestAPI): void {
  let store: RecordStore;
  beforeEach(() => {
    store = opened().store;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Pictures in the store, newest first: of changing people, at a clock that is put back once. */
  async function keep(count: number, first = 0): Promise<ImageProcessingResult[]> {
    const kept: ImageProcessingResult[] = [];
    for (let index = first; index < first + count; index += 1) {
      const clock = index < 20 ? 10_000 * index : 10_000 * (index - 12);
      vi.useFakeTimers({ toFake: ['Date'], now: start + clock });
      const result = resultShowing(...([[], [1], [], [2, 1]][index % 4] as number[]));
      kept.unshift(recorded(result, await store.addProcessed(`picture-${index}`, result)));
    }
    vi.useRealTimers();
    return kept;
  }
  const idOf = ({ db_id }: ImageProcessingResult) => Number(db_id);

  test('an entry was seen last when the newest picture was taken that is still there', async () => {
    const kept = await keep(8);
    const shows = (id: number) => kept.filter((picture) => isMeant(picture, { entryId: id }));
    for (const id of [2, 1]) {
      const all = shows(id);
      for (const picture of all) {
        expect(await store.lastSeen(id)).toBe(picture.processing_timestamp);
        await store.removeProcessed([idOf(picture)]);
        kept.splice(kept.indexOf(picture), 1);
      }
      expect(all).not.toEqual([]);
      expect(await store.lastSeen(id)).toBeNull();
    }
    expect(await store.lastSeen(4711)).toBeNull();
  });

  undisturbed(
    'pages, totals and filters are right whatever was removed, and no id is given again',
    async () => {
      let kept = await keep(32);
      const remove = async (ids: number[]) => {
        const there = new Set(kept.map(idOf));
        const wanted = new Set(ids);
        expect(await store.removeProcessed(ids)).toBe([...wanted].filter((id) => there.has(id)).length);
        kept = kept.filter((picture) => !wanted.has(idOf(picture)));
      };
      // The oldest, the newest, some in between, one that never was, and some twice.
      await remove([1, 2, 3]);
      await remove([3, 32, 31, 999, 30]);
      await remove([9, 10, 11, 14, 18, 18]);
      kept = [...(await keep(9, 32)), ...kept];
      expect(kept.slice(0, 9).map(idOf)).toEqual([41, 40, 39, 38, 37, 36, 35, 34, 33]);
      await remove([41, 36, 35]);
      expect((await store.count()).processed).toBe(kept.length);

      const moment = fc
        .constantFrom(-1, 0, 5, 9, 10, 12, 19, 20, 23, 29, 40, 99)
        .map((clock) => new Date(start + 10_000 * clock));
      const filter = fc.record(
        {
          ...{ hasMatch: fc.boolean(), entryId: fc.constantFrom(1, 2, 3), since: moment, until: moment },
          beforeId: fc.integer({ min: 0, max: 43 }),
        },
        { requiredKeys: [] },
      );
      const page = { limit: fc.integer({ min: 1, max: 20 }), offset: fc.integer({ min: 0, max: 30 }) };
      await fc.assert(
        fc.asyncProperty(filter, page.limit, page.offset, async (filter, limit, offset) => {
          const meant = kept.filter((picture) => isMeant(picture, filter));
          await expectPage(store, { limit, offset, ...filter }, meant);
        }),
        cases(200, opened()),
      );
      expect(await store.getProcessed(9)).toBeUndefined();
      expect(await store.findProcessed(['picture-8', 'picture-4'])).toEqual(new Set(['picture-4']));
    },
  );

  undisturbed('after everything was removed, ids and times go on', async () => {
    const kept = await keep(5);
    expect(await store.removeProcessed(kept.map(idOf))).toBe(5);
    expect(await store.removeProcessed(kept.map(idOf))).toBe(0);
    expect(await store.listProcessed({ limit: 20, offset: 0 })).toEqual({ total: 0, items: [] });
    const [next] = await keep(1, 5);
    expect(next?.db_id).toBe(6);
    for (const filter of [{}, { hasMatch: true }, { entryId: 1 }, { since: new Date(start) }]) {
      expect(await store.listProcessed({ limit: 20, offset: 0, ...filter })).toEqual({
        total: 1,
        items: [next],
      });
    }
  });

  test('a picture that is removed can be kept anew, as another one', async () => {
    const first = await store.addProcessed('picture', processedResult());
    await store.removeProcessed([first.id]);
    const again = await store.addProcessed('picture', processedResult());
    expect(again.id).toBe(first.id + 1);
  });

  undisturbed('answers of many parts, and those of crowds, go whole', async () => {
    const long = processedResult(Array.from({ length: 1000 }, (_, index) => index / 1000));
    const { id } = await store.addProcessed('long', long);
    const crowd = await store.addProcessed(
      'crowd',
      resultShowing(...Array.from({ length: 60 }, (_, index) => index + 1)),
    );
    expect(await store.removeProcessed([id, crowd.id])).toBe(2);
    for (const entryId of [1, 30, 60]) {
      expect((await store.listProcessed({ limit: 1, offset: 0, entryId })).total).toBe(0);
    }
    expect((await store.count()).processed).toBe(0);
  });

  test('two who remove the same pictures at the same moment remove each once', async () => {
    const kept = await keep(16);
    const another = await opened().another();
    const ids = kept.map(idOf);
    await Promise.all([
      store.removeProcessed(ids.slice(0, 12)),
      another.removeProcessed(ids.slice(4)),
      store.addProcessed('new', resultShowing(1)),
    ]);
    const { total, items } = await store.listProcessed({ limit: 20, offset: 0 });
    expect({ total, ids: items.map(idOf) }).toEqual({ total: 1, ids: [17] });
    expect((await store.listProcessed({ limit: 20, offset: 0, entryId: 1 })).total).toBe(1);
    expect((await store.count()).processed).toBe(1);
  });

  test('the store remembers what was said of the deletion by age', async () => {
    expect(await store.retention()).toBeUndefined();
    const note = {
      keepDays: { unmatched: 30, matched: 365, rejected: 30 },
      announced: '2026-05-04T09:30:00.000Z',
      isConfirmed: false,
      due: { unmatched: 3, matched: 0, rejected: 1, oldest: '2026-01-04T09:30:00.000Z' },
    };
    await store.noteRetention(note);
    expect(await store.retention()).toEqual(note);
    await store.noteRetention({ ...note, isConfirmed: true });
    expect(await (await opened().another()).retention()).toEqual({ ...note, isConfirmed: true });
  });

  test('the store remembers what a sweep kept though no record knows it', async () => {
    expect(await store.unknownKept()).toBeUndefined();
    await store.noteUnknownKept({ faces: 3, pictures: 1 });
    expect(await (await opened().another()).unknownKept()).toEqual({ faces: 3, pictures: 1 });
    await store.noteUnknownKept({ faces: 0, pictures: 0 });
    expect(await store.unknownKept()).toEqual({ faces: 0, pictures: 0 });
  });
}

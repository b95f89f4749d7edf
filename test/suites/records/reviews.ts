import fc from 'fast-check';
import { beforeEach, expect, type TestAPI, test } from 'vitest';
import { type ReviewState, type ReviewVerdict, reviewStates } from '../../../lib/contract/review.ts';
import { RequestInvalidError } from '../../../lib/errors.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import type { ProcessedQuery } from '../../../lib/records/processed.ts';
import { dayOf } from '../../../lib/records/shared/reviews.ts';
import { cases, isoTime, type OpenedRecords, resultShowing } from './fixtures.ts';

/** Tests what the stores promise of reviews. */
export function reviewSuite(opened: () => OpenedRecords, undisturbed: TestAPI): void {
  let store: RecordStore;
  beforeEach(() => {
    store = opened().store;
  });

  async function process(...pictures: (readonly number[])[]): Promise<number[]> {
    const ids: number[] = [];
    for (const [index, entryIds] of pictures.entries())
      ids.push((await store.addProcessed(`reviewed-${index}`, resultShowing(...entryIds))).id);
    return ids;
  }

  function judge(
    id: number,
    entryId: number,
    verdict: ReviewVerdict,
    { actor = 'ada', note = null, reviewers = 1, by = store }: Partial<Judgement> = {},
  ) {
    return by.reviewProcessed(id, { faceIndex: 0, entryId, verdict, note, actor }, reviewers);
  }

  async function reviewOf(id: number, entryId = 1) {
    const matches = (await store.getProcessed(id))?.faces[0]?.blacklist_matches ?? [];
    return matches.find(({ entry }) => entry.id === entryId)?.review;
  }

  async function list(query: Partial<ProcessedQuery>) {
    const whole = { limit: 100, offset: 0, ...query };
    const { total, items } = await store.listProcessed(whole);
    const page = { total, ids: items.map(({ db_id }) => db_id) };
    expect(await store.listProcessedIds(whole)).toEqual(page);
    return page;
  }

  undisturbed('a match has no review until somebody judges it, and then shows who said what', async () => {
    const [id = 0] = await process([1, 2]);
    expect(await reviewOf(id)).toBeNull();
    const answered = await judge(id, 1, 'rejected', { note: 'Other ears.' });
    const review = {
      verdict: 'rejected',
      reviews: [
        { actor: 'ada', verdict: 'rejected', note: 'Other ears.', at: expect.stringMatching(isoTime) },
      ],
    };
    expect(await reviewOf(id)).toEqual(review);
    expect(answered).toEqual(await store.getProcessed(id));
    expect((await store.listProcessed({ limit: 1, offset: 0 })).items).toEqual([answered]);
    expect(await reviewOf(id, 2)).toBeNull();
    const later = await opened().another();
    expect(await later.getProcessed(id)).toEqual(answered);
  });

  undisturbed('all reference images of an entry show the same review', async () => {
    const [id = 0] = await process([1, 1, 2]);
    await judge(id, 1, 'confirmed');
    const matches = (await store.getProcessed(id))?.faces[0]?.blacklist_matches ?? [];
    expect(matches.map(({ review }) => review?.verdict)).toEqual(['confirmed', 'confirmed', undefined]);
  });

  test("a person's latest verdict counts, and saying it again changes nothing", async () => {
    const [id = 0] = await process([1]);
    await judge(id, 1, 'confirmed');
    const once = await judge(id, 1, 'rejected', { note: 'Looked again.' });
    expect(await reviewOf(id)).toMatchObject({ verdict: 'rejected', reviews: [{ verdict: 'rejected' }] });
    expect(await judge(id, 1, 'rejected', { note: 'Looked again.' })).toEqual(once);
    expect((await reviewOf(id))?.reviews).toHaveLength(1);
  });

  test('with two reviewers a match is open until both have judged, and unsure where they disagree', async () => {
    const [id = 0] = await process([1]);
    const steps = [
      ['ada', 'confirmed', 'open'],
      ['ada', 'rejected', 'open'],
      ['bob', 'rejected', 'rejected'],
      ['bob', 'confirmed', 'unsure'],
      ['eve', 'confirmed', 'confirmed'],
    ] as const;
    for (const [actor, verdict, counts] of steps) {
      await judge(id, 1, verdict, { actor, reviewers: 2 });
      expect((await reviewOf(id))?.verdict).toBe(counts);
      expect(await list({ review: counts })).toEqual({ total: 1, ids: [id] });
    }
    expect((await reviewOf(id))?.reviews.map(({ actor }) => actor)).toEqual(['ada', 'bob', 'eve']);
  });

  undisturbed('only what matched can be judged', async () => {
    const [id = 0, none = 0] = await process([1], []);
    const refused = [
      judge(id, 2, 'confirmed'),
      judge(none, 1, 'confirmed'),
      store.reviewProcessed(
        id,
        { faceIndex: 1, entryId: 1, verdict: 'confirmed', note: null, actor: 'ada' },
        1,
      ),
    ];
    await Promise.all(refused.map((one) => expect(one).rejects.toThrow(RequestInvalidError)));
    expect(await judge(999, 1, 'confirmed')).toBeUndefined();
    expect(await list({ review: 'open' })).toEqual({ total: 1, ids: [id] });
    expect(await store.reviewTallies(0)).toEqual([]);
  });

  test('verdicts are counted by day, entry and threshold, and follow what counts', async () => {
    const [first = 0, second = 0] = await process([1, 2], [1]);
    const tallies = async () =>
      (await store.reviewTallies(0)).map(({ entryId, confirmed, rejected, unsure }) => [
        entryId,
        confirmed,
        rejected,
        unsure,
      ]);
    await judge(first, 1, 'rejected');
    await judge(second, 1, 'rejected');
    await judge(first, 2, 'unsure');
    expect(await tallies()).toEqual([
      [1, 0, 2, 0],
      [2, 0, 0, 1],
    ]);
    await judge(second, 1, 'confirmed');
    await judge(second, 1, 'confirmed', { note: 'Quite sure.' });
    expect(await tallies()).toEqual([
      [1, 1, 1, 0],
      [2, 0, 0, 1],
    ]);
    const [tally] = await store.reviewTallies(0);
    const { processing_timestamp } = (await store.getProcessed(first)) ?? {};
    const day = dayOf(new Date(processing_timestamp ?? 0));
    expect(tally).toMatchObject({ day, model: 'MobileFaceNet', metric: 'cosine', threshold: 0.6 });
    expect(await store.reviewTallies(day)).toHaveLength(2);
    expect(await store.reviewTallies(day + 1)).toEqual([]);
  });

  test('simultaneous verdicts of several people through two stores are all kept', async () => {
    const another = await opened().another();
    const [id = 0] = await process([1]);
    const actors = Array.from({ length: 5 }, (_, index) => `person-${index}`);
    await Promise.all(
      actors.map((actor, index) =>
        judge(id, 1, 'rejected', { actor, reviewers: 2, by: index % 2 === 0 ? store : another }),
      ),
    );
    const review = await reviewOf(id);
    expect(review?.reviews.map(({ actor }) => actor).sort()).toEqual(actors);
    expect(await store.reviewTallies(0)).toMatchObject([{ confirmed: 0, rejected: 1, unsure: 0 }]);
    expect(await list({ review: 'rejected' })).toEqual({ total: 1, ids: [id] });
  });

  undisturbed('a page by review is the part of the whole that was asked for, whatever moved', async () => {
    const shows = Array.from({ length: 24 }, (_, index) => [[], [1], [1, 2], [2]][index % 4] as number[]);
    const ids = await process(...shows);
    const states = new Map(ids.map((id, index) => [id, new Map(shows[index]?.map((one) => [one, 'open']))]));
    const stateOf = (id: number | null) => {
      const all = [...(states.get(id ?? 0)?.values() ?? [])];
      return ['open', 'confirmed', 'unsure', 'rejected'].find((state) => all.includes(state));
    };
    const move = fc.record({
      place: fc.nat(ids.length - 1),
      verdict: fc.constantFrom('confirmed', 'rejected', 'unsure'),
      review: fc.constantFrom(...reviewStates),
      person: fc.constantFrom([], [1], [2], [1, 2], [3, 1]),
      hasMatch: fc.constantFrom(undefined, true, false),
      offset: fc.nat(6),
      limit: fc.integer({ min: 1, max: 6 }),
      beforeId: fc.option(fc.nat(26), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(move, async ({ place, verdict, offset, limit, person, ...others }) => {
        const id = ids[place] ?? 0;
        for (const entryId of shows[place] ?? []) {
          await judge(id, entryId, verdict as ReviewVerdict);
          states.get(id)?.set(entryId, verdict);
        }
        const [entryId, ...mergedIds] = person;
        const filter = { ...others, entryId, mergedIds };
        const wanted = ids.toReversed().filter((one) => {
          const shown = states.get(one) ?? new Map();
          if (filter.hasMatch === false || stateOf(one) !== filter.review) return false;
          if (filter.beforeId !== undefined && one >= filter.beforeId) return false;
          return entryId === undefined ? shown.size > 0 : person.some((id) => shown.has(id));
        });
        const page = { total: wanted.length, ids: wanted.slice(offset, offset + limit) };
        expect(await list({ ...filter, offset, limit })).toEqual(page);
        const among = await store.getProcessedAmong(ids.toReversed(), filter);
        expect([...among.keys()].sort((one, other) => other - one)).toEqual(wanted);
      }),
      cases(60, opened()),
    );
  });

  test('a removed picture is in no list by review, whatever was said of it', async () => {
    const ids = await process([1], [1], [], [1], [1, 2], [1]);
    const [first = 0, second = 0, unmatched = 0, third = 0, fourth = 0, fifth = 0] = ids;
    await judge(first, 1, 'rejected');
    await judge(third, 1, 'rejected');
    await judge(fourth, 1, 'confirmed');
    // The fourth is open still, because nobody has judged its second match.
    expect(await store.removeProcessed([first, second, unmatched, fourth, fourth])).toBe(4);
    expect(await list({ review: 'open' })).toEqual({ total: 1, ids: [fifth] });
    expect(await list({ review: 'open', limit: 1, offset: 1 })).toEqual({ total: 1, ids: [] });
    expect(await list({ review: 'rejected' })).toEqual({ total: 1, ids: [third] });
    expect(await list({ review: 'rejected', entryId: 1 })).toEqual({ total: 1, ids: [third] });
    expect(await list({ review: 'confirmed' })).toEqual({ total: 0, ids: [] });
    expect(await judge(first, 1, 'confirmed')).toBeUndefined();
    // The next pictures get places of their own.
    const next = await store.addProcessed('next', resultShowing(1));
    expect(await list({ review: 'open' })).toEqual({ total: 2, ids: [next.id, fifth] });
    await judge(next.id, 1, 'rejected');
    expect(await list({ review: 'rejected' })).toEqual({ total: 2, ids: [next.id, third] });
    await store.removeProcessed([third, fifth, next.id]);
    for (const review of reviewStates) expect(await list({ review })).toEqual({ total: 0, ids: [] });
  });

  test('whoever judges a picture that is removed at the same moment leaves nothing of it', async () => {
    const another = await opened().another();
    const ids = await process(...Array.from({ length: 4 }, () => [1]));
    for (const id of ids.slice(0, 2)) await judge(id, 1, 'unsure');
    await Promise.all([
      store.removeProcessed(ids),
      ...ids.map((id) => judge(id, 1, 'rejected', { by: another })),
    ]);
    for (const review of reviewStates) expect(await list({ review })).toEqual({ total: 0, ids: [] });
    const next = await store.addProcessed('next', resultShowing(1));
    expect(await list({ review: 'open' })).toEqual({ total: 1, ids: [next.id] });
  });

  undisturbed('times narrow a page by review', async () => {
    const ids = await process([1], [1], [1]);
    const { items } = await store.listProcessed({ limit: 3, offset: 0 });
    await judge(ids[1] ?? 0, 1, 'rejected');
    const until = new Date(Date.parse(String(items[0]?.processing_timestamp)) + 1);
    expect(await list({ review: 'open', until })).toEqual({ total: 2, ids: [ids[2], ids[0]] });
    expect(await list({ review: 'rejected', until })).toEqual({ total: 1, ids: [ids[1]] });
    for (const review of reviewStates)
      expect(await list({ review: review as ReviewState, since: until })).toEqual({ total: 0, ids: [] });
  });
}

interface Judgement {
  readonly actor: string;
  readonly note: string | null;
  readonly reviewers: 1 | 2;
  readonly by: RecordStore;
}

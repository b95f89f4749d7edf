import { beforeEach, expect, type TestAPI, test } from 'vitest';
import { EntryNotFoundError, RequestInvalidError, VersionConflictError } from '../../../lib/errors.ts';
import type { MergeClaim, MergeStep } from '../../../lib/records/merging.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import type { ProcessedFilter, ProcessedQuery } from '../../../lib/records/processed.ts';
import { MergeOvertakenError } from '../../../lib/records/shared/mergeable.ts';
import { nothingErased } from '../../../lib/records/shared/redaction.ts';
import {
  activeEntry,
  addImage,
  enrolledFace,
  getImage,
  isoTime,
  type OpenedRecords,
  processedResult,
  resultNearly,
  resultShowing,
} from './fixtures.ts';

export function erasureSuite(opened: () => OpenedRecords, undisturbed: TestAPI): void {
  let store: RecordStore;
  beforeEach(() => {
    store = opened().store;
  });

  test('an erasure begins with the step that hides its entry, and stays when that is gone', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    expect(await store.getErasure(entry.id)).toBeUndefined();
    expect(await store.markEntryDeleting(entry.id, { history: 'redact' })).toEqual(entry);
    const begun = {
      entryId: entry.id,
      history: 'redact',
      started: expect.stringMatching(isoTime),
      finished: null,
      removed: nothingErased,
    };
    expect(await store.getErasure(entry.id)).toEqual(begun);
    // Another wish before it is done counts, and what was found is counted once.
    await store.markEntryDeleting(entry.id, { history: 'delete' });
    await store.noteErasure(entry.id, { reference_pictures: 2, faces: 1 });
    await store.noteErasure(entry.id, { reference_pictures: 1, faces: 3 });
    await store.removeEntry(entry.id);
    await store.noteErasure(entry.id, {}, true);
    const later = await opened().another();
    const done = await later.getErasure(entry.id);
    expect(done).toEqual({
      ...begun,
      history: 'delete',
      finished: expect.stringMatching(isoTime),
      removed: { ...nothingErased, reference_pictures: 2, faces: 3 },
    });
    expect(await later.unsettledErasures()).toEqual([done]);
    // Until something was found that it had not reached, it stays finished at that time.
    await later.noteErasure(entry.id, { faces: 2 });
    await later.noteErasure(entry.id, {}, true);
    expect(await store.getErasure(entry.id)).toEqual(done);
    await later.noteErasure(entry.id, {}, false);
    expect(await store.getErasure(entry.id)).toEqual({ ...done, finished: null });
    await later.noteErasure(entry.id, {}, true);
    expect((await store.getErasure(entry.id))?.finished).toMatch(isoTime);
    await later.settleErasure(entry.id);
    expect(await store.unsettledErasures()).toEqual([]);
    expect(await store.getErasure(entry.id)).toMatchObject({ history: 'delete', removed: { faces: 3 } });
  });

  undisturbed('an entry that is only hidden has no erasure, and none can be noted of it', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    await store.markEntryDeleting(entry.id);
    await store.noteErasure(entry.id, { faces: 1 }, true);
    expect(await store.getErasure(entry.id)).toBeUndefined();
    expect(await store.unsettledErasures()).toEqual([]);
    expect(await store.markEntryDeleting(4711, { history: 'redact' })).toBeUndefined();
    expect(await store.getErasure(4711)).toBeUndefined();
  });

  test('an entry is merged only into one that is shown, and that one knows of it', async () => {
    const [{ entry }, { entry: into }] = [
      await activeEntry(store, 'Ada'),
      await activeEntry(store, 'Ada L.'),
    ];
    const merge = (id: number, mergedInto: number) =>
      store.markEntryDeleting(id, { history: 'keep', mergedInto });
    await expect(merge(entry.id, 4711)).rejects.toThrow(RequestInvalidError);
    expect(await store.getErasure(entry.id)).toBeUndefined();
    expect((await store.getEntry(entry.id))?.status).toBe('ACTIVE');

    expect(await merge(entry.id, into.id)).toEqual(entry);
    const merged = { entryId: entry.id, history: 'keep', mergedInto: into.id, finished: null };
    expect(await store.getErasure(entry.id)).toMatchObject(merged);
    // Whoever asks again does not undo the merge.
    await store.markEntryDeleting(entry.id, { history: 'redact' });
    await store.removeEntry(entry.id);
    const later = await opened().another();
    expect(await later.getErasure(entry.id)).toMatchObject(merged);
    expect(await later.unsettledErasures()).toMatchObject([merged]);
    expect(await later.mergedEntries(into.id)).toEqual([entry.id]);
    expect(await later.mergedEntries(entry.id)).toEqual([]);

    await store.markEntryDeleting(into.id, { history: 'redact' });
    const { entry: third } = await activeEntry(store, 'Ada M.');
    await expect(merge(third.id, into.id)).rejects.toThrow(RequestInvalidError);
  });

  const claim: MergeClaim = { into: 1, token: 'a', calls: ['c'], seen: 5 };
  const step = (images: readonly string[], token = claim.token): MergeStep => ({
    ...{ token, images: new Set(images), actor: 'ada' },
    change: (into, from) => ({ notes: [into.notes, from.name].filter((part) => part !== null).join(' ') }),
  });

  test('the claim of a merge is replaced only as it was read, and stands only for an entry that is shown', async () => {
    const another = await opened().another();
    const { entry } = await activeEntry(store, 'Ada');
    expect(await store.mergeClaim(entry.id)).toBeUndefined();
    expect(await store.replaceMergeClaim(entry.id, claim, claim)).toBe(false);
    const rivals = [store, another].map((one, index) =>
      one.replaceMergeClaim(entry.id, undefined, { ...claim, token: String(index) }),
    );
    expect((await Promise.all(rivals)).toSorted()).toEqual([false, true]);
    const known = await another.mergeClaim(entry.id);
    expect(known).toMatchObject({ into: 1, calls: ['c'] });
    const more = { ...claim, calls: ['c', 'd'] };
    expect(await store.replaceMergeClaim(entry.id, { ...claim, token: 'b' }, more)).toBe(false);
    expect(await store.replaceMergeClaim(entry.id, known, more)).toBe(true);
    await store.markEntryDeleting(entry.id, { history: 'redact' });
    expect(await store.replaceMergeClaim(entry.id, more, claim)).toBe(false);
    const revoked = { ...more, isRevoked: true } as const;
    expect(await store.replaceMergeClaim(entry.id, more, revoked)).toBe(true);
    await store.removeEntry(entry.id);
    expect(await another.mergeClaim(entry.id)).toEqual(revoked);
    expect(await store.replaceMergeClaim(entry.id, revoked, undefined)).toBe(true);
    expect(await store.mergeClaim(entry.id)).toBeUndefined();
  });

  test('a merge hides one entry and changes the other in one step, and only as long as it is claimed', async () => {
    const { entry: into } = await activeEntry(store, 'Ada L.');
    const { entry, imageId } = await activeEntry(store, 'Ada');
    const merge = (wanted: MergeStep, ifVersion = [1]) =>
      store.markEntryDeleting(entry.id, { history: 'keep', mergedInto: into.id, ifVersion, merge: wanted });
    await expect(merge(step([imageId]))).rejects.toThrow(MergeOvertakenError);
    await store.replaceMergeClaim(entry.id, undefined, claim);
    const revoked = { ...claim, isRevoked: true } as const;
    await store.replaceMergeClaim(entry.id, claim, revoked);
    await expect(merge(step([imageId]))).rejects.toThrow(MergeOvertakenError);
    await store.replaceMergeClaim(entry.id, revoked, claim);
    await expect(merge(step([imageId], 'b'))).rejects.toThrow(MergeOvertakenError);
    await expect(merge({ ...step([imageId]), intoVersions: [7] })).rejects.toThrow(VersionConflictError);
    await expect(merge(step([imageId]), [7])).rejects.toThrow(VersionConflictError);
    expect(await store.getErasure(entry.id)).toBeUndefined();
    expect(await store.getEntry(into.id)).toEqual(into);
    await merge(step([imageId]));
    expect(await store.getEntry(into.id)).toMatchObject({ notes: 'Ada', version: 2, updatedBy: 'ada' });
    // A second merge does not touch what the first has begun.
    await expect(merge(step([imageId]))).rejects.toThrow(EntryNotFoundError);
    expect(await store.getErasure(entry.id)).toMatchObject({ history: 'keep', mergedInto: into.id });
    const { entry: erased } = await activeEntry(store, 'Ada M.');
    await store.markEntryDeleting(erased.id, { history: 'delete' });
    const late = store.markEntryDeleting(erased.id, { history: 'keep', mergedInto: into.id });
    await expect(late).rejects.toThrow(EntryNotFoundError);
    expect(await store.getErasure(erased.id)).toMatchObject({ history: 'delete' });
  });

  test('an entry is merged only with the images that are known, also when one comes at the same moment', async () => {
    const another = await opened().another();
    const { entry: into } = await activeEntry(store, 'Ada L.');
    const { entry, imageId } = await activeEntry(store, 'Ada');
    await store.replaceMergeClaim(entry.id, undefined, claim);
    const merge = (...ids: readonly string[]) =>
      store.markEntryDeleting(entry.id, { history: 'keep', mergedInto: into.id, merge: step(ids) });
    const { id: pending } = await addImage(store, entry.id);
    const outcomes = await Promise.allSettled([merge(imageId), another.activateImage(pending, enrolledFace)]);
    if (outcomes[0].status === 'rejected') {
      expect(outcomes[0].reason).toBeInstanceOf(MergeOvertakenError);
      expect(await getImage(store, pending)).toMatchObject({ status: 'ACTIVE' });
      await expect(merge(imageId)).rejects.toThrow(MergeOvertakenError);
      expect(await store.getErasure(entry.id)).toBeUndefined();
      expect(await store.getEntry(entry.id)).toMatchObject({ status: 'ACTIVE', imageCount: 2 });
      // Nor with one less, which would come back.
      await store.withdrawImage(imageId);
      await expect(merge(imageId, pending)).rejects.toThrow(MergeOvertakenError);
      await merge(pending);
    } else {
      expect(outcomes[1]).toMatchObject({ status: 'fulfilled', value: undefined });
    }
    expect(await store.getErasure(entry.id)).toMatchObject({ mergedInto: into.id });
  });

  test('two people who are taken out of a record at the same moment are both gone', async () => {
    const another = await opened().another();
    const { id } = await store.addProcessed('both', resultShowing(1, 2));
    await Promise.all([store.redactProcessed([id], 1), another.redactProcessed([id], 2)]);
    const { faces } = (await store.getProcessed(id)) ?? {};
    const names = faces?.flatMap(({ blacklist_matches }) => blacklist_matches.map(({ entry }) => entry.name));
    expect(names).toEqual(['(erased)', '(erased)']);
  });

  test('an erasure counts what is redacted in the same step, each record once', async () => {
    const { entry } = await activeEntry(store, 'Ada');
    const ids: number[] = [];
    for (const pictureId of ['one', 'two']) {
      const copies = { original_image_path: 'a', saved_image_path: 'b', cropped_face_path: 'c' };
      ids.push((await store.addProcessed(pictureId, { ...resultShowing(entry.id), ...copies })).id);
    }
    const other = await store.addProcessed('other', resultShowing(entry.id + 1));
    await store.markEntryDeleting(entry.id, { history: 'redact' });
    await store.redactProcessed(ids.slice(0, 1), entry.id);
    await store.redactProcessed([...ids, other.id, 4711], entry.id);
    const counts = { history_records: 2, history_pictures: 6 };
    expect((await store.getErasure(entry.id))?.removed).toEqual({ ...nothingErased, ...counts });
  });

  undisturbed(
    'redaction takes one person out of a record, and leaves time, counts and the others',
    async () => {
      const both = resultShowing(1, 2);
      const { id, timestamp } = await store.addProcessed('both', both);
      const other = await store.addProcessed('other', resultShowing(2));
      const before = await store.getProcessed(other.id);
      await store.redactProcessed([id, other.id, 999], 1);
      await store.redactProcessed([id], 1);
      const redacted = await store.getProcessed(id);
      expect(redacted).toMatchObject({
        db_id: id,
        processing_timestamp: timestamp,
        has_blacklist_match: true,
        image_path_or_identifier: '(erased)',
        ...{ saved_image_path: null, original_image_path: null, cropped_face_path: null },
      });
      const [own, others] = redacted?.faces[0]?.blacklist_matches ?? [];
      expect(own).toMatchObject({
        entry: { id: 1, name: '(erased)', reason: null },
        identity: '(erased)',
        image_id: null,
        distance: both.faces[0]?.blacklist_matches[0]?.distance,
      });
      expect(others).toEqual(both.faces[0]?.blacklist_matches[1]);
      expect(redacted?.faces[0]?.facial_area).toMatchObject({ x: 10, y: 20, w: 30, h: 40, left_eye: null });
      expect(await store.getProcessed(other.id)).toEqual(before);
      // It is found, counted and removed as before.
      expect(await store.listProcessed({ limit: 5, offset: 0, entryId: 1 })).toEqual({
        total: 1,
        items: [redacted],
      });
      expect(await store.removeProcessed([id])).toBe(1);
      expect((await store.listProcessed({ limit: 5, offset: 0, entryId: 1 })).total).toBe(0);
      expect((await store.listProcessed({ limit: 5, offset: 0, hasMatch: true })).total).toBe(1);
    },
  );

  undisturbed(
    'redaction of an answer of many parts, and of a crowd that its entry does not lead to',
    async () => {
      const long = processedResult(Array.from({ length: 1000 }, (_, index) => index / 1000));
      const { id } = await store.addProcessed('long', long);
      await store.redactProcessed([id], 1);
      expect(JSON.stringify(await store.getProcessed(id))).not.toContain('Ada');
      const entryIds = Array.from({ length: 60 }, (_, index) => index + 1);
      const crowd = await store.addProcessed('crowd', resultShowing(...entryIds));
      expect((await store.listProcessed({ limit: 5, offset: 0, entryId: 60 })).total).toBe(0);
      const { items } = await store.listProcessed({ limit: 5, offset: 0, isCrowd: true });
      expect(items.map(({ db_id }) => db_id)).toEqual([crowd.id]);
      await store.redactProcessed([crowd.id], 60);
      expect((await store.getProcessed(crowd.id))?.faces[0]?.blacklist_matches[59]?.entry).toMatchObject({
        id: 60,
        name: '(erased)',
        reason: null,
      });
      expect((await store.listProcessed({ limit: 5, offset: 0, isCrowd: true })).total).toBe(1);
    },
  );

  const all = { limit: 100, offset: 0 };
  const judged = { faceIndex: 0, verdict: 'rejected', note: "Ada's sister.", actor: 'bob' } as const;

  undisturbed(
    'redaction takes a person out of near misses, and leaves what the face looked like',
    async () => {
      const near = resultNearly(1, 2);
      const { id } = await store.addProcessed('near', near);
      await store.redactProcessed([id], 1);
      const redacted = await store.getProcessed(id);
      const [own, other] = redacted?.faces[0]?.near_misses ?? [];
      expect(own).toMatchObject({ entry: { id: 1, name: '(erased)', reason: null }, identity: '(erased)' });
      expect(own).toMatchObject({ image_id: null, distance: near.faces[0]?.near_misses?.[0]?.distance });
      expect(other).toEqual(near.faces[0]?.near_misses?.[1]);
      const { quality, verdict, verdict_reasons } = near.faces[0] ?? {};
      expect(redacted?.faces[0]).toMatchObject({ quality, verdict, verdict_reasons, candidates: null });
      expect(redacted).toMatchObject({
        has_near_miss: true,
        has_blacklist_match: false,
        verdict: 'possible',
      });
      expect(redacted).toMatchObject({ image_path_or_identifier: '(erased)', original_image_path: null });
    },
  );

  undisturbed(
    'pictures that only nearly show an entry are found by it, and not counted as showing it',
    async () => {
      const both = resultShowing(1);
      const nearToo = { ...both, faces: [...both.faces, ...resultNearly(1, 2).faces] };
      await store.addProcessed('match', resultShowing(1));
      const near = await store.addProcessed('near', resultNearly(1));
      const second = await store.addProcessed('both', nearToo);
      const idsOf = async (filter: ProcessedFilter) => {
        const { total, items } = await store.listProcessed({ ...all, ...filter });
        expect(total).toBe(items.length);
        return items.map(({ db_id }) => db_id);
      };
      expect(await idsOf({ nearEntryId: 1 })).toEqual([near.id]);
      expect(await idsOf({ nearEntryId: 2 })).toEqual([second.id]);
      expect(await idsOf({ entryId: 1 })).not.toContain(near.id);
      expect(await idsOf({ hasMatch: false })).toEqual([near.id]);
      await store.redactProcessed([near.id], 1);
      expect(await idsOf({ nearEntryId: 1 })).toEqual([near.id]);
      expect(await store.removeProcessed([near.id])).toBe(1);
      expect(await idsOf({ nearEntryId: 1 })).toEqual([]);
    },
  );

  undisturbed('a picture that nearly shows very many is found among the crowds', async () => {
    const entryIds = Array.from({ length: 120 }, (_, index) => index + 1);
    const origin = { source: 'door', reference: 'a.jpg' };
    const { id } = await store.addProcessed('crowd', { ...resultNearly(...entryIds), ...origin });
    const { items } = await store.listProcessed({ ...all, isCrowd: true });
    expect(items.map(({ db_id }) => db_id)).toEqual([id]);
    await store.redactProcessed([id], 120);
    expect((await store.getProcessed(id))?.faces[0]?.near_misses?.[119]?.entry.name).toBe('(erased)');
  });

  test("redaction takes what people wrote about a person's matches, and leaves verdicts and the others", async () => {
    const { id } = await store.addProcessed('both', resultShowing(1, 2));
    await store.reviewProcessed(id, { ...judged, entryId: 1 }, 1);
    await store.reviewProcessed(id, { ...judged, entryId: 2 }, 1);
    await store.redactProcessed([id], 1);
    const [own, other] = (await store.getProcessed(id))?.faces[0]?.blacklist_matches ?? [];
    expect(own?.review).toMatchObject({ verdict: 'rejected', reviews: [{ actor: 'bob', note: null }] });
    expect(other?.review?.reviews).toMatchObject([{ note: judged.note }]);
    expect((await store.listProcessed({ ...all, review: 'rejected' })).total).toBe(1);
    // Nobody writes about an erased person any more, and the others can be judged as before.
    const again = store.reviewProcessed(id, { ...judged, entryId: 1, note: 'Ada!' }, 1);
    await expect(again).rejects.toThrow(RequestInvalidError);
    const later = await store.reviewProcessed(id, { ...judged, entryId: 2, verdict: 'confirmed' }, 1);
    expect(later?.faces[0]?.blacklist_matches[1]?.review?.verdict).toBe('confirmed');
  });

  test('a picture waits for nobody once all whom nobody has judged are erased', async () => {
    const ids: number[] = [];
    for (const shown of [[1], [1, 2], [1, 3], [4]]) {
      ids.push((await store.addProcessed(`shows ${shown}`, resultShowing(...shown))).id);
    }
    const [alone = 0, withOther = 0, withJudged = 0, other = 0] = ids;
    await store.reviewProcessed(withJudged, { ...judged, entryId: 3 }, 1);
    const idsOf = async (filter: Partial<ProcessedQuery>) => {
      const { total, items } = await store.listProcessed({ ...all, ...filter });
      expect(total).toBe(items.length);
      return items.map(({ db_id }) => db_id);
    };
    for (let times = 0; times < 2; times++) {
      await store.redactProcessed(ids, 1);
      expect(await idsOf({ review: 'open' })).toEqual([other, withOther]);
      expect(await idsOf({ review: 'open', entryId: 1 })).toEqual([withOther]);
      expect(await idsOf({ review: 'rejected' })).toEqual([withJudged]);
      for (const review of ['confirmed', 'unsure'] as const) expect(await idsOf({ review })).toEqual([]);
      expect(await idsOf({ hasMatch: true })).toEqual([other, withJudged, withOther, alone]);
    }
    await store.reviewProcessed(withOther, { ...judged, entryId: 2, verdict: 'confirmed' }, 1);
    expect(await idsOf({ review: 'open' })).toEqual([other]);
    expect(await idsOf({ review: 'confirmed' })).toEqual([withOther]);
    expect(await store.closeErased()).toBe(0);
    // A picture that goes is not counted any more.
    expect(await store.removeProcessed([alone])).toBe(1);
    expect(await idsOf({ review: 'open' })).toEqual([other]);
  });

  test('two people who are erased at the same moment, and judged, are both gone', async () => {
    const another = await opened().another();
    const { id } = await store.addProcessed('both', resultShowing(1, 2));
    const refused = (error: unknown) => expect(error).toBeInstanceOf(RequestInvalidError);
    await Promise.all([
      store.redactProcessed([id], 1),
      another.redactProcessed([id], 2),
      store.reviewProcessed(id, { ...judged, entryId: 1 }, 1).catch(refused),
      another.reviewProcessed(id, { ...judged, entryId: 2 }, 1).catch(refused),
    ]);
    const { faces } = (await store.getProcessed(id)) ?? {};
    const names = faces?.flatMap(({ blacklist_matches }) => blacklist_matches.map(({ entry }) => entry.name));
    expect(names).toEqual(['(erased)', '(erased)']);
    expect(JSON.stringify(faces)).not.toContain(judged.note);
  });
}

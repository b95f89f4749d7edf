import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { addImages } from '../../lib/blacklist/add-images.ts';
import { contentIdsOf } from '../../lib/blacklist/content-ids.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { deleteImage } from '../../lib/blacklist/delete-image.ts';
import { mergeEntries } from '../../lib/blacklist/merge-entries.ts';
import { sweep } from '../../lib/blacklist/sweep.ts';
import { updateEntry } from '../../lib/blacklist/update-entry.ts';
import type { WatchedTrack } from '../../lib/cameras/judge.ts';
import { Sightings } from '../../lib/cameras/sightings.ts';
import { parseConfig } from '../../lib/config.ts';
import { BackendUnavailableError, RequestInvalidError, VersionConflictError } from '../../lib/errors.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { MergeOvertakenError } from '../../lib/records/shared/mergeable.ts';
import { deepface } from './deployments.ts';
import { mergeSuite, useMerges } from './merge-suite.ts';
import { watched } from './steps.ts';
import { complete, contents, everything, matchedNames } from './stores.ts';

const merges = useMerges(deepface);
const { used, list, prepare, merge, crashAt, whenMoved } = merges;

mergeSuite(merges, 'all');

it('beside changes that never end is to be sent again, and with a version is a conflict', async () => {
  const ids = await prepare();
  let changes = 0;
  const busy = watched(used.living, {
    after: async () => {},
    before: async (call) => {
      if (call !== 'records.markEntryDeleting') return;
      changes += 1;
      await updateEntry(used.living, ids.from, { category: `change ${changes}` });
    },
  });
  const merging = (request: object) => mergeEntries(busy, ids.into, { entry_id: ids.from, ...request });
  await expect(merging({ entry_version: 1 })).rejects.toThrow(VersionConflictError);
  expect(changes).toBe(1);
  await expect(merging({})).rejects.toThrow(BackendUnavailableError);
  expect(await used.living.records.getEntry(ids.from)).toMatchObject({ status: 'ACTIVE', imageCount: 2 });
});

it('that crashed leaves nothing of somebody who is erased afterwards', async () => {
  const ids = await prepare();
  const all = await crashAt(ids, Number.POSITIVE_INFINITY);
  for (const call of ['records.activateImage', 'records.markEntryDeleting']) {
    const again = await prepare();
    const moment = all.indexOf(`before ${call}`) + (call === 'records.activateImage' ? 1 : 0);
    await crashAt(again, moment);
    await deleteEntry(used.living, again.from, { history: 'redact' });
    await sweep(used.living, everything());
    expect(await contents(used.living), call).toEqual(complete({ Jane: 1 }));
    expect(await matchedNames(used.living, used.portraits.other), call).toEqual([]);
  }
});

it('takes back nothing that somebody has added to the entry that stays meanwhile', async () => {
  const { other } = used.portraits;
  for (const end of ['refused', 'erased'] as const) {
    const ids = await prepare();
    const busy = whenMoved(async () => {
      // The merge has lent this picture: it is there.
      const added = await addImages(used.living, ids.into, [{ fileName: 'mine.jpg', bytes: other }]);
      expect(added.added, end).toBe(0);
      if (end === 'erased') await deleteEntry(used.living, ids.from);
      else await updateEntry(used.living, ids.into, { category: 'another person' });
    });
    const merging = mergeEntries(busy, ids.into, { entry_id: ids.from, version: 1 });
    await expect(merging, end).rejects.toThrow(end === 'erased' ? RequestInvalidError : VersionConflictError);
    await sweep(used.living, everything());
    const people = end === 'erased' ? { Jane: 2 } : { Jane: 2, 'Jane R.': 2 };
    expect(await contents(used.living), end).toEqual(complete(people));
    expect(await matchedNames(used.living, other), end).toContain('Jane');
  }
});

it('beside an erasure adds a picture of the erased person, or is told to try again', async () => {
  const { other } = used.portraits;
  const files = [{ fileName: 'mine.jpg', bytes: other }];
  for (const call of ['records.markImageDeleting', 'faces.remove', 'images.erase', 'records.removeImage']) {
    const ids = await prepare();
    let outcome: unknown;
    const erasing = watched(used.living, {
      after: async () => {},
      before: async (name) => {
        if (name !== call || outcome !== undefined) return;
        outcome = 'begun';
        outcome = await addImages(used.living, ids.into, files).catch((error: unknown) => error);
      },
    });
    const busy = whenMoved(() => deleteEntry(erasing, ids.from));
    await expect(mergeEntries(busy, ids.into, { entry_id: ids.from })).rejects.toThrow(RequestInvalidError);
    if (outcome instanceof Error) {
      expect(outcome, call).toBeInstanceOf(BackendUnavailableError);
      await addImages(used.living, ids.into, files);
    } else expect(outcome, call).toMatchObject({ errors: expect.any(Array) });
    await sweep(used.living, everything());
    expect(await contents(used.living), call).toEqual(complete({ Jane: 2 }));
    expect(await matchedNames(used.living, other), call).toEqual(['Jane']);
  }
});

it('brings back no picture that was deleted from the other entry meanwhile', async () => {
  const ids = await prepare();
  const images = await used.living.records.listImages(ids.from);
  const deleted: string[] = [];
  const busy = whenMoved(async () => {
    // That of the other portrait, which the merge has copied already.
    for (const image of images) {
      const bytes = await used.living.images.get(image.key);
      const isShared = (
        await used.living.records.getImages(contentIdsOf(ids.into, bytes ?? new Uint8Array()))
      )
        .values()
        .some(({ holder }) => holder?.startsWith('merge ') !== true);
      if (!isShared) deleted.push((await deleteImage(used.living, ids.from, image.id)).id);
    }
  });
  await mergeEntries(busy, ids.into, { entry_id: ids.from });
  expect(deleted).toHaveLength(1);
  expect(await contents(used.living)).toEqual(complete({ Jane: 1 }));
  expect(await matchedNames(used.living, used.portraits.other)).toEqual([]);
});

it('leaves the entry that stays its last own picture, and lends none on', async () => {
  const ids = await prepare();
  const third = await list('John', null, used.portraits.listed);
  const [own] = await used.living.records.listImages(ids.into);
  const outcomes: unknown[] = [];
  const busy = whenMoved(async () => {
    const [shared] = await used.living.records.listImages(ids.from);
    await deleteImage(used.living, ids.from, shared?.id ?? '').catch(() => undefined);
    for (const work of [
      () => deleteImage(used.living, ids.into, own?.id ?? ''),
      () => mergeEntries(used.living, third, { entry_id: ids.into }),
    ]) {
      outcomes.push(await work().catch((error: unknown) => error));
    }
    await updateEntry(used.living, ids.into, { category: 'another person' });
  });
  const merging = mergeEntries(busy, ids.into, { entry_id: ids.from, version: 1 });
  await expect(merging).rejects.toThrow(VersionConflictError);
  expect(outcomes).toEqual([expect.any(MergeOvertakenError), expect.any(MergeOvertakenError)]);
  expect(await contents(used.living)).toMatchObject(complete({ Jane: 1, 'Jane R.': 1, John: 1 }));
});

it('has the entry alone: a merge into another person waits, and takes back what a broken one left', async () => {
  const ids = await prepare();
  const third = await list('John', null, used.portraits.listed);
  const intoThird = () => mergeEntries(used.living, third, { entry_id: ids.from });
  let refusal: unknown;
  const busy = whenMoved(async () => {
    refusal = await intoThird().catch((error: unknown) => error);
  });
  await mergeEntries(busy, ids.into, { entry_id: ids.from });
  expect(refusal).toBeInstanceOf(MergeOvertakenError);
  await expect(intoThird()).rejects.toThrow(RequestInvalidError);
  expect(await contents(used.living)).toEqual(complete({ Jane: 2, John: 1 }));

  const later = await prepare();
  const other = await list('John', null, used.portraits.listed);
  const failing = watched(used.living, {
    after: async () => {},
    before: async (call) => {
      if (call === 'records.markEntryDeleting') throw new BackendUnavailableError('Down.', 5);
    },
  });
  const broken = mergeEntries(failing, later.into, { entry_id: later.from });
  await expect(broken).rejects.toThrow(BackendUnavailableError);
  expect(await contents(used.living)).toMatchObject({ pictures: 5 });
  await mergeEntries(used.living, other, { entry_id: later.from });
  expect(await contents(used.living)).toEqual(complete({ Jane: 1, John: 2 }));
});

it('that is done says so, though the entry that stays is deleted right after it', async () => {
  const ids = await prepare();
  const deleting = watched(used.living, {
    before: async () => {},
    after: async (call) => {
      if (call !== 'records.markEntryDeleting') return;
      if ((await used.living.records.getEntry(ids.into))?.status === 'ACTIVE') {
        await deleteEntry(used.living, ids.into);
      }
    },
  });
  const merged = await mergeEntries(deleting, ids.into, { entry_id: ids.from });
  expect(merged.entry).toMatchObject({ id: ids.into, image_count: 2, notes: 'Jane R.' });
  expect(await used.living.records.getErasure(ids.from)).toMatchObject({ mergedInto: ids.into });
  await sweep(used.living, everything());
  expect(await contents(used.living)).toMatchObject({ entries: [], images: [] });
});

it('gives signs of life, without which it counts as dead after a while', async () => {
  const ids = await prepare();
  const third = await list('John', null, used.portraits.listed);
  const { records } = used.living;
  const claim = { into: ids.into, token: 't', calls: ['dead'], seen: Date.now() };
  await records.replaceMergeClaim(ids.from, undefined, claim);
  const merging = () => mergeEntries(used.living, third, { entry_id: ids.from });
  await expect(merging()).rejects.toThrow(MergeOvertakenError);
  await records.replaceMergeClaim(ids.from, claim, { ...claim, seen: Date.now() - 20_001 });
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const signs: (number | undefined)[] = [];
  const seen = async () => (await records.mergeClaim(ids.from))?.seen;
  const busy = whenMoved(async () => {
    signs.push(await seen());
    await delay(2);
    vi.advanceTimersByTime(5_000);
    while ((await seen()) === signs[0]) await delay(10);
    signs.push(await seen());
  });
  await mergeEntries(busy, third, { entry_id: ids.from }).finally(() => vi.useRealTimers());
  expect(signs).toEqual([expect.any(Number), expect.any(Number)]);
  expect(Number(signs[1])).toBeGreaterThan(Number(signs[0]));
  expect(await contents(used.living)).toEqual(complete({ Jane: 1, John: 2 }));
});

it('a camera that has told of the entry that is gone tells nothing new of the one that stays', async () => {
  const ids = await prepare();
  const picture = await decodePicture(used.portraits.other);
  const sightings = new Sightings(used.living, parseConfig({}), { name: 'door', cooldown_s: 300 });
  const pass = async (entryId: number) => {
    const { faces, ...compared } = await used.living.faces.match(picture, {});
    const [face] = faces;
    const matches = face?.matches.filter((match) => match.entryId === entryId) ?? [];
    const at = Date.now();
    const looks = [{ confidence: 1, at, extra: { shot: { ...picture, area: face?.area } } }];
    const track = { id: 'a track', firstSeen: at, lastSeen: at, looks } as unknown as WatchedTrack;
    const sighting = await sightings.record(track, {
      ...compared,
      entries: [{ entryId, matchedLooks: 1, matches }],
    });
    return { of: sighting?.entryIds, isSuppressed: sighting?.isSuppressed };
  };
  expect(await pass(ids.from)).toEqual({ of: [ids.from], isSuppressed: false });
  await merge(used.living, ids);
  expect(await pass(ids.into)).toEqual({ of: [ids.into], isSuppressed: true });
});

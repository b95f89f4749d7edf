import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { addImages } from '../../lib/blacklist/add-images.ts';
import { contentIdsOf } from '../../lib/blacklist/content-ids.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { deleteImage } from '../../lib/blacklist/delete-image.ts';
import { mergeEntries } from '../../lib/blacklist/merge-entries.ts';
import { sweep } from '../../lib/blacklist/sweep.ts';
import { updateEntry } from '../../lib/blacklist/update-entry.ts';
import type { WatchedTrack } from '../../lib/cameras/judge.ts';
import { Sightings } from '../../lib/cameras/sightings.ts';
import { parseConfig } from '../../lib/config.ts';
import {
  BackendUnavailableError,
  LastImageError,
  RequestInvalidError,
  VersionConflictError,
} from '../../lib/errors.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import type { Ports } from '../../lib/ports.ts';
import { MergeOvertakenError } from '../../lib/records/shared/mergeable.ts';
import { crashing, isChange } from './crashing.ts';
import type { Deployment } from './deployments.ts';
import { watched } from './steps.ts';
import { clear, complete, contents, everything, matchedNames } from './stores.ts';
import { useTwoProcesses } from './two-processes.ts';

/** Time for one test, which starts at most this many merges, at some 100 ms each. */
const timeout = 600_000;

/** Tests merges that break off at any moment, and are sent again. */
export function mergeSuite(start: () => Promise<Deployment>): void {
  const used = useTwoProcesses(start);

  const list = async (name: string, reason: string | null, ...pictures: Uint8Array[]) => {
    const files = pictures.map((bytes) => ({ fileName: 'a.jpg', bytes }));
    return (await createEntry(used.living, { name, reason }, files)).id;
  };

  /** Lists a person twice; one picture is in both entries. */
  const prepare = async () => {
    await clear(used.living);
    const { listed, other } = used.portraits;
    return { into: await list('Jane', null, listed), from: await list('Jane R.', 'Theft.', listed, other) };
  };

  const merge = (used: Ports, { into, from }: { readonly into: number; readonly from: number }) =>
    mergeEntries(used, into, { entry_id: from, version: 1 }, { actor: 'ada' });

  const crashAt = async (ids: { readonly into: number; readonly from: number }, moment: number) => {
    const crash = crashing(used.dying, moment);
    await Promise.race([crash.crashed, merge(crash.ports, ids)]);
    return crash.moments;
  };

  describe('a merge that crashes before or after any change', () => {
    it('loses nothing, and ends the same when it is sent again', { timeout }, async () => {
      const all = await crashAt(await prepare(), Number.POSITIVE_INFINITY);
      const calls = [
        'records.replaceMergeClaim',
        'records.activateImage',
        'records.markEntryDeleting',
        'records.removeEntry',
      ];
      const done = [...calls, 'faces.remove', 'images.erase'];
      expect(all).toEqual(expect.arrayContaining(done.map((call) => `after ${call}`)));
      // The other entry is hidden only after the one that stays has everything.
      const order = calls.map((call) => all.indexOf(`after ${call}`));
      expect(order).toEqual(order.toSorted((one, two) => one - two));
      for (const [number, moment] of all.entries()) {
        if (number > 0 && !isChange(moment)) continue;
        const ids = await prepare();
        await crashAt(ids, number);
        expect(await matchedNames(used.living, used.portraits.other), moment).not.toEqual([]);
        const merged = await merge(used.living, ids);
        expect(merged.entry, moment).toMatchObject({
          ...{ id: ids.into, reason: 'Theft.', notes: 'Jane R.', version: 2, image_count: 2 },
        });
        await sweep(used.living, everything());
        expect(await contents(used.living), moment).toEqual(complete({ Jane: 2 }));
        expect(await matchedNames(used.living, used.portraits.other), moment).toEqual(['Jane']);
        expect(await used.living.records.getErasure(ids.from), moment).toMatchObject({
          mergedInto: ids.into,
        });
      }
    });
  });

  it('beside pictures and changes that come to the other entry ends with all of them', async () => {
    const ids = await prepare();
    let left = 3;
    const hidden = 'records.markEntryDeleting';
    const busy = watched(used.living, {
      after: async () => {},
      before: async (call) => {
        if (call !== hidden || left === 0) return;
        left -= 1;
        const { listed } = used.portraits;
        const bytes = await sharp(listed)
          .modulate({ brightness: 1.1 + left / 10 })
          .png()
          .toBuffer();
        if (left > 0) await addImages(used.living, ids.from, [{ fileName: 'late.png', bytes }]);
        else await updateEntry(used.living, ids.from, { category: 'theft' });
      },
    });
    const merged = await mergeEntries(busy, ids.into, { entry_id: ids.from });
    expect(left).toBe(0);
    expect(merged.entry).toMatchObject({ reason: 'Theft.', category: 'theft', image_count: 4 });
    expect(await contents(used.living)).toEqual(complete({ Jane: 4 }));
  });

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

  /** Does something once, when all pictures are there and the other entry is about to be hidden. */
  const whenMoved = (work: () => Promise<unknown>) => {
    let isDone = false;
    return watched(used.living, {
      after: async () => {},
      before: async (call) => {
        if (call !== 'records.markEntryDeleting' || isDone) return;
        isDone = true;
        await work();
      },
    });
  };
  const both = complete({ Jane: 1, 'Jane R.': 2 });

  it('leaves nothing of somebody who is erased meanwhile, and erases as was asked', async () => {
    const ids = await prepare();
    const busy = whenMoved(() => deleteEntry(used.living, ids.from, { history: 'delete' }));
    await expect(mergeEntries(busy, ids.into, { entry_id: ids.from })).rejects.toThrow(RequestInvalidError);
    expect(await contents(used.living)).toEqual(complete({ Jane: 1 }));
    expect(await matchedNames(used.living, used.portraits.other)).toEqual([]);
    expect(await used.living.records.getEntry(ids.into)).toMatchObject({
      reason: null,
      notes: null,
      version: 1,
    });
    const erasure = await used.living.records.getErasure(ids.from);
    expect(erasure).toMatchObject({ history: 'delete', finished: expect.any(String) });
    expect(erasure?.mergedInto).toBeUndefined();
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

  it('gives all pictures back when it is refused at the end', async () => {
    for (const changed of ['into', 'from'] as const) {
      const ids = await prepare();
      const busy = whenMoved(() => updateEntry(used.living, ids[changed], { category: 'another person' }));
      const condition = changed === 'into' ? { version: 1 } : { entry_version: 1 };
      const merging = mergeEntries(busy, ids.into, { entry_id: ids.from, ...condition });
      await expect(merging, changed).rejects.toThrow(VersionConflictError);
      expect(await contents(used.living), changed).toEqual(both);
      expect(await used.living.records.getEntry(ids.into), changed).toMatchObject({ notes: null });
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
      await expect(merging, end).rejects.toThrow(
        end === 'erased' ? RequestInvalidError : VersionConflictError,
      );
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

  /** Breaks a merge off when all pictures are there, as a client does that goes away. */
  const breakOff = async (ids: { readonly into: number; readonly from: number }) => {
    const broken = watched(used.living, {
      after: async () => {},
      before: async (call) => {
        if (call === 'records.markEntryDeleting') throw new BackendUnavailableError('Down.', 5);
      },
    });
    await expect(mergeEntries(broken, ids.into, { entry_id: ids.from })).rejects.toThrow(
      BackendUnavailableError,
    );
  };

  it('that broke off is in nobody’s way, and is taken back by who meets it and by the sweep', async () => {
    const { other } = used.portraits;
    // The other way round, which broke off too.
    const ids = await prepare();
    await breakOff(ids);
    await breakOff({ into: ids.from, from: ids.into }).catch(() => undefined);
    await mergeEntries(used.living, ids.from, { entry_id: ids.into });
    expect(await contents(used.living)).toEqual(complete({ 'Jane R.': 2 }));
    // Into a third entry.
    const chained = await prepare();
    const third = await list('John', null, used.portraits.listed);
    await breakOff(chained);
    await mergeEntries(used.living, third, { entry_id: chained.into });
    expect(await contents(used.living)).toEqual(complete({ 'Jane R.': 2, John: 1 }));
    // Somebody deletes a picture of the entry that was to stay.
    const kept = await prepare();
    const [own] = await used.living.records.listImages(kept.into);
    await breakOff(kept);
    await expect(deleteImage(used.living, kept.into, own?.id ?? '')).rejects.toThrow(BackendUnavailableError);
    await expect(deleteImage(used.living, kept.into, own?.id ?? '')).rejects.toThrow(LastImageError);
    // By the sweep.
    const swept = await prepare();
    await breakOff(swept);
    await updateEntry(used.living, swept.from, { suspended: true });
    expect(await matchedNames(used.living, other)).toEqual(['Jane']);
    await sweep(used.living, everything());
    expect(await matchedNames(used.living, other)).toEqual([]);
    expect(await contents(used.living)).toEqual(both);
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

  it('two merges at the same moment end as one', async () => {
    const ids = await prepare();
    const outcomes = await Promise.allSettled([merge(used.dying, ids), merge(used.living, ids)]);
    expect(outcomes.map(({ status }) => status)).toContain('fulfilled');
    await merge(used.living, ids);
    await sweep(used.living, everything());
    expect(await contents(used.living)).toEqual(complete({ Jane: 2 }));
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
}

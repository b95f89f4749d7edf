import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { addImages } from '../../lib/blacklist/add-images.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { deleteEntry } from '../../lib/blacklist/delete-entry.ts';
import { deleteImage } from '../../lib/blacklist/delete-image.ts';
import { mergeEntries } from '../../lib/blacklist/merge-entries.ts';
import { sweep } from '../../lib/blacklist/sweep.ts';
import { updateEntry } from '../../lib/blacklist/update-entry.ts';
import {
  BackendUnavailableError,
  LastImageError,
  RequestInvalidError,
  VersionConflictError,
} from '../../lib/errors.ts';
import type { Ports } from '../../lib/ports.ts';
import { type Crashes, crashesAt, crashing } from './crashing.ts';
import type { Deployment } from './deployments.ts';
import { watched } from './steps.ts';
import { complete, contents, empty, everything, matchedNames } from './stores.ts';
import { useDeployment, useTwoProcesses } from './two-processes.ts';

/** Time limit in milliseconds: each test merges many times. */
const timeout = 600_000;

interface Ids {
  readonly into: number;
  readonly from: number;
}

/** Opens a deployment for tests of merges, and gives what they share. */
export function useMerges(start: () => Promise<Deployment>) {
  const used = useTwoProcesses(useDeployment(start));

  const list = async (name: string, reason: string | null, ...pictures: Uint8Array[]) => {
    const files = pictures.map((bytes) => ({ fileName: 'a.jpg', bytes }));
    return (await createEntry(used.living, { name, reason }, files)).id;
  };

  /** Lists a person twice; one picture is in both entries. */
  const prepare = async () => {
    await empty(used.living);
    const { listed, other } = used.portraits;
    return { into: await list('Jane', null, listed), from: await list('Jane R.', 'Theft.', listed, other) };
  };

  const merge = (used: Ports, { into, from }: Ids) =>
    mergeEntries(used, into, { entry_id: from, version: 1 }, { actor: 'ada' });

  const crashAt = async (ids: Ids, moment: number) => {
    const crash = crashing(used.dying, moment);
    await Promise.race([crash.crashed, merge(crash.ports, ids)]);
    return crash.moments;
  };

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

  /** Breaks a merge off when all pictures are there, as a client does that goes away. */
  const breakOff = async (ids: Ids) => {
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

  return { used, list, prepare, merge, crashAt, whenMoved, breakOff };
}

export const bothPeople = complete({ Jane: 1, 'Jane R.': 2 });

/** Tests merges that break off at any moment or meet others, and are sent again. */
export function mergeSuite(merges: ReturnType<typeof useMerges>, crashes: Crashes): void {
  const { used, list, prepare, merge, crashAt, whenMoved, breakOff } = merges;

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
      for (const [number, moment] of [[0, all[0] ?? ''] as const, ...crashesAt(all, crashes)]) {
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

  it('gives all pictures back when it is refused at the end', async () => {
    for (const changed of ['into', 'from'] as const) {
      const ids = await prepare();
      const busy = whenMoved(() => updateEntry(used.living, ids[changed], { category: 'another person' }));
      const condition = changed === 'into' ? { version: 1 } : { entry_version: 1 };
      const merging = mergeEntries(busy, ids.into, { entry_id: ids.from, ...condition });
      await expect(merging, changed).rejects.toThrow(VersionConflictError);
      expect(await contents(used.living), changed).toEqual(bothPeople);
      expect(await used.living.records.getEntry(ids.into), changed).toMatchObject({ notes: null });
    }
  });

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
    expect(await contents(used.living)).toEqual(bothPeople);
  });

  it('two merges at the same moment end as one', async () => {
    const ids = await prepare();
    const outcomes = await Promise.allSettled([merge(used.dying, ids), merge(used.living, ids)]);
    expect(outcomes.map(({ status }) => status)).toContain('fulfilled');
    await merge(used.living, ids);
    await sweep(used.living, everything());
    expect(await contents(used.living)).toEqual(complete({ Jane: 2 }));
  });
}

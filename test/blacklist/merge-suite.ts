import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { addImages } from '../../lib/blacklist/add-images.ts';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { mergeEntries } from '../../lib/blacklist/merge-entries.ts';
import { sweep } from '../../lib/blacklist/sweep.ts';
import { updateEntry } from '../../lib/blacklist/update-entry.ts';
import type { WatchedTrack } from '../../lib/cameras/judge.ts';
import { Sightings } from '../../lib/cameras/sightings.ts';
import { parseConfig } from '../../lib/config.ts';
import { BackendUnavailableError, VersionConflictError } from '../../lib/errors.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import type { Ports } from '../../lib/ports.ts';
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
      const calls = ['records.activateImage', 'records.updateEntry', 'records.markEntryDeleting'];
      const done = [...calls, 'faces.remove', 'images.erase', 'records.removeEntry'];
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

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEntry } from '../../lib/blacklist/create-entry.ts';
import { mergeEntries } from '../../lib/blacklist/merge-entries.ts';
import { sweep } from '../../lib/blacklist/sweep.ts';
import { parseConfig } from '../../lib/config.ts';
import type { Ports } from '../../lib/ports.ts';
import { type OpenedPorts, ports } from '../../lib/wiring/open.ts';
import { crashing, isChange } from './crashing.ts';
import type { Deployment } from './deployments.ts';
import { clear, complete, contents, everything, facesAlone, matchedNames } from './stores.ts';

/** Time for one test, which starts at most this many merges, at some 100 ms each. */
const timeout = 600_000;

/** Tests merges that break off at any moment, and are sent again. */
export function mergeSuite(start: () => Promise<Deployment>): void {
  let deployment: Deployment;
  /** Ports of the process that crashes. */
  let dying: OpenedPorts;
  /** Ports on the same stores, which go on afterwards. */
  let living: OpenedPorts;
  let portraits: Awaited<ReturnType<typeof facesAlone>>;

  beforeAll(async () => {
    deployment = await start();
    dying = await ports(parseConfig(deployment.settings));
    living = await ports(parseConfig(deployment.settings));
    portraits = await facesAlone(living);
  });
  afterAll(async () => {
    await dying.close();
    await living.close();
    await deployment[Symbol.asyncDispose]();
  });
  afterEach(() => clear(living));

  const list = async (name: string, reason: string | null, ...pictures: Uint8Array[]) => {
    const files = pictures.map((bytes) => ({ fileName: 'a.jpg', bytes }));
    return (await createEntry(living, { name, reason }, files)).id;
  };

  /** Lists a person twice; one picture is in both entries. */
  const prepare = async () => {
    await clear(living);
    const { listed, other } = portraits;
    return { into: await list('Jane', null, listed), from: await list('Jane R.', 'Theft.', listed, other) };
  };

  const merge = (used: Ports, { into, from }: { readonly into: number; readonly from: number }) =>
    mergeEntries(used, into, { entry_id: from, version: 1 }, { actor: 'ada' });

  const crashAt = async (ids: { readonly into: number; readonly from: number }, moment: number) => {
    const crash = crashing(dying, moment);
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
        expect(await matchedNames(living, portraits.other), moment).not.toEqual([]);
        const merged = await merge(living, ids);
        expect(merged.entry, moment).toMatchObject({
          ...{ id: ids.into, reason: 'Theft.', notes: 'Jane R.', version: 2, image_count: 2 },
        });
        await sweep(living, everything());
        expect(await contents(living), moment).toEqual(complete({ Jane: 2 }));
        expect(await matchedNames(living, portraits.other), moment).toEqual(['Jane']);
        expect(await living.records.getErasure(ids.from), moment).toMatchObject({ mergedInto: ids.into });
      }
    });
  });

  it('two merges at the same moment end as one', async () => {
    const ids = await prepare();
    const outcomes = await Promise.allSettled([merge(dying, ids), merge(living, ids)]);
    expect(outcomes.map(({ status }) => status)).toContain('fulfilled');
    await merge(living, ids);
    await sweep(living, everything());
    expect(await contents(living)).toEqual(complete({ Jane: 2 }));
  });
}

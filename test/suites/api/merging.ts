import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MergedEntry } from '../../../lib/contract/endpoints/merge-entry.ts';
import type { Tested } from '../api.ts';
import { answer, problems, refusal } from './client.ts';

/** Tests `POST /blacklist/{id}/merge`. */
export function mergingSuite(get: () => Tested): void {
  describe('merging two entries', () => {
    const merge = (id: number, body: object, headers: Readonly<Record<string, string>> = {}) =>
      get().api.send('POST', `/api/v1/blacklist/${id}/merge`, {
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });

    /** Two entries of different people. No test merges them. */
    let into: { readonly id: number };
    let from: { readonly id: number };
    beforeAll(async () => {
      const { api, people } = get();
      [into, from] = [await api.list([people.listed]), await api.list([people.neighbour])];
    });
    afterAll(async () => {
      for (const { id } of [into, from]) await get().api.delete(id);
    });

    it('tells first what comes of it, then does it once, however often it is sent', async () => {
      const { api, people } = get();
      const into = await api.list([people.listed], { severity: 'info' });
      const warning = { reason: 'ARMED.', severity: 'danger', notes: 'Bites.' };
      const from = await api.list([people.listed], warning);
      await api.addImages(from.id, [people.neighbour]);
      const ids = { entry_id: from.id };
      const previewed = await merge(into.id, { ...ids, dry_run: true });
      const preview = answer(previewed, 200, MergedEntry);
      const changed = { reason: 'ARMED.', severity: 'danger', notes: `${from.name}\nBites.` };
      const pictures = { added: 1, already_there: 1, refused: [] };
      expect(preview).toMatchObject({
        ...{ dry_run: true, pictures, warnings: [] },
        entry: { ...changed, id: into.id, version: 1, image_count: 2 },
      });
      expect(preview.fields.toSorted()).toEqual(['notes', 'reason', 'severity']);
      expect(preview.likeness?.distance).toBeLessThanOrEqual(preview.likeness?.threshold ?? 0);
      expect(await api.entry(into.id)).toMatchObject({ version: 1, image_count: 1, reason: null });
      expect(await api.entry(from.id)).toMatchObject({ image_count: 2, version: 1 });

      const seen = await api.process(people.neighbour);
      const key = { 'idempotency-key': randomUUID() };
      // The preview's version is the one to put a condition on.
      const condition = { 'if-match': previewed.headers.etag ?? '' };
      const body = { ...ids, version: preview.entry.version, entry_version: 1 };
      const merged = await merge(into.id, body, { ...key, ...condition });
      expect(merged.headers.etag).toBe('"2"');
      expect(answer(merged, 200, MergedEntry)).toMatchObject({
        ...{ dry_run: false, pictures, fields: preview.fields, likeness: null },
        entry: { ...changed, id: into.id, version: 2, image_count: 2 },
      });
      expect(refusal(await api.get(`/api/v1/blacklist/${from.id}`))[0]).toBe(404);
      expect(await api.entry(into.id)).toMatchObject({ ...changed, image_count: 2 });
      const found = await api.page(`?limit=100&entry_id=${into.id}`);
      expect(found.items.map(({ db_id }) => db_id)).toContain(seen.db_id);

      const replayed = await merge(into.id, body, { ...key, ...condition });
      expect(replayed.headers).toMatchObject({ 'idempotent-replayed': 'true', etag: '"2"' });
      expect(replayed.bytes).toEqual(merged.bytes);
      // Without a key too it finds that nothing is left to do, whichever version it is for.
      const again = answer(await merge(into.id, { ...ids, version: 1 }), 200, MergedEntry);
      expect(again).toMatchObject({ pictures: { added: 0 }, fields: [], entry: { version: 2 } });
      await api.delete(into.id);
    });

    it('warns of faces that do not look alike', async () => {
      const body = { entry_id: from.id, dry_run: true };
      const { warnings } = answer(await merge(into.id, body), 200, MergedEntry);
      expect(warnings).toEqual([expect.stringMatching(/do not look alike|not enough for a match/)]);
    });

    it('changes nothing where it is refused', async () => {
      const ofEntry = [{ loc: ['body', 'entry_id'] }];
      expect(problems(await merge(into.id, { entry_id: into.id }))).toMatchObject(ofEntry);
      expect(problems(await merge(into.id, { entry_id: 2 ** 50 }))).toMatchObject(ofEntry);
      expect(problems(await merge(into.id, { entry_id: -1 }))).toMatchObject(ofEntry);
      expect(problems(await merge(into.id, { entry_id: 1e300 }))).toHaveLength(1);
      expect(problems(await merge(into.id, {}))).toMatchObject(ofEntry);
      const misspelt = await merge(into.id, { entry_id: from.id, dryrun: true });
      expect(problems(misspelt)).toMatchObject([{ loc: ['body', 'dryrun'] }]);
      expect(refusal(await merge(2 ** 50, { entry_id: from.id }))[0]).toBe(404);
      const conflicts = [
        await merge(into.id, { entry_id: from.id }, { 'if-match': '"7"' }),
        await merge(into.id, { entry_id: from.id, version: 7 }),
        await merge(into.id, { entry_id: from.id, entry_version: 7 }),
      ];
      expect(conflicts.map((reply) => refusal(reply)[0])).toEqual([412, 412, 412]);
      for (const { id } of [into, from]) {
        expect(await get().api.entry(id)).toMatchObject({ version: 1, image_count: 1 });
      }
    });
  });
}

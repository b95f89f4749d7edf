import { describe, expect, it } from 'vitest';
import { DeletedProcessed } from '../../../lib/contract/endpoints/delete-many-processed.ts';
import { AuditLines } from '../../../lib/contract/endpoints/list-audit.ts';
import {
  BlacklistRecord,
  type ImageProcessingResult,
  ImageProcessingResult as Result,
} from '../../../lib/contract/shapes.ts';
import type { Tested } from '../api.ts';
import { type ApiClient, answer, pictureOf, problems, type Reply, refusal } from './client.ts';

/** Checks that a merged entry's history is found, judged and counted by the id that stays. */
async function knowsAllOf(
  api: ApiClient,
  { seen, oldId, id }: { readonly seen: ImageProcessingResult; readonly oldId: number; readonly id: number },
): Promise<void> {
  const idsIn = async (query: string) => {
    const { total_items, items } = await api.page(`?limit=100&${query}`);
    expect(total_items).toBe(items.length);
    return items.map(({ db_id }) => db_id);
  };
  expect(await idsIn(`entry_id=${oldId}`)).toEqual([seen.db_id]);
  expect(await idsIn(`entry_id=${id}`)).toContain(seen.db_id);
  const judge = (entryId: number, verdict: string) =>
    api.sendJson('PUT', `/api/v1/processed-images/${seen.db_id}/review`, {
      ...{ face_index: 0, entry_id: entryId, verdict },
    });
  const reviewOf = (reply: Reply) =>
    answer(reply, 200, Result).faces[0]?.blacklist_matches.find(({ entry }) => entry.id === oldId)?.review;
  expect(reviewOf(await judge(id, 'rejected'))).toMatchObject({ verdict: 'rejected' });
  expect(reviewOf(await judge(oldId, 'unsure'))).toMatchObject({ verdict: 'unsure' });
  const path = `/api/v1/processed-images/?entry_id=${id}&dry_run=true`;
  const counted = answer(await api.send('DELETE', path), 200, DeletedProcessed);
  expect(counted.matched).toBe((await idsIn(`entry_id=${id}`)).length);
  const audit = answer(await api.get(`/api/v1/audit?limit=1000&entry_id=${id}`), 200, AuditLines);
  expect(audit.items).toContainEqual(expect.objectContaining({ action: 'mergeEntry', entry_id: oldId }));
}

export function deletingSuite(get: () => Tested): void {
  describe('deleting an entry', () => {
    it('gives the entry as it was, which is then gone, its name free', async () => {
      const { api, people } = get();
      const {
        errors,
        possible_duplicates: _,
        seen_before: __,
        ...entry
      } = await api.list([people.bystander], { reason: 'Theft.' });
      expect(await api.delete(entry.id)).toEqual(entry);
      const path = `/api/v1/blacklist/${entry.id}`;
      for (const gone of [
        await api.get(path),
        await api.send('DELETE', path),
        await api.update(entry.id, { name: entry.name }),
        await api.upload(`${path}/images`, {}, [people.bystander]),
        await api.sendJson('POST', `${path}/verify`, { image: people.bystander.toString('base64') }),
      ]) {
        expect(refusal(gone)).toEqual([404, 'Blacklist entry not found']);
      }
      expect((await api.entries()).map(({ id }) => id)).not.toContain(entry.id);
      const again = await api.list([people.bystander], { name: entry.name });
      expect(again.id).toBeGreaterThan(entry.id);
    });

    it('refuses a parameter that it does not know, and erases nothing', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.bystander]);
      for (const query of ['merge_into=1', 'merged_into[]=1', 'histroy=keep']) {
        const refused = await api.send('DELETE', `/api/v1/blacklist/${id}?${query}`);
        expect(problems(refused), query).toMatchObject([{ loc: ['query', query.split('=')[0]] }]);
      }
      expect(await api.entry(id)).toMatchObject({ id });
    });

    it('merges it into another one only once that one has its pictures', async () => {
      const { api, people } = get();
      const warning = { reason: 'ARMED.', severity: 'danger', notes: 'Bites.' };
      const from = await api.list([people.neighbour], warning);
      const into = await api.list([people.listed], { severity: 'info' });
      const path = `/api/v1/blacklist/${from.id}`;
      const merge = () => api.send('DELETE', `${path}?merged_into=${into.id}`);
      expect(problems(await merge())).toMatchObject([{ msg: expect.stringContaining('1 are not there') }]);
      const [image] = await api.images(from.id);
      const stored = await pictureOf(await api.get(`${path}/images/${image?.id}`));
      const seen = await api.process(people.neighbour);
      await api.addImages(into.id, [stored]);
      expect(answer(await merge(), 200, BlacklistRecord).id).toBe(from.id);
      // No warning is lost.
      expect(await api.entry(into.id)).toMatchObject({
        ...{ image_count: 2, reason: 'ARMED.', severity: 'danger', notes: `${from.name}\nBites.` },
      });
      await knowsAllOf(api, { seen, oldId: from.id, id: into.id });
      // Whoever looks for the other one learns where it is, as long as it is anywhere.
      const gone = { detail: 'Blacklist entry not found' };
      const lookedFor = async () => JSON.parse(String((await api.get(`${path}/`)).bytes));
      expect(await lookedFor()).toEqual({ ...gone, merged_into: into.id });
      await api.delete(into.id);
      expect(await lookedFor()).toEqual(gone);
      expect(JSON.stringify(await api.page(`?limit=100&entry_id=${into.id}`))).not.toContain(from.name);
    });
  });
}

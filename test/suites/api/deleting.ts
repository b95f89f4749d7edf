import { describe, expect, it } from 'vitest';
import { BlacklistRecord } from '../../../lib/contract/shapes.ts';
import type { Tested } from '../api.ts';
import { answer, pictureOf, problems, refusal } from './client.ts';

export function deletingSuite(get: () => Tested): void {
  describe('deleting an entry', () => {
    it('gives the entry as it was, which is then gone, its name free', async () => {
      const { api, people } = get();
      const {
        errors,
        possible_duplicates: _,
        seen_before: __,
        ...entry
      } = await api.list([people.stranger], { reason: 'Theft.' });
      expect(await api.delete(entry.id)).toEqual(entry);
      const path = `/api/v1/blacklist/${entry.id}`;
      for (const gone of [
        await api.get(path),
        await api.send('DELETE', path),
        await api.update(entry.id, { name: entry.name }),
        await api.upload(`${path}/images`, {}, [people.stranger]),
      ]) {
        expect(refusal(gone)).toEqual([404, 'Blacklist entry not found']);
      }
      expect((await api.entries()).map(({ id }) => id)).not.toContain(entry.id);
      const again = await api.list([people.stranger], { name: entry.name });
      expect(again.id).toBeGreaterThan(entry.id);
    });

    it('refuses a parameter that it does not know, and erases nothing', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.stranger]);
      for (const query of ['merge_into=1', 'merged_into[]=1', 'histroy=keep']) {
        const refused = await api.send('DELETE', `/api/v1/blacklist/${id}?${query}`);
        expect(problems(refused), query).toMatchObject([{ loc: ['query', query.split('=')[0]] }]);
      }
      expect(await api.entry(id)).toMatchObject({ id });
    });

    it('merges it into another one only once that one has its pictures', async () => {
      const { api, people } = get();
      const warning = { reason: 'ARMED.', severity: 'danger', notes: 'Bites.' };
      const from = await api.list([people.stranger], warning);
      const into = await api.list([people.listed], { severity: 'info' });
      const path = `/api/v1/blacklist/${from.id}`;
      const merge = () => api.send('DELETE', `${path}?merged_into=${into.id}`);
      expect(problems(await merge())).toMatchObject([{ msg: expect.stringContaining('1 are not there') }]);
      const [image] = await api.images(from.id);
      const stored = await pictureOf(await api.get(`${path}/images/${image?.id}`));
      await api.addImages(into.id, [stored]);
      expect(answer(await merge(), 200, BlacklistRecord).id).toBe(from.id);
      // No warning is lost.
      expect(await api.entry(into.id)).toMatchObject({
        ...{ image_count: 2, reason: 'ARMED.', severity: 'danger', notes: `${from.name}\nBites.` },
      });
      await api.delete(into.id);
    });
  });
}

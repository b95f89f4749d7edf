import { describe, expect, it } from 'vitest';
import type { Tested } from '../api.ts';
import { refusal } from './client.ts';

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
  });
}

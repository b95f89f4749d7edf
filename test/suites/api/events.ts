import { describe, expect, it } from 'vitest';
import { ServiceEvents } from '../../../lib/contract/endpoints/list-events.ts';
import type { Tested } from '../api.ts';
import { answer, problems } from './client.ts';

/** Tests that pages can follow what happens, over the API. */
export function eventsSuite(get: () => Tested): void {
  const eventsAfter = async (after?: string) => {
    const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
    return answer(await get().api.get(`/api/v1/events${query}`), 200, ServiceEvents);
  };

  describe('events', () => {
    it('tell by kind and id what has happened since, oldest first', async () => {
      const { api, people } = get();
      const start = await eventsAfter();
      expect(start.events).toEqual([]);
      const { id } = await api.list([people.listed]);
      const { db_id } = await api.process(people.listed);
      const nobody = await api.process(people.stranger);
      await api.patch(id, { category: 'fraud' });
      await api.sendJson('PUT', `/api/v1/processed-images/${db_id}/review`, {
        face_index: 0,
        entry_id: id,
        verdict: 'confirmed',
      });
      // A look changes nothing.
      await api.entry(id);
      const { events, last, is_complete } = await eventsAfter(start.last);
      expect(is_complete).toBe(true);
      const own = events.filter(
        ({ entry_id, picture_id }) =>
          entry_id === id || [db_id, nobody.db_id].some((picture) => picture === picture_id),
      );
      const isNobodys = nobody.has_blacklist_match ? 'match' : nobody.has_near_miss ? 'near_miss' : 'picture';
      expect(own.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1])).toEqual([
        'entry',
        'match',
        ...(isNobodys === 'match' ? [] : [isNobodys]),
        'entry',
        'review',
      ]);
      const known = new Set(events.map((event) => event.id));
      // Events of shortly before may come again, also those of before the start.
      const started = Number(start.last.split('_')[0]);
      const isNew = (event: { id: string; time: string }) =>
        !known.has(event.id) && Date.parse(event.time) > started;
      expect((await eventsAfter(last)).events.filter(isNew)).toEqual([]);
    });

    it('are asked for after an event, and after nothing else', async () => {
      const reply = await get().api.get('/api/v1/events?after=yesterday');
      expect(problems(reply)).toMatchObject([{ loc: ['query', 'after'] }]);
    });
  });
}

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { BlacklistRecord, ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import type { Tested } from '../api.ts';
import { answer, problems } from './client.ts';

export function entryPagesSuite(get: () => Tested): void {
  describe('the list of entries', () => {
    /** A word that stands in the notes of these entries alone. */
    const word = `w${randomUUID().replaceAll('-', '')}`;
    const names = ['Zoë-Luise', 'adam', 'Émile'].map((name) => `${name} ${word}`);

    const made: number[] = [];

    beforeAll(async () => {
      const { api, people } = get();
      const expiries = ['2999-01-01T00:00Z', '2020-01-01T00:00Z', ''];
      for (const [index, name] of names.entries()) {
        const more = { notes: `Seen with\n${word.toUpperCase()}`, category: index < 2 ? word : '' };
        const expires_at = expiries[index] ?? '';
        made.push((await api.list([people.neighbour], { name, expires_at, ...more })).id);
      }
    });
    afterAll(() => Promise.all(made.map((id) => get().api.delete(id))));

    async function list(query: Record<string, string>) {
      const reply = await get().api.get(`/api/v1/blacklist/?${new URLSearchParams({ q: word, ...query })}`);
      const entries = answer(reply, 200, z.array(BlacklistRecord));
      return [reply.headers['x-total-count'], ...entries.map(({ name }) => name.replace(` ${word}`, ''))];
    }

    it('comes in pages and orders, with the number of all', async () => {
      expect(await list({})).toEqual(['3', 'Zoë-Luise', 'adam', 'Émile']);
      expect(await list({ sort: 'name' })).toEqual(['3', 'adam', 'Émile', 'Zoë-Luise']);
      expect(await list({ sort: '-name', limit: '1', offset: '1' })).toEqual(['3', 'Émile']);
      expect(await list({ sort: '-added' })).toEqual(['3', 'Émile', 'adam', 'Zoë-Luise']);
      expect(await list({ sort: 'expires', offset: '1' })).toEqual(['3', 'Zoë-Luise', 'Émile']);
      expect(await list({ limit: '2', offset: '7' })).toEqual(['3']);
    });

    it('is sorted by who was seen last, as long as the history tells it', async () => {
      const { api, people } = get();
      const seen = await api.process(people.neighbour);
      const shown = new Set(
        seen.faces.flatMap(({ blacklist_matches }) => blacklist_matches.map(({ entry }) => entry.id)),
      );
      const [first, second, third] = made;
      // The second has expired, so it is not found.
      expect([first, second, third].map((id) => shown.has(id ?? 0))).toEqual([true, false, true]);
      const bySight = async (sort: string) => {
        const reply = await api.get(`/api/v1/blacklist/?q=${word}&sort=${sort}`);
        const entries = answer(reply, 200, z.array(BlacklistRecord));
        return entries.map(({ id, last_seen }) => [id, last_seen]);
      };
      const at = seen.processing_timestamp;
      expect(await bySight('-last_seen')).toEqual([
        [third, at],
        [first, at],
        [second, null],
      ]);
      expect(await bySight('last_seen')).toEqual([
        [first, at],
        [third, at],
        [second, null],
      ]);
      expect(await list({ sort: '-last_seen', limit: '1', offset: '1' })).toEqual(['3', 'Zoë-Luise']);
      answer(await api.send('DELETE', `/api/v1/processed-images/${seen.db_id}`), 200, ImageProcessingResult);
      expect((await bySight('last_seen')).map(([, time]) => time)).not.toContain(at);
    });

    it('is filtered by category and end, and searched without regard to hyphens', async () => {
      expect(await list({ category: word.toUpperCase() })).toEqual(['2', 'Zoë-Luise', 'adam']);
      expect(await list({ expired: 'true' })).toEqual(['1', 'adam']);
      expect(await list({ expired: '0', category: word })).toEqual(['1', 'Zoë-Luise']);
      expect(await list({ q: `zoe luise ${word}` })).toEqual(['1', 'Zoë-Luise']);
      expect(await list({ q: `seen with ${word}` })).toEqual(['3', 'Zoë-Luise', 'adam', 'Émile']);
    });

    it('says what is wrong with a query', async () => {
      const query = 'limit=0&offset=-1&sort=age&expired=perhaps';
      const found = problems(await get().api.get(`/api/v1/blacklist/?${query}`));
      expect(found.map(({ loc, type }) => `${loc.at(-1)} ${type}`)).toEqual([
        'limit greater_than_equal',
        'offset greater_than_equal',
        'sort enum',
        'expired bool_parsing',
      ]);
    });
  });
}

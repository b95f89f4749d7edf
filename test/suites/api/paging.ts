import { beforeAll, describe, expect, it } from 'vitest';
import type { ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import { pictureOfNothing } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { problems } from './client.ts';

const spellings = [
  ['/api/v1/processed-images/', 20],
  ['/api/v1/process/processed-images/', 10],
] as const;

export function pagingSuite(get: () => Tested): void {
  describe('the list of processed pictures', () => {
    /** Answers about the newest pictures, newest first: without a face, with faces, and with a match. */
    let newest: ImageProcessingResult[];

    beforeAll(async () => {
      const { api, people } = get();
      await api.list([people.listed]);
      const small = (await pictureOfNothing()).toString('base64');
      newest = [await api.process(people.group), await api.process(people.stranger)];
      newest.push(...(await api.processInputs(Array(3).fill(small))));
      newest.sort((one, other) => (other.db_id ?? 0) - (one.db_id ?? 0));
    });

    it.each(spellings)('at %s has the newest %i first, each as it was answered', async (path, limit) => {
      const { api } = get();
      const page = await api.page('', path);
      expect(page).toMatchObject({ limit, offset: 0 });
      expect(page.total_items).toBeGreaterThanOrEqual(newest.length);
      expect(page.items).toHaveLength(Math.min(limit, page.total_items));
      expect(page.items.slice(0, newest.length)).toEqual(newest);
      const ids = page.items.map(({ db_id }) => db_id ?? 0);
      expect(ids).toEqual(ids.toSorted((one, other) => other - one));
    });

    it.each(spellings)('at %s gives any part of it', async (path) => {
      const { api } = get();
      const { total_items } = await api.page('', path);
      for (const [limit, offset] of [
        [1, 0],
        [1, 4],
        [2, 3],
        [5, 0],
        [3, 1],
      ] as const) {
        expect(await api.page(`?limit=${limit}&offset=${offset}`, path)).toEqual({
          total_items,
          limit,
          offset,
          items: newest.slice(offset, offset + limit),
        });
      }
      const all = await api.page('?limit=100', path);
      expect(all.items).toHaveLength(Math.min(100, total_items));
      for (const { db_id, processing_timestamp } of all.items)
        expect([db_id, processing_timestamp]).not.toContain(null);
    });

    it.each(spellings)('at %s ends after the oldest', async (path) => {
      const { api } = get();
      const { total_items } = await api.page('', path);
      const last = await api.page(`?limit=2&offset=${total_items - 1}`, path);
      expect(last.items).toHaveLength(1);
      for (const offset of [total_items, total_items + 1000, Number.MAX_SAFE_INTEGER]) {
        expect(await api.page(`?offset=${offset}`, path)).toMatchObject({ total_items, offset, items: [] });
      }
    });

    it.each(spellings)('at %s refuses a page that can not be', async (path) => {
      const { api } = get();
      for (const [query, field, type] of [
        ['limit=0', 'limit', 'greater_than_equal'],
        ['limit=101', 'limit', 'less_than_equal'],
        ['offset=-1', 'offset', 'greater_than_equal'],
        ['limit=ten', 'limit', 'int_parsing'],
        ['offset=1.5', 'offset', 'int_parsing'],
      ]) {
        expect(problems(await api.get(`${path}?${query}`)), query).toMatchObject([
          { loc: ['query', field], type },
        ]);
      }
    });
  });
}

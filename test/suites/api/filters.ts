import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { DeletedProcessed } from '../../../lib/contract/endpoints/delete-many-processed.ts';
import { BlacklistRecord, ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import { pictureOfNothing } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { answer, newName, problems, refusal } from './client.ts';

const spellings = ['/api/v1/processed-images/', '/api/v1/process/processed-images/'];

export function filtersSuite(get: () => Tested): void {
  describe('filters', () => {
    let entryId: number;
    let [found, between, empty]: ImageProcessingResult[] = [];
    /** An entry that was deleted, and the picture in which it was found. */
    let gone: { readonly id: number; readonly dbId: number | null };

    beforeAll(async () => {
      const { api, people } = get();
      ({ id: entryId } = await api.list([people.listed]));
      // Nobody else is listed with this face, since a picture is found by only its 50 best entries.
      const { id } = await api.list([people.neighbour]);
      const { db_id: dbId } = await api.process(people.neighbour);
      await api.delete(id);
      gone = { id, dbId };
      found = await api.process(people.group);
      between = await api.process(people.stranger);
      empty = await api.process(await pictureOfNothing());
    });

    describe.each(spellings)('the filters of %s', (path) => {
      const page = (query: Record<string, string>) =>
        get().api.page(`?${new URLSearchParams({ limit: '100', ...query })}`, path);
      const ids = async (query: Record<string, string>) =>
        (await page(query)).items.map(({ db_id }) => db_id);

      it('tell pictures of listed people from others', async () => {
        const matches = await ids({ has_match: 'true' });
        expect(matches).toContain(found?.db_id);
        const others = await page({ has_match: 'False' });
        expect(others.items).toContainEqual(empty);
        expect(new Set(others.items.map(({ has_blacklist_match }) => has_blacklist_match))).toEqual(
          new Set([false]),
        );
        const totals = [await page({ has_match: '1' }), others, await page({})].map(
          ({ total_items }) => total_items,
        );
        expect(totals[2]).toBe(Number(totals[0]) + Number(totals[1]));
      });

      it('find an entry, also after it was deleted', async () => {
        expect(await page({ entry_id: `${entryId}` })).toMatchObject({ total_items: 1, items: [found] });
        expect(await ids({ entry_id: `${gone.id}` })).toEqual([gone.dbId]);
        expect(await ids({ entry_id: `${gone.id}`, has_match: 'false' })).toEqual([]);
        expect(await ids({ entry_id: '999999999' })).toEqual([]);
      });

      it('take moments with any offset, from the first on and up to the second', async () => {
        const [since, until] = [found?.processing_timestamp ?? '', empty?.processing_timestamp ?? ''];
        const meant = [between?.db_id, found?.db_id];
        expect(await ids({ since, until })).toEqual(meant);
        const inIndia = (moment: string) =>
          new Date(Date.parse(moment) + 5.5 * 3_600_000).toISOString().replace('Z', '+05:30');
        expect(await ids({ since: inIndia(since), until: inIndia(until) })).toEqual(meant);
        // Some clients do not know that a plus means a space in a query.
        const plain = `?since=${inIndia(since)}&until=${inIndia(until)}&limit=1&offset=1`;
        expect(await get().api.page(plain, path)).toMatchObject({ total_items: 2, items: [found] });
        const short = (moment: string) => moment.replaceAll(/[-:]/g, '').replace('Z', '+0000');
        expect(await ids({ since: short(since), until: short(until) })).toEqual(meant);
        expect(await get().api.page(`?since=${short(since)}&until=${short(until)}`, path)).toMatchObject({
          total_items: 2,
        });
        expect(await ids({ since: `${since.slice(0, 16)}Z`, until })).toEqual(expect.arrayContaining(meant));
        expect(await ids({ since, until, entry_id: `${entryId}` })).toEqual([found?.db_id]);
        expect(await ids({ since: until, until: since })).toEqual([]);
      });

      it('lead from the smallest number of a page to the next one', async () => {
        const first = await page({ since: found?.processing_timestamp ?? '', limit: '1' });
        const [newest] = first.items;
        expect(newest?.db_id).toBeGreaterThanOrEqual(empty?.db_id ?? 0);
        expect(await ids({ before_id: `${empty?.db_id}`, limit: '2' })).toEqual([
          between?.db_id,
          found?.db_id,
        ]);
        const older = await page({ before_id: `${found?.db_id}`, entry_id: `${entryId}` });
        expect(older).toMatchObject({ total_items: 0, items: [] });
      });

      it('are refused where they can not be, with what would be right', async () => {
        const moment = 'Input should be a valid datetime with an offset, such as 2026-05-04T09:30:00Z';
        for (const [query, field, type, msg] of [
          [
            'has_match=maybe',
            'has_match',
            'bool_parsing',
            'Input should be a valid boolean, unable to interpret input',
          ],
          ['entry_id=seven', 'entry_id', 'int_parsing', expect.any(String)],
          ['since=yesterday', 'since', 'datetime_parsing', moment],
          ['since=2026-05-04 09:30', 'since', 'datetime_parsing', moment],
          ['until=2026-05-04', 'until', 'datetime_parsing', moment],
          ['until=2026-05-04T09:30:00', 'until', 'datetime_parsing', moment],
          ['since=2026-02-30T09:30:00Z', 'since', 'datetime_parsing', moment],
          ['before_id=last', 'before_id', 'int_parsing', expect.any(String)],
        ]) {
          expect(problems(await get().api.get(`${path}?${query}`)), query).toEqual([
            { loc: ['query', field], type, msg },
          ]);
        }
      });
    });
  });

  describe('the search for names', () => {
    it('finds a part of them, whatever their case and accents', async () => {
      const { api, people } = get();
      const tail = newName();
      const search = async (q: string) => {
        const reply = await api.get(`/api/v1/blacklist/?${new URLSearchParams({ q })}`);
        return answer(reply, 200, z.array(BlacklistRecord)).map(({ name }) => name);
      };
      const names = [`José Łukasz Große ${tail}`, `Jøsef Ångström ${tail}`, `ΝΙΚΟΣ ${tail}`];
      for (const name of names) await api.list([people.bystander], { name });
      const [jose, josef, nikos] = names;
      for (const [q, expected] of [
        [tail, names],
        [` ${tail.toUpperCase()} `, names],
        [`jose lukasz GROSSE ${tail}`, [jose]],
        [`josef angstrom ${tail}`, [josef]],
        [`A\u030angström ${tail}`, [josef]],
        [`νικοσ ${tail}`, [nikos]],
        [`%_ ${tail}`, []],
      ] as const) {
        expect(await search(q), q).toEqual(expected);
      }
      expect(await search('')).toEqual((await api.entries()).map(({ name }) => name));
      expect(problems(await api.get(`/api/v1/blacklist/?q=${'x'.repeat(101)}`))).toMatchObject([
        { loc: ['query', 'q'], type: 'string_too_long' },
      ]);
    });
  });

  describe.each(spellings)('deleting from %s', (path) => {
    it('takes a picture away, with its copies, and leaves the pages right', async () => {
      const { api, people } = get();
      const [older, newer] = [
        await api.process(people.stranger),
        await api.process(await pictureOfNothing()),
      ];
      const before = (await api.page('', path)).total_items;
      const gone = await api.send('DELETE', `${path}${older.db_id}/`);
      expect(answer(gone, 200, ImageProcessingResult)).toEqual(older);
      const page = await api.page('?limit=1', path);
      expect(page).toMatchObject({ total_items: before - 1, items: [newer] });
      for (const again of [
        await api.send('DELETE', `${path}${older.db_id}`),
        await api.get(`/api/v1/processed-images/${older.db_id}`),
        await api.get(`/api/v1/processed-images/${older.db_id}/image`),
      ]) {
        expect(refusal(again)).toEqual([404, 'Processed image not found']);
      }
    });

    it('deletes those alone that are named, and that the filters still mean', async () => {
      const { api } = get();
      const nothing = await pictureOfNothing();
      const source = `gate ${crypto.randomUUID()}`;
      const kept = [];
      for (const at of [source, source, source, `${source} too`])
        kept.push((await api.process(nothing, { source: at })).db_id);
      const [first, second, third, other] = kept;
      const send = async (query: Record<string, string>) => {
        const reply = await api.send('DELETE', `${path}?${new URLSearchParams({ source, ...query })}`);
        return answer(reply, 200, DeletedProcessed);
      };
      const dry_run = 'true';
      const found = async (query: Record<string, string>) => (await send({ dry_run, ...query })).ids;
      expect(await found({})).toEqual([third, second, first]);
      expect(await found({ before_id: `${third}` })).toEqual([second, first]);
      expect(await found({ ids: `${first},${other},${third},${first}` })).toEqual([third, first]);
      const named = { ids: `${other},${third},999999999999999,${first}` };
      expect(await send({ ...named, has_match: 'true' })).toMatchObject({ matched: 0, deleted: 0 });
      expect(await send(named)).toEqual({ dry_run: false, matched: 2, deleted: 2, remaining: 0 });
      expect(await found({})).toEqual([second]);
      const { items } = await api.page(`?${new URLSearchParams({ source: `${source} too` })}`, path);
      expect(items).toMatchObject([{ db_id: other }]);
      const wrong = [
        '',
        '1,',
        ',1',
        '1, 2',
        '1-3',
        '-1',
        'all',
        '1.5',
        Array(101).fill(1).join(),
        '1'.repeat(16),
      ];
      for (const ids of wrong) {
        const refused = await api.send('DELETE', `${path}?${new URLSearchParams({ source, ids })}`);
        expect(problems(refused), ids).toMatchObject([{ loc: ['query', 'ids'] }]);
      }
      expect(await found({})).toEqual([second]);
      // Names alone are a filter.
      const many = Array(100).fill('999999999999999').with(7, second).join();
      const last = answer(await api.send('DELETE', `${path}?ids=${many}`), 200, DeletedProcessed);
      expect(last).toMatchObject({ matched: 1, deleted: 1 });
    });

    it('by a filter tells how many there are, and deletes no others', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.listed]);
      const nothing = await pictureOfNothing();
      const [one, two] = [await api.process(people.listed), await api.process(nothing)];
      const send = async (query: string) => {
        const reply = await api.send('DELETE', `${path}?entry_id=${id}${query}`);
        return answer(reply, 200, DeletedProcessed);
      };
      const before = (await api.page('', path)).total_items;
      const told = { matched: 1, deleted: 0, remaining: 1 };
      expect(await send('&dry_run=true')).toEqual({ dry_run: true, ...told, ids: [one.db_id] });
      expect((await api.page('', path)).total_items).toBe(before);
      expect(await send('')).toEqual({ dry_run: false, matched: 1, deleted: 1, remaining: 0 });
      const page = await api.page('?limit=1', path);
      expect(page).toMatchObject({ total_items: before - 1, items: [two] });
      expect((await api.get(`/api/v1/processed-images/${one.db_id}`)).status).toBe(404);
      for (const query of ['', '?dry_run=true', '?has_match=false&untill=2026-01-01T00:00:00Z']) {
        expect(problems(await api.send('DELETE', `${path}${query}`))[0]?.loc[0]).toBe('query');
      }
      expect((await api.page('', path)).total_items).toBe(before - 1);
      const next = await api.process(nothing, { keep: 'none' });
      expect([next.db_id, next.original_image_path, next.processing_timestamp]).toEqual([null, null, null]);
      expect((await api.page('', path)).total_items).toBe(before - 1);
    });
  });
}

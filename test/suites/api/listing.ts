import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { BlacklistRecord } from '../../../lib/contract/shapes.ts';
import { encodedAgain, pictureOfNothing } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { answer, newName, problems, refusal } from './client.ts';

const path = '/api/v1/blacklist/';

/** Makes a name of exactly this many characters, most of them outside the Basic Multilingual Plane. */
function nameOf(length: number): string {
  return `${newName()}${'😀'.repeat(length)}`.match(new RegExp(`^.{${length}}`, 'u'))?.[0] ?? '';
}

/**
 * Draws one of 40,000 characters of CJK Extension B, so that a shared store hardly has an entry with this
 * name.
 */
function oneCharacter(): string {
  return String.fromCodePoint(0x20000 + Math.floor(40_000 * Math.random()));
}

export function listingSuite(get: () => Tested): void {
  const isListed = async (name: string) => (await get().api.entries()).some((entry) => entry.name === name);

  describe('listing a person', () => {
    it('gives the entry, which is shown from now on', async () => {
      const { api, people } = get();
      const name = newName();
      const started = Date.now();
      const {
        errors,
        possible_duplicates: _,
        seen_before: __,
        ...entry
      } = await api.list([people.bystander, await encodedAgain(people.bystander)], {
        name,
        reason: 'Theft.',
      });
      expect(errors).toEqual([]);
      expect(entry).toMatchObject({ name, reason: 'Theft.', image_count: 2 });
      expect(entry.reference_image_dir).toMatch(new RegExp(`\\b${entry.id}$`));
      const cover = await api.get(`${entry.cover}?size=160&crop=face`);
      expect([cover.status, cover.headers['content-type']]).toEqual([200, 'image/jpeg']);
      expect(new Date(entry.added_date).toISOString()).toBe(entry.added_date);
      // A container's clock may differ a little.
      expect(Math.abs(new Date(entry.added_date).getTime() - started)).toBeLessThan(60_000);
      expect(await api.entry(entry.id)).toEqual(entry);
      expect(await api.entries()).toContainEqual(entry);
    });

    it('keeps a picture once that is in the form twice, and says so', async () => {
      const { api, people } = get();
      const { id, image_count, errors } = await api.list([
        ['one.jpg', people.bystander],
        ['two.jpg', people.bystander],
      ]);
      // Both are looked at side by side.
      expect(errors).toEqual([
        expect.stringMatching(/^(one|two)\.jpg: The entry had this picture already\.$/),
      ]);
      expect([image_count, (await api.images(id)).length]).toEqual([1, 1]);
    });

    it('adds it to the end of the list, which is in the order of ids', async () => {
      const { api, people } = get();
      const first = await api.list([people.bystander]);
      const second = await api.list([people.bystander]);
      const ids = (await api.entries()).map(({ id }) => id);
      expect(ids).toEqual(ids.toSorted((one, other) => one - other));
      expect(ids.indexOf(second.id)).toBeGreaterThan(ids.indexOf(first.id));
    });

    it('needs no reason', async () => {
      const { api, people } = get();
      expect(await api.list([people.bystander])).toMatchObject({ reason: null });
      expect(await api.list([people.bystander], { reason: '' })).toMatchObject({ reason: null });
    });

    it('takes names of 1 and of 100 characters, and none longer', async () => {
      const { api, people } = get();
      for (const name of [oneCharacter(), nameOf(100)]) {
        expect(await api.list([people.bystander], { name })).toMatchObject({ name });
      }
      const tooLong = nameOf(101);
      expect(problems(await api.upload(path, { name: tooLong }, [people.bystander]))).toEqual([
        { loc: ['body', 'name'], msg: 'String should have at most 100 characters', type: 'string_too_long' },
      ]);
      expect(await isListed(tooLong)).toBe(false);
    });

    it('takes reasons of 255 characters, and none longer', async () => {
      const { api, people } = get();
      const reason = 'é'.repeat(255);
      expect(await api.list([people.bystander], { reason })).toMatchObject({ reason });
      const fields = { name: newName(), reason: `${reason}.` };
      expect(problems(await api.upload(path, fields, [people.bystander]))).toMatchObject([
        { loc: ['body', 'reason'], type: 'string_too_long' },
      ]);
    });

    it('takes a name in its normal form, however it was written', async () => {
      const { api, people } = get();
      const tail = newName();
      const { id, name } = await api.list([people.bystander], {
        name: ` Zoe\u0308\t${tail}\u00a0`,
        reason: 'Theft.\r\n Twice.\u200b',
      });
      expect(name).toBe(`Zoë ${tail}`);
      expect(await api.entry(id)).toMatchObject({ name, reason: 'Theft.\nTwice.' });
      for (const same of [name, `Zoë\u2003${tail}`, `Zo\u200bë ${tail}\n`]) {
        expect(refusal(await api.upload(path, { name: same }, [people.bystander]))).toEqual([
          409,
          `Blacklist entry with name '${name}' already exists.`,
        ]);
      }
      const again = await api.update(id, { name: `${name.normalize('NFD')}\n` });
      expect(answer(again, 200, BlacklistRecord)).toMatchObject({ name, warnings: null });
      const search = await api.get(`${path}?${new URLSearchParams({ q: `zoe\u200b\u00a0 ${tail}` })}`);
      expect(answer(search, 200, z.array(BlacklistRecord))).toMatchObject([{ id }]);
    });

    it('takes a name that differs from others only in case or accents, and says so', async () => {
      const { api, people } = get();
      const tail = newName();
      const zoe = await api.list([people.bystander], { name: `Zoë ${tail}` });
      expect(zoe.warnings).toBeNull();
      const capitals = await api.list([people.bystander], { name: `ZOE ${tail.toUpperCase()}` });
      expect(capitals.warnings).toEqual([
        `Entry ${zoe.id} has the same name but for case and accents: '${zoe.name}'.`,
      ]);
      expect(await api.entry(capitals.id)).toMatchObject({ name: capitals.name, warnings: null });
      const other = await api.list([people.bystander]);
      const renamed = answer(await api.update(other.id, { name: `Zoé ${tail}` }), 200, BlacklistRecord);
      expect(renamed.warnings?.map((line) => line.split(' ')[1])).toEqual([`${zoe.id}`, `${capitals.id}`]);
      const away = answer(await api.update(other.id, { name: newName() }), 200, BlacklistRecord);
      expect(away.warnings).toBeNull();
    });

    it('needs a name', async () => {
      const { api, people } = get();
      expect(problems(await api.upload(path, { name: '\u00a0\u200b\n' }, [people.bystander]))).toMatchObject([
        { loc: ['body', 'name'], type: 'string_too_short' },
      ]);
      for (const fields of [{}, { name: '' }]) {
        expect(problems(await api.upload(path, fields, [people.bystander]))).toEqual([
          { loc: ['body', 'name'], msg: 'Field required', type: 'missing' },
        ]);
      }
    });

    it('needs images, and keeps nothing without', async () => {
      const name = newName();
      expect(refusal(await get().api.upload(path, { name }, []))).toEqual([400, 'No images provided.']);
      expect(await isListed(name)).toBe(false);
    });

    it('leaves out what is no picture or shows no face, and says why', async () => {
      const { api, people } = get();
      const entry = await api.list([
        ['notes.txt', Buffer.from('Not a picture.')],
        people.bystander,
        ['wall.jpg', await pictureOfNothing()],
        ['cut.jpg', people.bystander.subarray(0, people.bystander.length / 2)],
        ['empty.jpg', Buffer.alloc(0)],
      ]);
      expect(entry.image_count).toBe(1);
      expect(entry.errors.map((line) => line.split(':')[0])).toEqual([
        'notes.txt',
        'wall.jpg',
        'cut.jpg',
        'empty.jpg',
      ]);
      expect(entry.errors.map((line) => line.split(': ')[1])).not.toContain('');
    });

    it('is refused when no image is left, with every reason, and keeps nothing', async () => {
      const { api, people } = get();
      const name = newName();
      const images = [
        ['notes.txt', Buffer.from('Not a picture.')],
        ['wall.jpg', await pictureOfNothing()],
      ] as const;
      const reply = await api.upload(path, { name }, images);
      const [status, detail] = refusal(reply);
      expect(status).toBe(400);
      const { errors } = JSON.parse(reply.bytes.toString());
      expect(errors).toEqual([
        expect.stringMatching(/^notes\.txt: ./),
        expect.stringMatching(/^wall\.jpg: ./),
      ]);
      for (const line of errors) expect(detail).toContain(line);
      expect(await isListed(name)).toBe(false);
      expect(await api.list([people.bystander], { name })).toMatchObject({ name });
    });

    it('enrols the largest face of a picture that shows several, and says so', async () => {
      const { api, people } = get();
      const crowd = people.group;
      const [largest] = await api.detect(crowd);
      const { id, image_count, errors } = await api.list([['crowd.jpg', crowd]]);
      expect(image_count).toBe(1);
      expect(errors).toEqual([expect.stringMatching(/^crowd\.jpg: .*\d+ faces.*largest/)]);
      const { faces } = await api.process(crowd);
      const matches = faces.map(({ blacklist_matches }) =>
        blacklist_matches.filter(({ entry }) => entry.id === id),
      );
      expect(matches.map((list) => list.length)).toEqual([1, ...faces.slice(1).map(() => 0)]);
      const { x, y, w, h } = largest?.facial_area ?? {};
      expect(matches[0]?.[0]).toMatchObject({ target_x: x, target_y: y, target_w: w, target_h: h });
    });

    it('is refused when the name is taken', async () => {
      const { api, people } = get();
      const { name, id } = await api.list([people.bystander]);
      expect(refusal(await api.upload(path, { name, reason: 'Other.' }, [people.bystander]))).toEqual([
        409,
        `Blacklist entry with name '${name}' already exists.`,
      ]);
      expect(await api.entry(id)).toMatchObject({ reason: null, image_count: 1 });
    });

    it('succeeds exactly once when several do it at the same moment', async () => {
      const { api, people } = get();
      const name = newName();
      const replies = await Promise.all(
        Array.from({ length: 4 }, () => api.upload(path, { name }, [people.bystander])),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
      expect((await api.entries()).filter((entry) => entry.name === name)).toHaveLength(1);
    });
  });

  describe("changing a person's entry", () => {
    it('replaces name and reason, and nothing else', async () => {
      const { api, people } = get();
      const {
        errors,
        possible_duplicates: _,
        seen_before: __,
        ...entry
      } = await api.list([people.bystander], {
        reason: 'Theft.',
      });
      const renamed = { name: newName(), reason: 'Fraud.' };
      const reply = await api.update(entry.id, renamed);
      const whenAndWho = { updated_date: expect.any(String), updated_by: expect.any(String) };
      const changed = { ...entry, ...renamed, version: 2, ...whenAndWho };
      expect([reply.status, JSON.parse(reply.bytes.toString())]).toEqual([200, changed]);
      expect(await api.entry(entry.id)).toEqual(changed);
    });

    it('takes the reason away when there is none in the request', async () => {
      const { api, people } = get();
      const { id, name } = await api.list([people.bystander], { reason: 'Theft.' });
      for (const change of [{}, { reason: null }]) {
        expect((await api.update(id, { name, ...change })).status).toBe(200);
        expect(await api.entry(id)).toMatchObject({ name, reason: null });
        expect((await api.patch(id, { reason: 'Theft.' })).status).toBe(200);
      }
    });

    it('frees the old name, and is refused one that is taken', async () => {
      const { api, people } = get();
      const one = await api.list([people.bystander]);
      const other = await api.list([people.bystander]);
      expect(refusal(await api.update(one.id, { name: other.name }))).toEqual([
        409,
        `Blacklist entry with name '${other.name}' already exists.`,
      ]);
      expect(await api.entry(one.id)).toMatchObject({ name: one.name });
      expect((await api.update(one.id, { name: newName() })).status).toBe(200);
      expect((await api.update(other.id, { name: one.name })).status).toBe(200);
    });

    it('needs a name that fits, and JSON', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.bystander]);
      expect(problems(await api.update(id, { reason: 'Theft.' }))).toMatchObject([{ type: 'missing' }]);
      for (const name of ['', ' ', '\n', '\u200b\0']) {
        expect(problems(await api.update(id, { name }))).toMatchObject([{ type: 'string_too_short' }]);
      }
      expect(problems(await api.update(id, { name: nameOf(101) }))).toMatchObject([
        { type: 'string_too_long' },
      ]);
      expect(problems(await api.update(id, { name: 7 }))).toMatchObject([{ type: 'string_type' }]);
      const headers = { 'content-type': 'application/json' };
      const broken = await api.send('PUT', `${path}${id}`, { headers, body: '{"name": x}' });
      expect(problems(broken)).toMatchObject([
        { loc: expect.arrayContaining(['body']), type: 'json_invalid' },
      ]);
    });
  });
}

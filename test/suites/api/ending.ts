import { describe, expect, it } from 'vitest';
import { EntryVerification } from '../../../lib/contract/endpoints/verify-entry.ts';
import { type BlacklistMatch, BlacklistRecord, ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import type { Tested } from '../api.ts';
import { answer, newName, problems, refusal } from './client.ts';

const past = '2020-02-29T12:00:00.000Z';
const future = '2999-01-31T12:00:00.000Z';

/** Details of an entry, as a form sends them; `answered` has them as answers tell them. */
const details = {
  expires_at: '2999-01-31T13:00+01:00',
  review_at: future,
  category: ' Shop\u200blifting ',
  severity: 'danger',
  notes: 'Do not approach alone.\r\nCall  the manager. ',
};
const answered = {
  expires_at: future,
  review_at: future,
  category: 'Shoplifting',
  severity: 'danger',
  notes: 'Do not approach alone.\nCall the manager.',
};

/** The matches of one entry in a picture. */
function matchesOf(id: number, { faces }: ImageProcessingResult) {
  return faces.flatMap(({ blacklist_matches }) => blacklist_matches).filter(({ entry }) => entry.id === id);
}

export function endingSuite(get: () => Tested): void {
  describe('an entry that ends', () => {
    it('has its details from the form, and tells them wherever it is shown', async () => {
      const { api, people } = get();
      const {
        errors: _,
        possible_duplicates: __,
        seen_before: ___,
        ...entry
      } = await api.list([people.listed], details);
      expect(entry).toMatchObject({ ...answered, suspended: false, version: 1, updated_date: null });
      expect(await api.entry(entry.id)).toEqual(entry);
      expect((await api.entries()).find(({ id }) => id === entry.id)).toEqual(entry);

      const found = await api.process(people.group);
      const { id, name, reason } = entry;
      const { severity, category, notes, expires_at } = answered;
      const shown = { id, name, reason, severity, category, notes, expires_at };
      expect(matchesOf(id, found)).toMatchObject([{ entry: shown }]);
      const kept = await api.get(`/api/v1/processed-images/${found.db_id}`);
      expect(matchesOf(id, JSON.parse(kept.bytes.toString()))).toMatchObject([
        { entry: { ...shown, notes: null } },
      ]);
      await api.delete(id);
    });

    it('is told of with fields that nobody knows, and what was perhaps meant', async () => {
      const { api, people } = get();
      const misnamed: object = { expiry: future };
      const { id, warnings, expires_at } = await api.list([people.bystander], misnamed);
      const warning = "The field 'expiry' is not known, and was passed over. Was expires_at meant?";
      expect([expires_at, warnings]).toEqual([null, [warning]]);
      const body = { name: newName(), expires: future };
      const put = await api.sendJson('PUT', `/api/v1/blacklist/${id}/`, body);
      expect(answer(put, 200, BlacklistRecord)).toMatchObject({
        expires_at: null,
        warnings: [warning.replace('expiry', 'expires')],
      });
      const [ofPicture] = await api.processInputs(['nothing.jpg'], { treshold: 0 });
      const large = await api.process(people.group, { treshold: 0 });
      for (const warnings of [ofPicture?.warnings, large.warnings])
        expect(warnings).toEqual([expect.stringMatching(/'treshold' .* Was threshold meant\?$/)]);
      answer(await api.patch(id, { suspended: true }), 200, BlacklistRecord);
      const freed = answer(await api.patch(id, { suspended: null }), 200, BlacklistRecord);
      expect(freed.suspended).toBe(false);
    });

    it('is told, out of force, to whoever asks before listing, and matches nobody all the same', async () => {
      const { api, people } = get();
      const { id, name } = await api.list([people.listed, people.listedAgain], { notes: 'Armed.' });
      const ofEntry = (found: readonly BlacklistMatch[] = []) => found.filter(({ entry }) => entry.id === id);
      const asked = async (out_of_force: boolean) => {
        const result = await api.process(people.listedAgain, { out_of_force });
        expect(result.faces).toHaveLength(1);
        return result;
      };
      const inForce = await asked(true);
      expect(matchesOf(id, inForce)).not.toEqual([]);
      expect(ofEntry(inForce.faces[0]?.out_of_force)).toEqual([]);

      for (const ending of [{ suspended: true }, { suspended: false, expires_at: past }]) {
        answer(await api.patch(id, ending), 200, BlacklistRecord);
        const { faces, ...result } = await asked(true);
        const [face] = faces;
        const told = ofEntry(face?.out_of_force);
        expect(told).toMatchObject([{ entry: { id, name, notes: null }, image_id: expect.any(String) }]);
        expect(told[0]?.distance).toBeLessThanOrEqual(told[0]?.threshold ?? 0);
        const plain = await asked(false);
        expect(plain.faces[0]).not.toHaveProperty('out_of_force');
        const { out_of_force: _, ...rest } = face ?? {};
        expect(rest).toEqual(plain.faces[0]);
        expect(result).toMatchObject({
          has_blacklist_match: plain.has_blacklist_match,
          verdict: plain.verdict,
        });
        expect(matchesOf(id, plain)).toEqual([]);
        // It is told, but not kept.
        const reply = await api.get(`/api/v1/processed-images/${result.db_id}`);
        const kept = answer(reply, 200, ImageProcessingResult);
        expect(kept.faces[0]).not.toHaveProperty('out_of_force');
      }
      await api.delete(id);
    });

    it('matches nobody while it is suspended or once it has expired, and somebody again when that is undone', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.listed], { suspended: 'on' });
      const verify = async () => {
        const body = { image: Buffer.from(people.listedAgain).toString('base64') };
        const reply = await api.sendJson('POST', `/api/v1/blacklist/${id}/verify`, body);
        return answer(reply, 200, EntryVerification);
      };
      const isFound = async () => {
        const result = await api.process(people.listedAgain, { candidates: 10 });
        const candidates = result.faces.flatMap((face) => face.candidates ?? []);
        return matchesOf(id, result).length + candidates.filter(({ entry }) => entry.id === id).length > 0;
      };
      expect(await isFound()).toBe(false);
      const suspended = await verify();
      expect(suspended).toMatchObject({ verified: false, entry: { id } });
      expect(suspended.warnings).toContain('The entry is suspended: nobody matches it.');

      answer(await api.patch(id, { suspended: false, expires_at: future }), 200, BlacklistRecord);
      expect(await isFound()).toBe(true);
      expect(await verify()).toMatchObject({ verified: true, warnings: null });

      const expired = answer(await api.patch(id, { expires_at: past }), 200, BlacklistRecord);
      expect(expired.warnings).toContainEqual(
        expect.stringContaining(`The entry expired at ${past}: nobody matches it. It is deleted`),
      );
      expect(await isFound()).toBe(false);
      expect(await verify()).toMatchObject({ verified: false });
      const { possible_duplicates } = await api.list([people.listedAgain]);
      const inForce = possible_duplicates?.filter(({ in_force }) => in_force !== false) ?? [];
      expect(inForce.map((duplicate) => duplicate.id)).not.toContain(id);
    });

    it('is changed in what is named alone, by PATCH and by PUT, and null empties it', async () => {
      const { api, people } = get();
      const { id, name } = await api.list([people.bystander], { reason: 'Theft.', ...details });
      const patched = answer(await api.patch(id, { notes: null, severity: 'info' }), 200, BlacklistRecord);
      const expected = { ...answered, id, name, reason: 'Theft.', notes: null, severity: 'info' };
      expect(patched).toMatchObject({ ...expected, version: 2 });
      const put = answer(await api.update(id, { name }), 200, BlacklistRecord);
      expect(put).toMatchObject({ ...expected, reason: null, version: 3 });
      const more = { name, reason: 'Fraud.', category: null, suspended: true };
      const last = answer(await api.update(id, more), 200, BlacklistRecord);
      expect(last).toMatchObject({ ...expected, ...more, version: 4 });
      expect(answer(await api.patch(id, {}), 200, BlacklistRecord)).toEqual(last);
    });

    it('is refused with what is wrong about each field', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.bystander]);
      const wrong = {
        expires_at: '2026-12-31',
        review_at: 7,
        category: '',
        severity: 'high',
        notes: 'x'.repeat(5001),
        suspended: 2,
        version: 'one',
        expire_at: future,
      };
      const found = problems(await api.patch(id, wrong));
      expect(found.map(({ loc, type }) => `${loc.at(-1)} ${type}`).sort()).toEqual([
        'category string_too_short',
        'expire_at extra_forbidden',
        'expires_at datetime_parsing',
        'notes string_too_long',
        'review_at string_type',
        'severity enum',
        'suspended bool_type',
        'version int_parsing',
      ]);
      expect(found.find(({ loc }) => loc.at(-1) === 'expire_at')?.msg).toMatch(/was expires_at meant\?$/);
      const form = { name: newName(), expires_at: 'soon', suspended: 'perhaps', notes: 'x'.repeat(5001) };
      const inForm = problems(await api.upload('/api/v1/blacklist/', form, [people.bystander]));
      expect(inForm.map(({ loc }) => loc.at(-1)).sort()).toEqual(['expires_at', 'notes', 'suspended']);
      expect(await api.entry(id)).toMatchObject({ version: 1 });
      const emoji = '😀'.repeat(5000);
      expect(answer(await api.patch(id, { notes: emoji }), 200, BlacklistRecord).notes).toBe(emoji);
      await api.delete(id);
    });

    it('is not changed, nor deleted, by whoever has read an older one', async () => {
      const { api, people } = get();
      const { id, name } = await api.list([people.bystander]);
      const path = `/api/v1/blacklist/${id}`;
      const tag = (await api.get(path)).headers.etag ?? '';
      expect(tag).toBe('"1"');
      const first = await api.patch(id, { reason: 'One.' }, { 'if-match': tag });
      expect([first.status, first.headers.etag]).toEqual([200, '"2"']);
      const late = [
        await api.patch(id, { reason: 'Two.' }, { 'if-match': tag }),
        await api.patch(id, { reason: 'Two.', version: 1 }),
        await api.sendJson('PUT', path, { name, reason: 'Two.' }, { 'if-match': `W/${tag}, "7"` }),
        await api.sendJson('PUT', path, { name, version: 1 }),
        await api.patch(id, { version: 2, reason: 'Two.' }, { 'if-match': tag }),
        await api.patch(id, { reason: 'Two.' }, { 'if-match': '"no tag of ours"' }),
        await api.send('DELETE', path, { headers: { 'if-match': tag } }),
      ];
      for (const reply of late) {
        const [status, detail] = refusal(reply);
        expect(status).toBe(412);
        expect(detail).toMatch(
          new RegExp(`^Entry ${id} was changed by .+ at .*It has version 2.*read the entry again`),
        );
      }
      expect(await api.entry(id)).toMatchObject({ reason: 'One.', version: 2 });
      expect((await api.patch(id, { reason: 'Two.' }, { 'if-match': '*' })).status).toBe(200);
      expect((await api.sendJson('PUT', path, { name, version: 3 }, { 'if-match': 'W/"3"' })).status).toBe(
        200,
      );
      expect((await api.send('DELETE', path, { headers: { 'if-match': '"1", "4"' } })).status).toBe(200);
      expect(refusal(await api.patch(id, {}, { 'if-match': tag }))).toEqual([
        404,
        'Blacklist entry not found',
      ]);
    });

    it('is changed by one of two who do it at the same moment', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.bystander]);
      const replies = await Promise.all(
        ['one', 'two', 'three'].map((category) => api.patch(id, { category }, { 'if-match': '"1"' })),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    });
  });
}

import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AuditLines } from '../../../lib/contract/endpoints/list-audit.ts';
import { encodedAgain } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { answer, newName, problems, refusal } from './client.ts';

/** Tests requests that are sent again with the same `Idempotency-Key`. */
export function repeatingSuite(get: () => Tested): void {
  describe('a request with an Idempotency-Key', () => {
    const keyed = (key: string) => ({ 'idempotency-key': key });

    it('that lists a person lists one, however often it is sent', async () => {
      const { api, people } = get();
      const person = { name: newName() };
      const key = keyed(randomUUID());
      const send = () => api.upload('/api/v1/blacklist/', person, [people.bystander], key);
      const [one, two] = await Promise.all([send(), send()]);
      const three = await send();
      expect([one, two, three].map(({ status }) => status)).toEqual([201, 201, 201]);
      const bodies = [one, two, three].map(({ bytes }) => bytes.toString());
      expect(new Set(bodies).size).toBe(1);
      const replayed = [one, two, three].filter(({ headers }) => headers['idempotent-replayed'] === 'true');
      expect(replayed).toHaveLength(2);
      const { id } = JSON.parse(bodies[0] ?? '');
      // The trail tells of one listing, and of two that were answered as it.
      const linesOf = async () => {
        const page = await api.get(`/api/v1/audit?action=createEntry&entry_id=${id}`);
        return answer(page, 200, AuditLines).items.map(({ detail }) => detail);
      };
      await expect.poll(linesOf).toHaveLength(3);
      expect((await linesOf()).sort()).toEqual([null, 'replayed', 'replayed'].sort());
      expect((await api.entries()).filter(({ name }) => name === person.name)).toMatchObject([{ id }]);

      const other = await api.upload('/api/v1/blacklist/', { name: newName() }, [people.bystander], key);
      expect(problems(other)).toMatchObject([{ loc: ['header', 'Idempotency-Key'] }]);
      const without = await api.upload('/api/v1/blacklist/', person, [people.bystander]);
      expect(refusal(without)[0]).toBe(409);

      await api.delete(id);
      expect(refusal(await send())[0]).toBe(410);
      expect((await api.entries()).some(({ name }) => name === person.name)).toBe(false);
    });

    it('that adds pictures adds each once, and to the entry of its path alone', async () => {
      const { api, people } = get();
      const [first, second] = [await api.list([people.bystander]), await api.list([people.bystander])];
      const key = keyed(randomUUID());
      const picture = await encodedAgain(people.bystander);
      const add = (id: number) => api.upload(`/api/v1/blacklist/${id}/images`, {}, [picture], key);
      const answers = [await add(first.id), await add(first.id)];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(answers[1]?.bytes).toEqual(answers[0]?.bytes);
      expect(await api.entry(first.id)).toMatchObject({ image_count: 2 });
      expect(problems(await add(second.id))).toMatchObject([{ loc: ['header', 'Idempotency-Key'] }]);
      expect(await api.entry(second.id)).toMatchObject({ image_count: 1 });
    });

    it('that processes pictures keeps one record of each', async () => {
      const { api, people } = get();
      const body = { images: [people.stranger.toString('base64')] };
      const key = keyed(randomUUID());
      const send = (sent: object) => api.sendJson('POST', '/api/v1/process/process-images', sent, key);
      const { total_items: before } = await api.page('?limit=1');
      const answers = [await send(body), await send(body)];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(answers[1]?.bytes).toEqual(answers[0]?.bytes);
      expect((await api.page('?limit=1')).total_items).toBe(before + 1);
      expect(problems(await send({ ...body, keep: 'none' }))).toHaveLength(1);

      // Nothing outlives the record that it tells of.
      const [{ db_id }] = JSON.parse(answers[0]?.bytes.toString() ?? '');
      expect((await api.send('DELETE', `/api/v1/processed-images/${db_id}`)).status).toBe(200);
      expect(refusal(await send(body))[0]).toBe(410);
      expect((await api.page('?limit=1')).total_items).toBe(before);
    });

    it('tells no more of somebody who was suspended since', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.listed]);
      const key = keyed(randomUUID());
      const body = { images: [people.listed.toString('base64')] };
      const send = () => api.sendJson('POST', '/api/v1/process/process-images', body, key);
      expect([(await send()).status, (await send()).status]).toEqual([200, 200]);
      await api.sendJson('PATCH', `/api/v1/blacklist/${id}/`, { suspended: true });
      expect(refusal(await send())[0]).toBe(410);
      await api.delete(id);
    });

    it('that was refused can be sent corrected', async () => {
      const { api, people } = get();
      const key = keyed(randomUUID());
      const person = { name: newName() };
      const refused = await api.upload('/api/v1/blacklist/', person, [Buffer.from('text')], key);
      expect(refusal(refused)[0]).toBe(400);
      const listed = await api.upload('/api/v1/blacklist/', person, [people.bystander], key);
      expect(listed.status).toBe(201);
    });

    it.each([
      ['empty', ' '],
      ['long', 'k'.repeat(256)],
      ['with a space', 'a b'],
    ])('that is %s is refused', async (_name, key) => {
      const { api } = get();
      const reply = await api.sendJson(
        'POST',
        '/api/v1/process/process-images',
        { images: ['x'] },
        keyed(key),
      );
      expect(problems(reply)).toMatchObject([{ loc: ['header', 'Idempotency-Key'] }]);
    });
  });
}

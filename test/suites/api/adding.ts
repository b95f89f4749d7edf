import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AddedImages } from '../../../lib/contract/endpoints/add-images.ts';
import { CreatedBlacklistRecord } from '../../../lib/contract/endpoints/create-entry.ts';
import { encodedAgain, pictureOfNothing } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { answer, newName, problems, refusal } from './client.ts';

export function addingSuite(get: () => Tested): void {
  describe('adding images to an entry', () => {
    it('keeps those that can be used, and names the others with the reason', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.bystander]);
      const { message, errors } = await api.addImages(id, [
        ['notes.txt', Buffer.from('Not a picture.')],
        await encodedAgain(people.bystander),
        ['wall.jpg', await pictureOfNothing()],
        await encodedAgain(people.bystander, 80),
      ]);
      expect(message).toMatch(/\b2\b/);
      expect(errors).toEqual([
        expect.stringMatching(/^notes\.txt: ./),
        expect.stringMatching(/^wall\.jpg: ./),
      ]);
      expect(await api.entry(id)).toMatchObject({ image_count: 3 });
    });

    it('warns of a picture that looks like none of the person’s others, and adds it', async () => {
      const { api, people } = get();
      const unlike = [expect.stringMatching(/^two\.jpg: It looks like none of .+ \(similarity [0-9.]+\)\./)];
      const both = [
        ['one.jpg', people.listedAgain],
        ['two.jpg', people.stranger],
      ] as const;
      const listed = await api.list([people.listed, ...both]);
      expect(listed).toMatchObject({ image_count: 3, warnings: unlike, errors: [] });
      const { id, warnings } = await api.list([people.listed]);
      expect(warnings).toBeNull();
      expect(await api.addImages(id, both)).toMatchObject({ added: 2, warnings: unlike });
      // The stranger's is told of again, as long as it is there.
      expect((await api.addImages(id, [people.neighbour])).warnings).toHaveLength(2);
      for (const entry of [listed.id, id]) await api.delete(entry);
    });

    it('is refused when none can be used, and changes nothing', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.bystander]);
      const path = `/api/v1/blacklist/${id}/images`;
      const [status, detail] = refusal(await api.upload(path, {}, [['wall.jpg', await pictureOfNothing()]]));
      expect([status, detail]).toEqual([400, expect.stringContaining('wall.jpg: ')]);
      expect(refusal(await api.upload(path, {}, []))).toEqual([400, 'No images provided.']);
      expect(await api.entry(id)).toMatchObject({ image_count: 1 });
    });

    it('adds no picture that the entry has, by whichever request and key it came', async () => {
      const { api, people } = get();
      const { bystander } = people;
      const another = await encodedAgain(bystander);
      const { id } = await api.list([bystander]);
      const keyed = () => ({ 'idempotency-key': randomUUID() });
      const path = `/api/v1/blacklist/${id}/images`;
      const comment = Buffer.from('fffe000647756172', 'hex');
      const described = Buffer.concat([bystander.subarray(0, 2), comment, bystander.subarray(2)]);
      for (const headersOf of [() => ({}), keyed]) {
        for (const picture of [bystander, described]) {
          const reply = await api.upload(path, {}, [['a.jpg', picture]], headersOf());
          expect(answer(reply, 200, AddedImages)).toMatchObject({
            message: '0 images added.',
            added: 0,
            errors: ['a.jpg: The entry had this picture already.'],
          });
        }
      }
      const [one, two] = await Promise.all(
        [keyed(), keyed()].map((headers) => api.upload(path, {}, [another], headers)),
      );
      expect([one?.status, two?.status]).toEqual([200, 200]);
      expect(await api.images(id)).toHaveLength(2);
      const listed = await api.upload(
        '/api/v1/blacklist/',
        { name: newName() },
        [bystander, another],
        keyed(),
      );
      const other = answer(listed, 201, CreatedBlacklistRecord);
      expect((await api.addImages(other.id, [another])).added).toBe(0);
      expect(await api.entry(other.id)).toMatchObject({ image_count: 2 });
    });

    it('takes 100 at once, and no more', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.bystander]);
      const path = `/api/v1/blacklist/${id}/images`;
      const texts = Array.from({ length: 99 }, (_, index) => [`${index}.txt`, Buffer.from('text')] as const);
      const { errors } = await api.addImages(id, [...texts, await encodedAgain(people.bystander)]);
      expect(errors.map((line) => line.split(':')[0])).toEqual(texts.map(([name]) => name));
      expect(
        problems(await api.upload(path, {}, [...texts, people.bystander, people.bystander])),
      ).toMatchObject([{ loc: ['body', 'images'], type: 'too_long' }]);
      expect(await api.entry(id)).toMatchObject({ image_count: 2 });
    });
  });
}

import { describe, expect, it } from 'vitest';
import { pictureOfNothing } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { problems, refusal } from './client.ts';

export function addingSuite(get: () => Tested): void {
  describe('adding images to an entry', () => {
    it('keeps those that can be used, and names the others with the reason', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.stranger]);
      const { message, errors } = await api.addImages(id, [
        ['notes.txt', Buffer.from('Not a picture.')],
        people.listed,
        ['wall.jpg', await pictureOfNothing()],
        people.neighbour,
      ]);
      expect(message).toMatch(/\b2\b/);
      expect(errors).toEqual([
        expect.stringMatching(/^notes\.txt: ./),
        expect.stringMatching(/^wall\.jpg: ./),
      ]);
      expect(await api.entry(id)).toMatchObject({ image_count: 3 });
    });

    it('is refused when none can be used, and changes nothing', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.stranger]);
      const path = `/api/v1/blacklist/${id}/images`;
      const [status, detail] = refusal(await api.upload(path, {}, [['wall.jpg', await pictureOfNothing()]]));
      expect([status, detail]).toEqual([400, expect.stringContaining('wall.jpg: ')]);
      expect(refusal(await api.upload(path, {}, []))).toEqual([400, 'No images provided.']);
      expect(await api.entry(id)).toMatchObject({ image_count: 1 });
    });

    it('takes 100 at once, and no more', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.stranger]);
      const path = `/api/v1/blacklist/${id}/images`;
      const texts = Array.from({ length: 99 }, (_, index) => [`${index}.txt`, Buffer.from('text')] as const);
      const { errors } = await api.addImages(id, [...texts, people.stranger]);
      expect(errors.map((line) => line.split(':')[0])).toEqual(texts.map(([name]) => name));
      expect(
        problems(await api.upload(path, {}, [...texts, people.stranger, people.stranger])),
      ).toMatchObject([{ loc: ['body', 'images'], type: 'too_long' }]);
      expect(await api.entry(id)).toMatchObject({ image_count: 2 });
    });
  });
}

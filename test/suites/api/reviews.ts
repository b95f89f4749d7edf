import { beforeAll, describe, expect, it } from 'vitest';
import { type ImageProcessingResult, ImageProcessingResult as Result } from '../../../lib/contract/shapes.ts';
import { pictureOfNothing } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { answer, problems, refusal } from './client.ts';

/** Tests that people can judge matches, over the API. */
export function reviewsSuite(get: () => Tested): void {
  describe('a review', () => {
    let entryId: number;
    let found: ImageProcessingResult;

    beforeAll(async () => {
      const { api, people } = get();
      ({ id: entryId } = await api.list([people.listed]));
      found = await api.process(people.listed);
    });
    const judge = (id: number | null, body: object) =>
      get().api.sendJson('PUT', `/api/v1/processed-images/${id}/review`, body);
    const idsIn = async (review: string) => {
      const page = await get().api.page(`?limit=100&review=${review}&entry_id=${entryId}`);
      return page.items.map(({ db_id }) => db_id);
    };

    it('moves a picture from those that are open to those that are decided', async () => {
      expect(found.faces[0]?.blacklist_matches[0]?.review).toBeNull();
      expect(await idsIn('open')).toEqual([found.db_id]);
      const body = { face_index: 0, entry_id: entryId, verdict: 'rejected', note: 'Not her.' };
      const reply = await judge(found.db_id, body);
      const judged = answer(reply, 200, Result);
      const mine = judged.faces[0]?.blacklist_matches.find(({ entry }) => entry.id === entryId);
      expect(mine?.review).toMatchObject({
        verdict: 'rejected',
        reviews: [{ verdict: 'rejected', note: 'Not her.', actor: expect.stringMatching(/./) }],
      });
      // Others with this face may be listed too, and their matches stay open.
      for (const { entry } of judged.faces[0]?.blacklist_matches ?? [])
        await judge(found.db_id, { ...body, entry_id: entry.id });
      expect(await idsIn('open')).toEqual([]);
      expect(await idsIn('rejected')).toEqual([found.db_id]);
    });

    it('is refused for who is not in the picture, and for a picture that is not there', async () => {
      const body = { face_index: 0, entry_id: entryId, verdict: 'confirmed' };
      expect(problems(await judge(found.db_id, { ...body, entry_id: 999_999_999 }))).toMatchObject([
        { loc: ['body', 'entry_id'], type: 'value_error' },
      ]);
      expect(problems(await judge(found.db_id, { ...body, face_index: 7 }))).toMatchObject([
        { loc: ['body', 'face_index'] },
      ]);
      expect(problems(await judge(found.db_id, { ...body, verdict: 'perhaps' }))).toMatchObject([
        { loc: ['body', 'verdict'] },
      ]);
      expect(refusal(await judge(999_999_999, body))).toEqual([404, 'Processed image not found']);
      expect((await get().api.send('GET', '/api/v1/processed-images/?review=perhaps')).status).toBe(422);
    });

    it('is not needed to see that a picture without a face is no all-clear', async () => {
      const empty = await get().api.process(await pictureOfNothing());
      expect(empty).toMatchObject({ verdict: 'cannot_tell', verdict_reasons: ['NO_FACE_FOUND'] });
      expect(empty).toMatchObject({ has_blacklist_match: false, has_near_miss: false });
      expect(found).toMatchObject({ verdict: 'match', has_near_miss: false });
      expect(found.faces[0]).toMatchObject({ verdict: 'match', quality: { brightness: expect.any(Number) } });
    });
  });
}

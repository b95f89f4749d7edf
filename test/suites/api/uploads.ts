import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { UploadForm } from '../../../lib/contract/uploads.ts';
import { pictureOfNothing, sample } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { type ApiClient, answer, problems, refusal } from './client.ts';

const processPath = '/api/v1/process/uploads';

async function askForForm(api: ApiClient, path: string, body: object = {}): Promise<UploadForm> {
  return answer(await api.sendJson('POST', path, body), 201, UploadForm);
}

/** Sends the form as a browser would. */
export async function sendForm({ url, fields }: UploadForm, picture: Uint8Array): Promise<number> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append(
    'file',
    new Blob([new Uint8Array(picture)], { type: fields['Content-Type'] ?? '' }),
    'face.jpg',
  );
  const response = await fetch(url, { method: 'POST', body: form });
  await response.arrayBuffer();
  return response.status;
}

/** Waits, for at most a minute, until the entry has this many images. */
async function hasImages(api: ApiClient, id: number, count: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await api.entry(id)).image_count < count && Date.now() < deadline) await delay(200);
  expect(await api.entry(id)).toMatchObject({ image_count: count });
}

export function uploadsSuite(get: () => Tested): void {
  describe('a picture that is too large for a request', () => {
    it('is sent by a form, and then processed by its name', async () => {
      const { api } = get();
      // This is about 7 MB, more than a request through API Gateway may have.
      const large = await sharp(await sample(1))
        .png({ compressionLevel: 0 })
        .toBuffer();
      expect(large.length).toBeGreaterThan(6_000_000);
      const form = await askForForm(api, processPath, { content_type: 'image/png' });
      expect(form.max_bytes).toBeGreaterThan(large.length);
      const minutes = (new Date(form.expires_at).getTime() - Date.now()) / 60_000;
      expect(minutes).toBeGreaterThan(1);
      expect(minutes).toBeLessThan(10);
      expect(await sendForm(form, large)).toBe(204);
      const [result] = await api.processInputs([form.image]);
      expect(result).toMatchObject({ image_path_or_identifier: form.image, error: null });
      expect(result?.faces).toHaveLength(3);
    });

    it('is gone once it was processed, where nothing of it is to be kept', async () => {
      const { api } = get();
      const picture = await pictureOfNothing();
      for (const [body, wish] of [
        [{ keep: 'none' }, {}],
        [{ keep: 'matches', reference: 'door 1.jpg' }, {}],
        [{}, { keep: 'none' }],
      ]) {
        const form = await askForForm(api, processPath, body);
        expect(await sendForm(form, picture)).toBe(204);
        const [result] = await api.processInputs([form.image], wish);
        expect(result).toMatchObject({ error: null, db_id: null });
        const [again] = await api.processInputs([form.image], wish);
        expect(again?.error).toMatch(/^There is no readable picture/);
      }
      const kept = await askForForm(api, processPath, { keep: 'matches' });
      await sendForm(kept, picture);
      expect(await api.processInputs([kept.image], { keep: 'all' })).toMatchObject([{ db_id: null }]);
    });

    it('is not there before it was sent', async () => {
      const { api } = get();
      const { image } = await askForForm(api, processPath);
      const [result] = await api.processInputs([image]);
      expect(result).toMatchObject({ faces: [], error: expect.stringMatching(/\w/) });
    });

    it('is refused with a form that was changed, and when it is larger than the form allows', async () => {
      const { api, people } = get();
      const form = await askForForm(api, processPath);
      const elsewhere = { ...form.fields, key: 'blacklist/1/other.jpg' };
      expect(await sendForm({ ...form, fields: elsewhere }, people.stranger)).toBe(403);
      expect([400, 413]).toContain(await sendForm(form, Buffer.alloc(form.max_bytes + 1)));
      const [result] = await api.processInputs([form.image]);
      expect(result?.error).toMatch(/\w/);
    });

    it('is for an entry that there is, and of a type that we take', async () => {
      const { api } = get();
      expect(refusal(await api.sendJson('POST', '/api/v1/blacklist/4711/uploads', {}))).toEqual([
        404,
        'Blacklist entry not found',
      ]);
      expect(
        problems(await api.sendJson('POST', processPath, { content_type: 'image/svg+xml' })),
      ).toMatchObject([{ loc: ['body', 'content_type'], type: 'enum' }]);
    });

    it('becomes a picture of its entry by itself', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.stranger]);
      // It has more than 5 MB, which is all that Rekognition takes in a call.
      const large = await sharp(people.listed)
        .resize(1400, 1400, { fit: 'fill' })
        .png({ compressionLevel: 0 })
        .toBuffer();
      expect(large.length).toBeGreaterThan(5.2e6);
      const content_type = 'image/png';
      const form = await askForForm(api, `/api/v1/blacklist/${id}/uploads`, { content_type });
      expect(await sendForm(form, large)).toBe(204);
      await hasImages(api, id, 2);
      const { faces } = await api.process(people.group);
      const entries = faces.flatMap((face) => face.blacklist_matches.map(({ entry }) => entry.id));
      expect(entries.filter((entry) => entry === id)).toHaveLength(1);
    });
  });
}

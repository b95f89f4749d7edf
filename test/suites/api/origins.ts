import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { UploadForm } from '../../../lib/contract/uploads.ts';
import { pictureOfNothing } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { answer, problems } from './client.ts';
import { sendForm } from './uploads.ts';

const path = '/api/v1/process/process-images';

export function originsSuite(get: () => Tested): void {
  describe('where a picture came from', () => {
    it('is told in its result and its record, and what is asked by it is found', async () => {
      const { api, people } = get();
      const source = `Tür ${randomUUID()}`;
      const { id } = await api.list([people.neighbour]);
      const images = [people.group, people.stranger, await pictureOfNothing()].map((picture) =>
        picture.toString('base64'),
      );
      const references = ['IMG  1.JPG', null, 'badge/7#?&'];
      const results = await api.processInputs([...images, 'no picture'], {
        source: ` ${source}\u200b `,
        references: [...references, 'broken'],
      });
      expect(results.map((result) => [result.source, result.reference])).toEqual([
        [source, 'IMG  1.JPG'],
        [source, null],
        [source, 'badge/7#?&'],
        [source, 'broken'],
      ]);
      for (const { image_path_or_identifier } of results) {
        expect(image_path_or_identifier).not.toMatch(/Tür|IMG|badge/);
      }
      const ids = async (query: Record<string, string>) => {
        const page = await api.page(`?${new URLSearchParams({ source, ...query })}`);
        expect(page.total_items).toBe(page.items.length);
        return page.items.map(({ db_id }) => db_id).sort();
      };
      const [found, stranger, nothing] = results.map(({ db_id }) => db_id);
      expect(await ids({})).toEqual([found, stranger, nothing].sort());
      expect(await ids({ reference: 'badge/7#?&' })).toEqual([nothing]);
      expect(await ids({ reference: 'IMG 1.JPG' })).toEqual([found]);
      expect(await ids({ entry_id: `${id}` })).toEqual([found]);
      expect(await ids({ entry_id: `${id}`, reference: 'badge/7#?&' })).toEqual([]);
      const kept = JSON.parse((await api.get(`/api/v1/processed-images/${found}`)).bytes.toString());
      expect([kept.source, kept.reference]).toEqual([source, 'IMG  1.JPG']);
    });

    it('is null where nobody tells it', async () => {
      const picture = await pictureOfNothing();
      for (const nothing of [{}, { source: null, references: null }, { references: [null] }])
        expect(await get().api.process(picture, nothing)).toMatchObject({ source: null, reference: null });
    });

    it('goes with an upload, unless the request tells another', async () => {
      const { api } = get();
      const picture = await pictureOfNothing();
      const told = { source: 'Kamera 佐藤', reference: `${'😀'.repeat(250)}.jpg` };
      const reply = await api.sendJson('POST', '/api/v1/process/uploads', told);
      const form = answer(reply, 201, UploadForm);
      expect(form.image).not.toMatch(/Kamera|😀/);
      expect(await sendForm(form, picture)).toBe(204);
      const [uploaded] = await api.processInputs([form.image]);
      expect(uploaded).toMatchObject({ ...told, image_path_or_identifier: form.image, error: null });
      const [other] = await api.processInputs([form.image], { source: 'Desk', references: [null] });
      expect(other).toMatchObject({ source: 'Desk', reference: told.reference });
      const changed = { ...form.fields, 'x-amz-meta-source': 'RGVzaw' };
      expect(await sendForm({ ...form, fields: changed }, picture)).toBe(403);
    });

    it('is refused when it is blank or too long, or when there is not one reference for each picture', async () => {
      const { api } = get();
      const send = async (more: object) => {
        const [problem] = problems(await api.sendJson('POST', path, { images: ['a', 'b'], ...more }));
        return { at: problem?.loc.slice(1).join('.'), type: problem?.type, msg: problem?.msg };
      };
      expect(await send({ references: ['a'] })).toEqual({
        at: 'references',
        type: 'too_short',
        msg: 'List should have 2 items, one for each picture, not 1',
      });
      expect(await send({ references: ['a', 'b', 'c'] })).toMatchObject({
        at: 'references',
        type: 'too_long',
      });
      expect(await send({ references: ['a', ' \u200b'] })).toMatchObject({
        at: 'references.1',
        type: 'string_too_short',
      });
      expect(await send({ references: ['a', 'x'.repeat(256)] })).toMatchObject({
        at: 'references.1',
        type: 'string_too_long',
      });
      expect(await send({ references: 'a' })).toMatchObject({ at: 'references', type: 'list_type' });
      expect(await send({ source: '' })).toMatchObject({ at: 'source', type: 'string_too_short' });
      expect(await send({ source: 'x'.repeat(101) })).toMatchObject({
        at: 'source',
        type: 'string_too_long',
      });
    });
  });
}

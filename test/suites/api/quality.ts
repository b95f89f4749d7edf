import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodedAgain } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { newName, refusal, type Upload } from './client.ts';

export function qualitySuite(get: () => Tested): void {
  /** Makes pictures of faces that are too blurred, too small, and almost black. */
  async function badPictures(): Promise<Upload[]> {
    const { stranger } = get().people;
    const { width } = await sharp(stranger).metadata();
    return [
      [
        'blurred.png',
        await sharp(stranger)
          .blur(width / 40)
          .png()
          .toBuffer(),
      ],
      ['tiny.png', await sharp(stranger).resize({ width: 36 }).png().toBuffer()],
      ['dark.png', await sharp(stranger).linear(0.06, 0).png().toBuffer()],
    ];
  }
  const reasons = [
    expect.stringMatching(/^blurred\.png: The face is .*too blurred/),
    expect.stringMatching(/^tiny\.png: The face is .*too small/),
    expect.stringMatching(/^dark\.png: The face is .*too dark/),
  ];

  describe('a picture of a face that is too poor to compare', () => {
    it('is left out and named with its reason, and the others are kept', async () => {
      const { api, people } = get();
      const pictures = await badPictures();
      const listed = await api.list([...pictures, people.stranger]);
      expect([listed.image_count, listed.errors]).toEqual([1, reasons]);
      const one = pictures.slice(0, 1);
      const added = await api.addImages(listed.id, [...one, await encodedAgain(people.stranger)]);
      expect([added.message, added.errors]).toEqual(['1 image added.', reasons.slice(0, 1)]);
      expect(await api.entry(listed.id)).toMatchObject({ image_count: 2 });
    });

    it('lists nobody by itself', async () => {
      const { api, people } = get();
      const name = newName();
      const one = (await badPictures()).slice(0, 1);
      const reply = await api.upload('/api/v1/blacklist/', { name }, one);
      expect(refusal(reply)[0]).toBe(400);
      expect(JSON.parse(reply.bytes.toString()).errors).toEqual(reasons.slice(0, 1));
      expect((await api.entries()).map((entry) => entry.name)).not.toContain(name);
      expect(await api.list([people.bystander], { name })).toMatchObject({ image_count: 1 });
    });

    it('is searched for listed people all the same', async () => {
      const { api } = get();
      for (const picture of await badPictures()) {
        const [, bytes] = picture as [string, Buffer];
        expect((await api.process(bytes)).faces).toHaveLength(1);
      }
    });
  });
}

import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { ImageProcessingResult, ReferenceImage } from '../../../lib/contract/shapes.ts';
import { encodedAgain, pictureOfNothing } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { answer, pictureOf, problems, refusal } from './client.ts';

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function picturesSuite(get: () => Tested): void {
  describe('the reference images of an entry', () => {
    it('are told oldest first, with what is known of each', async () => {
      const { api, people } = get();
      const { width, height } = await sharp(people.stranger).metadata();
      const { id } = await api.list([['Ünï (1).jpg', people.stranger]]);
      await api.addImages(id, [['../\u0007two.png', await sharp(people.stranger).png().toBuffer()]]);
      const images = await api.images(id);
      expect(images.map(({ file_name }) => file_name)).toEqual([
        'Ünï (1).jpg',
        expect.stringMatching(/two\.png$/),
      ]);
      const [face] = await api.detect(people.stranger);
      const [first] = images;
      expect(first).toMatchObject({
        entry_id: id,
        added_date: expect.stringMatching(isoTime),
        size_bytes: people.stranger.length,
        width,
        height,
        quality: { brightness: expect.any(Number), sharpness: expect.any(Number) },
      });
      expect(first?.face?.x).toBeCloseTo(face?.facial_area.x ?? 0, -1);
      expect(first?.url).toBe(`/api/v1/blacklist/${id}/images/${first?.id}`);
    });

    it('have the size of the picture as it is shown, also when the camera lay on its side', async () => {
      const { api, people } = get();
      const { width, height } = await sharp(people.stranger).metadata();
      const upright = sharp(
        await sharp(people.stranger)
          .resize(width, height + 20, { fit: 'fill' })
          .toBuffer(),
      );
      const turned = await upright.rotate(90).withMetadata({ orientation: 8 }).jpeg().toBuffer();
      const { id } = await api.list([turned]);
      expect(await api.images(id)).toMatchObject([{ width, height: height + 20 }]);
    });

    it('are given out as they came', async () => {
      const { api, people } = get();
      const webp = await sharp(people.stranger).webp({ quality: 95 }).toBuffer();
      const { id } = await api.list([webp]);
      const [image] = await api.images(id);
      expect(await pictureOf(await api.get(image?.url ?? ''))).toEqual(webp);
    });

    it('are found under their own entry alone, and by no text that is no id', async () => {
      const { api, people } = get();
      const [one, other] = [await api.list([people.bystander]), await api.list([people.bystander])];
      const [image] = await api.images(one.id);
      const odd = ['none', '%2e%2e%2f1', `${image?.id}.jpg`, 'x'.repeat(3000), '%00', '%ff'];
      for (const id of [image?.id, ...odd]) {
        for (const method of ['GET', 'DELETE']) {
          const reply = await api.send(method, `/api/v1/blacklist/${other.id}/images/${id}`);
          expect(refusal(reply)).toEqual([404, 'Reference image not found']);
        }
      }
      expect(await api.images(one.id)).toEqual([image]);
    });
  });

  describe('deleting a reference image', () => {
    it('takes its picture and its face away, and tells what it was', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.stranger]);
      await api.addImages(id, [people.listed]);
      const [stays, goes] = await api.images(id);
      const deleted = await api.send('DELETE', goes?.url ?? '');
      expect(answer(deleted, 200, ReferenceImage)).toEqual(goes);
      expect(await api.images(id)).toEqual([stays]);
      expect(await api.entry(id)).toMatchObject({ image_count: 1 });
      const { faces } = await api.process(people.listed);
      const matched = faces.flatMap(({ blacklist_matches }) =>
        blacklist_matches.map(({ entry }) => entry.id),
      );
      expect(matched).not.toContain(id);
      for (const method of ['GET', 'DELETE']) {
        expect(refusal(await api.send(method, goes?.url ?? ''))).toEqual([404, 'Reference image not found']);
      }
    });

    it('leaves the last one, also when all are deleted at the same moment', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.bystander]);
      await api.addImages(id, [
        await encodedAgain(people.bystander),
        await encodedAgain(people.bystander, 80),
      ]);
      const images = await api.images(id);
      const replies = await Promise.all(images.map(({ url }) => api.send('DELETE', url)));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 409]);
      const [last, ...others] = await api.images(id);
      expect(others).toEqual([]);
      expect(refusal(await api.send('DELETE', last?.url ?? ''))).toEqual([
        409,
        expect.stringContaining('delete the entry instead'),
      ]);
      expect(await pictureOf(await api.get(last?.url ?? ''))).not.toHaveLength(0);
    });

    it('is done once, however often it is asked for at the same moment', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.bystander]);
      await api.addImages(id, [
        await encodedAgain(people.bystander),
        await encodedAgain(people.bystander, 80),
      ]);
      const [image] = await api.images(id);
      const replies = await Promise.all(
        Array.from({ length: 5 }, () => api.send('DELETE', image?.url ?? '')),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404, 404]);
      expect(await api.images(id)).toHaveLength(2);
    });
  });

  describe('a processed picture', () => {
    let result: ImageProcessingResult;
    let path: string;
    beforeAll(async () => {
      const { api, people } = get();
      result = await api.process(people.group);
      path = `/api/v1/processed-images/${result.db_id}`;
    });

    it('is shown as it was answered', async () => {
      expect(answer(await get().api.get(path), 200, ImageProcessingResult)).toEqual(result);
    });

    it('is given out as it came, with boxes, and as the crop of its largest face', async () => {
      const { api, people } = get();
      expect(await pictureOf(await api.get(`${path}/image?variant=original`))).toEqual(people.group);
      const annotated = await pictureOf(await api.get(`${path}/image`));
      expect(await pictureOf(await api.get(`${path}/image?variant=annotated`))).toEqual(annotated);
      expect(annotated).not.toEqual(people.group);
      const crop = await sharp(await pictureOf(await api.get(`${path}/image?variant=crop`))).metadata();
      const face = result.faces[0]?.facial_area;
      // The margin is 40 percent of the face's box, if the picture has room for it.
      expect(crop.width / (face?.w ?? 0)).toBeCloseTo(1.4, 0);
    });

    it('without a face has no crop, and its original for the copy with boxes', async () => {
      const { api } = get();
      const wall = await pictureOfNothing();
      const { db_id } = await api.process(wall);
      const image = `/api/v1/processed-images/${db_id}/image`;
      expect(await pictureOf(await api.get(image))).toEqual(wall);
      expect(refusal(await api.get(`${image}?variant=crop`))).toEqual([404, 'Processed image not found']);
    });

    it('that is not there is a 404, and an id or a variant that can not be a 422', async () => {
      const { api } = get();
      for (const id of ['0', '-1', '999999999', '99999999999999999999']) {
        for (const rest of ['', '/image']) {
          const reply = await api.get(`/api/v1/processed-images/${id}${rest}`);
          expect(refusal(reply)).toEqual([404, 'Processed image not found']);
        }
      }
      expect(problems(await api.get('/api/v1/processed-images/seven'))).toMatchObject([
        { loc: ['path', 'db_id'], type: 'int_parsing' },
      ]);
      expect(problems(await api.get(`${path}/image?variant=small`))).toMatchObject([
        { loc: ['query', 'variant'], type: 'enum' },
      ]);
    });

    it('come in a smaller size, of the face alone where that is wanted, and may be kept by the client', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.listed]);
      const [image] = await api.images(id);
      const { db_id } = await api.process(people.listed);
      const small = async (path: string, cacheControl: RegExp) => {
        const reply = await api.get(path);
        expect([reply.status, reply.headers['content-type']]).toEqual([200, 'image/jpeg']);
        expect(reply.headers['cache-control']).toMatch(cacheControl);
        const { width, height, exif } = await sharp(reply.bytes).metadata();
        expect(exif).toBeUndefined();
        return [width, height];
      };
      const reference = `/api/v1/blacklist/${id}/images/${image?.id}`;
      const processed = `/api/v1/processed-images/${db_id}/image`;
      const { width = 0, height = 0 } = await sharp(people.listed).metadata();
      const scale = Math.min(1, 160 / Math.max(width, height));
      const whole = [Math.round(width * scale), Math.round(height * scale)];
      expect(await small(`${reference}?size=160`, /^private, max-age=\d+, immutable$/)).toEqual(whole);
      expect(await small(`${processed}?variant=original&size=160`, /immutable/)).toEqual(whole);
      for (const path of [`${reference}?`, `${processed}?variant=original&`]) {
        const [faceWidth, faceHeight] = await small(`${path}size=160&crop=face`, /immutable/);
        expect(faceWidth).toBe(faceHeight);
        expect(faceWidth).toBeLessThanOrEqual(160);
        const largest = await small(`${path}crop=face`, /immutable/);
        expect(largest).toEqual(await small(`${path}size=640&crop=face`, /immutable/));
        // The second time it is the one that was kept.
        const [first, second] = [await api.get(`${path}size=160`), await api.get(`${path}size=160`)];
        expect(second.bytes.equals(first.bytes)).toBe(true);
      }
      // The cover may be another picture tomorrow.
      await small(`/api/v1/blacklist/${id}/images/cover?size=320&crop=face`, /no-store/);
      expect(problems(await api.get(`${reference}?size=5000`))).toMatchObject([{ loc: ['query', 'size'] }]);
      await api.delete(id);
      expect((await api.get(`${reference}?size=160`)).status).toBe(404);
    });
  });
}

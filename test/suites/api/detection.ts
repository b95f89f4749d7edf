import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { pictureOfNothing } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { problems, refusal } from './client.ts';

const path = '/api/v1/detect/detect-face';

export function detectionSuite(get: () => Tested): void {
  const detect = (image: unknown) => get().api.sendJson('POST', path, { image });
  const encoded = (text: string) => `data:image/jpeg;base64,${Buffer.from(text).toString('base64')}`;

  describe('detecting faces', () => {
    it('gives every face with what is in it, largest first', async () => {
      const { api, people } = get();
      const faces = await api.detect(people.group);
      expect(faces).toHaveLength(3);
      const sizes = faces.map(({ facial_area: { w, h } }) => w * h);
      expect(sizes).toEqual(sizes.toSorted((one, other) => other - one));
      for (const {
        facial_area: { x, y, w, h, ...parts },
      } of faces) {
        for (const [name, point] of Object.entries(parts)) {
          expect(point?.[0], name).toBeGreaterThan(x);
          expect(point?.[0], name).toBeLessThan(x + w);
          expect(point?.[1], name).toBeGreaterThan(y);
          expect(point?.[1], name).toBeLessThan(y + h);
        }
        // The person's left eye is on the right for somebody in front of them.
        expect(parts.left_eye?.[0]).toBeGreaterThan(parts.right_eye?.[0] ?? Number.POSITIVE_INFINITY);
        expect(parts.mouth_left?.[0]).toBeGreaterThan(parts.mouth_right?.[0] ?? Number.POSITIVE_INFINITY);
      }
    });

    it('finds the same faces as processing does, and keeps nothing', async () => {
      const { api, people } = get();
      const { faces } = await api.process(people.group);
      const before = await api.page('?limit=1');
      expect(await api.detect(people.group)).toEqual(
        faces.map(({ facial_area, confidence }) => ({ facial_area, confidence })),
      );
      expect(await api.page('?limit=1')).toEqual(before);
    });

    it('gives an empty list where there is none', async () => {
      expect(await get().api.detect(await pictureOfNothing())).toEqual([]);
    });

    it('takes the name of a detector that it does not have, and none that nothing has', async () => {
      const { api, people } = get();
      const image = people.stranger.toString('base64');
      const replaced = await api.sendJson('POST', path, { image, detector_backend: 'retinaface' });
      expect(JSON.parse(replaced.bytes.toString())).toEqual(await api.detect(people.stranger));
      const unknown = await api.sendJson('POST', path, { image, detector_backend: 'haar' });
      expect(problems(unknown)).toMatchObject([{ loc: ['body', 'detector_backend'], type: 'enum' }]);
    });

    it('takes the picture for the face where detection is skipped, or looks for faces where it can not', async () => {
      const { api, people, backend } = get();
      const image = people.stranger.toString('base64');
      const skipped = await api.sendJson('POST', path, { image, detector_backend: 'skip' });
      const faces = JSON.parse(skipped.bytes.toString());
      if (backend.skipsDetection) {
        const { width, height } = await sharp(people.stranger).metadata();
        const facial_area = expect.objectContaining({ x: 0, y: 0, w: width, h: height });
        expect(faces).toEqual([expect.objectContaining({ facial_area, confidence: 1 })]);
      } else expect(faces).toEqual(await api.detect(people.stranger));
    });

    it('needs an image', async () => {
      expect(problems(await get().api.sendJson('POST', path, {}))).toMatchObject([{ type: 'missing' }]);
      expect(problems(await detect(7))).toMatchObject([{ loc: ['body', 'image'], type: 'string_type' }]);
    });

    it("refuses what can't be read", async () => {
      const { people } = get();
      const half = people.stranger.subarray(0, people.stranger.length / 2).toString('base64');
      for (const image of [
        '',
        'nowhere/nothing.jpg',
        'data:image/png;base64,',
        'ftp://example.com/a.jpg',
        half,
      ]) {
        expect(refusal(await detect(image))).toEqual([400, expect.stringMatching(/\w/)]);
      }
    });

    it('refuses a URL of the machine itself, its network or a metadata service', async () => {
      for (const url of ['http://127.0.0.1:8000/docs', 'http://169.254.169.254/latest/', 'http://[::1]/']) {
        expect(refusal(await detect(url))).toEqual([400, expect.stringMatching(/\w/)]);
      }
    });

    it('refuses what is no picture of a format that it takes', async () => {
      const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
      for (const image of [encoded('Just text.'), encoded(svg), encoded('%PDF-1.7'), encoded('BM')]) {
        expect(refusal(await detect(image))).toEqual([415, expect.stringContaining('JPEG')]);
      }
    });

    it('refuses a picture that is too large', async () => {
      const image = `/9j/${'A'.repeat(21_000_000)}`;
      expect(refusal(await detect(image))).toEqual([413, expect.stringMatching(/\w/)]);
    });
  });
}

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import { pictureOfNothing } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { problems, refusal } from './client.ts';

const path = '/api/v1/process/process-images';

/** Gives the whole answer about an input that can't be read. */
function unreadable(image_path_or_identifier: string): ImageProcessingResult {
  return {
    image_path_or_identifier,
    faces: [],
    error: expect.stringMatching(/\w/),
    db_id: null,
    saved_image_path: null,
    original_image_path: null,
    processing_timestamp: null,
    has_blacklist_match: null,
    has_near_miss: null,
    verdict: 'cannot_tell',
    verdict_reasons: ['NOT_PROCESSED'],
    cropped_face_path: null,
    source: null,
    reference: null,
    camera: null,
    track: null,
    warnings: null,
  };
}

/** Addresses that no server may fetch for a stranger: its own machine, its network, a cloud's metadata. */
const forbiddenUrls = [
  'http://127.0.0.1/',
  'http://127.0.0.1:8000/healthz',
  'http://localhost/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://2130706433/',
  'http://10.0.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://[fd00:ec2::254]/latest/meta-data/',
];

export function processingSuite(get: () => Tested): void {
  describe('processing pictures', () => {
    it('gives every face with its place, largest first, and says where the pictures are kept', async () => {
      const { api, people } = get();
      const started = Date.now();
      const result = await api.process(people.group);
      expect(result.faces).toHaveLength(3);
      expect(result.faces.map(({ face_index }) => face_index)).toEqual([0, 1, 2]);
      const sizes = result.faces.map(({ facial_area }) => (facial_area?.w ?? 0) * (facial_area?.h ?? 0));
      expect(sizes).toEqual(sizes.toSorted((one, other) => other - one));
      expect(result.has_blacklist_match).toBe(
        result.faces.some(({ blacklist_matches }) => blacklist_matches.length > 0),
      );
      expect(result.db_id).toBeGreaterThan(0);
      const kept = [result.original_image_path, result.saved_image_path, result.cropped_face_path];
      expect(new Set(kept).size).toBe(3);
      expect(kept).not.toContain(null);
      const time = new Date(result.processing_timestamp ?? '');
      expect(time.toISOString()).toBe(result.processing_timestamp);
      expect(Math.abs(time.getTime() - started)).toBeLessThan(60_000);
    });

    it("names each input by its first 100 characters, and goes on after one that can't be read", async () => {
      const { api, people } = get();
      const picture = people.stranger.toString('base64');
      const withHead = `data:image/jpeg;base64,${picture}`;
      const text = Buffer.from('Not a picture at all, however it is looked at.').toString('base64');
      const inputs = [`data:,${text}`, picture, 'nowhere/nothing.jpg', withHead, 'x'.repeat(101), ''];
      const results = await api.processInputs(inputs);
      expect(results).toEqual([
        unreadable(`data:,${text}`),
        expect.objectContaining({ image_path_or_identifier: `${picture.slice(0, 100)}...`, error: null }),
        unreadable('nowhere/nothing.jpg'),
        expect.objectContaining({ image_path_or_identifier: `${withHead.slice(0, 100)}...`, error: null }),
        unreadable(`${'x'.repeat(100)}...`),
        unreadable(''),
      ]);
      expect([results[1]?.faces, results[3]?.faces].map((faces) => faces?.length)).toEqual([1, 1]);
    });

    it('tells of a picture that is damaged, of another format, or too large in its own result', async () => {
      const { api, people } = get();
      const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
      const inputs = [
        people.stranger.subarray(0, people.stranger.length / 2).toString('base64'),
        `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`,
        `/9j/${'A'.repeat(21_000_000)}`,
      ];
      const results = await api.processInputs(inputs);
      expect(results).toEqual(inputs.map((input) => unreadable(`${input.slice(0, 100)}...`)));
      expect(new Set(results.map(({ error }) => error)).size).toBe(3);
    });

    it('takes 100 inputs and answers them in their order, and takes no more', async () => {
      const { api } = get();
      const picture = (await pictureOfNothing()).toString('base64');
      const inputs = Array.from({ length: 100 }, (_, index) =>
        index % 25 === 7 ? picture : `no-${index}.jpg`,
      );
      const results = await api.processInputs(inputs);
      expect(results.map((result) => [result.image_path_or_identifier, result.error === null])).toEqual(
        inputs.map((input) => (input === picture ? [`${input.slice(0, 100)}...`, true] : [input, false])),
      );
      expect(problems(await api.sendJson('POST', path, { images: [...inputs, 'one more'] }))).toEqual([
        {
          loc: ['body', 'images'],
          msg: 'List should have at most 100 items after validation',
          type: 'too_long',
        },
      ]);
    });

    it('needs pictures', async () => {
      const { api } = get();
      expect(refusal(await api.sendJson('POST', path, { images: [] }))).toEqual([400, 'No images provided.']);
      expect(problems(await api.sendJson('POST', path, {}))).toEqual([
        { loc: ['body', 'images'], msg: 'Field required', type: 'missing' },
      ]);
      expect(problems(await api.sendJson('POST', path, { images: 'a.jpg' }))).toMatchObject([
        { loc: ['body', 'images'], type: 'list_type' },
      ]);
    });

    it('succeeds on a picture without a face', async () => {
      const result = await get().api.process(await pictureOfNothing());
      expect(result).toMatchObject({ faces: [], has_blacklist_match: false, cropped_face_path: null });
      expect(result.db_id).toBeGreaterThan(0);
      expect(result.saved_image_path).not.toBeNull();
    });

    it('finds the same face in a png, a webp and a gif', async () => {
      const { api, people } = get();
      const [same] = await api.detect(people.stranger);
      for (const format of ['png', 'webp', 'gif'] as const) {
        const [face] = (await api.process(await sharp(people.stranger).toFormat(format).toBuffer())).faces;
        expect(face?.facial_area?.x, format).toBeCloseTo(same?.facial_area.x ?? 0, -1);
        expect(face?.facial_area?.y, format).toBeCloseTo(same?.facial_area.y ?? 0, -1);
      }
    });

    it('gives places in the upright picture, also when the camera lay on its side', async () => {
      const { api, people } = get();
      const upright = people.group;
      // Orientation 8 means that the stored pixels are shown turned to the left by a quarter.
      const turned = await sharp(upright)
        .rotate(90)
        .withMetadata({ orientation: 8 })
        .jpeg({ quality: 95 })
        .toBuffer();
      const [expected, found] = [await api.detect(upright), await api.process(turned)];
      expect(found.faces).toHaveLength(3);
      for (const [index, { facial_area }] of found.faces.entries()) {
        const original = expected[index]?.facial_area;
        for (const side of ['x', 'y', 'w', 'h'] as const) {
          expect(Math.abs((facial_area?.[side] ?? 0) - (original?.[side] ?? 0)), side).toBeLessThan(10);
        }
      }
    });

    it('fetches nothing from the machine itself, its network or a metadata service', async () => {
      const results = await get().api.processInputs(forbiddenUrls);
      expect(results).toEqual(forbiddenUrls.map(unreadable));
    });

    it('reads no file outside its own folder', async () => {
      const inputs = ['/etc/passwd', '../../../../etc/passwd', 'file:///etc/passwd', '/proc/self/environ'];
      expect(await get().api.processInputs(inputs)).toEqual(inputs.map(unreadable));
    });
  });
}

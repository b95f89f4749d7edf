import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EntryVerification } from '../../../lib/contract/endpoints/verify-entry.ts';
import type { BlacklistMatch } from '../../../lib/contract/shapes.ts';
import { type Verification, Verification as VerificationShape } from '../../../lib/contract/verification.ts';
import { cropFace, leftToRight, pictureOfNothing } from '../../api/pictures.ts';
import type { Tested } from '../api.ts';
import { answer, type Overrides, problems, type Reply, refusal } from './client.ts';

const path = '/api/v1/verify';
const base64 = (picture: Uint8Array) => Buffer.from(picture).toString('base64');

export function verificationSuite(get: () => Tested): void {
  const send = (image1: unknown, image2: unknown, overrides: Overrides = {}): Promise<Reply> =>
    get().api.sendJson('POST', path, { image1, image2, ...overrides });
  const verify = async (
    one: Uint8Array,
    other: Uint8Array,
    overrides: Overrides = {},
  ): Promise<Verification> =>
    answer(await send(base64(one), base64(other), overrides), 200, VerificationShape);
  const sendEntry = (id: number | string, image: unknown, overrides: Overrides = {}): Promise<Reply> =>
    get().api.sendJson('POST', `/api/v1/blacklist/${id}/verify`, { image, ...overrides });
  const verifyEntry = async (id: number, picture: Uint8Array, overrides: Overrides = {}) =>
    answer(await sendEntry(id, base64(picture), overrides), 200, EntryVerification);

  describe('two pictures', () => {
    it('of one person are verified, with what was measured and by what', async () => {
      const { api, people, backend } = get();
      const other = people.listedAgain;
      const [img1, img2] = [await api.detect(people.listed), await api.detect(other)];
      const { items: before, total_items: processed } = await api.page('?limit=1');
      const found = await verify(people.listed, other);
      expect(found).toMatchObject({
        verified: true,
        model: backend.models[0],
        similarity_metric: backend.metrics[0],
        facial_areas: { img1: img1[0]?.facial_area, img2: img2[0]?.facial_area },
        face_counts: { img1: img1.length, img2: img2.length },
      });
      expect(found.distance).toBeGreaterThan(0);
      expect(found.distance).toBeLessThanOrEqual(found.threshold);
      expect(found.similarity).toBeGreaterThan(90);
      expect(found.time).toBeGreaterThan(0);
      expect(found.time).toBeLessThan(60);
      // Nothing is kept.
      expect(await api.page('?limit=1')).toMatchObject({ items: before, total_items: processed });
    });

    it('that are the same have no distance: even a threshold of 0 verifies them, and nobody else', async () => {
      const { people } = get();
      const same = await verify(people.listed, people.listed, { threshold: 0 });
      expect(same).toMatchObject({ verified: true, distance: 0, similarity: 100, threshold: 0 });
      expect(await verify(people.listed, people.listedAgain, { threshold: 0 })).toMatchObject({
        verified: false,
        threshold: 0,
      });
    });

    it('are compared by their largest faces', async () => {
      const { api, people } = get();
      const [largest] = await api.detect(people.group);
      if (!largest) throw new Error('The sample picture does not show the faces that it should.');
      const alone = await cropFace(people.group, largest.facial_area);
      const found = await verify(alone, people.group);
      expect(found.verified).toBe(true);
      expect(found.facial_areas.img2).toEqual(largest.facial_area);
    });

    it('of different people are not verified, and are compared with what the request chooses, where the backend has it', async () => {
      const { people, backend } = get();
      const usual = await verify(people.listed, people.stranger);
      expect(usual.verified).toBe(false);
      expect(usual.distance).toBeGreaterThan(usual.threshold);
      expect(usual.near_threshold).toBeGreaterThan(usual.threshold);
      expect(usual.model).toBe(backend.models[0]);
      for (const model_name of backend.models.slice(1)) {
        expect(await verify(people.listed, people.stranger, { model_name })).toMatchObject({
          model: model_name,
        });
      }
      const replaced = { model_name: 'VGG-Face', detector_backend: 'retinaface', threshold: null };
      expect(await verify(people.listed, people.stranger, replaced)).toEqual({
        ...usual,
        time: expect.any(Number),
      });
      const wide = await verify(people.listed, people.stranger, { threshold: 1000 });
      expect(wide).toMatchObject({ verified: false, distance: usual.distance });
      expect(wide.threshold).toBeGreaterThan(usual.threshold);
      expect(wide.warnings).toEqual([
        expect.stringMatching(/^A threshold of 1000 was asked for, 0\.\d+ was/),
      ]);
    });

    it('of which one can not be used are refused, by its name', async () => {
      const { people } = get();
      const [picture, nobody] = [base64(people.listed), base64(await pictureOfNothing())];
      const noFace = (name: string) => [400, `${name}: No face was found in it.`];
      expect(refusal(await send(nobody, picture))).toEqual(noFace('image1'));
      expect(refusal(await send(picture, nobody))).toEqual(noFace('image2'));
      expect(refusal(await send(nobody, nobody))).toEqual(noFace('image1'));
      const missing = refusal(await send(picture, 'nowhere/nothing.jpg'));
      expect(missing).toEqual([400, expect.stringMatching(/^image2: \w/)]);
      const half = base64(people.listed.subarray(0, people.listed.length / 2));
      expect(refusal(await send(half, picture))).toEqual([400, 'image1: The picture is damaged or cut off.']);
      const svg = `data:image/svg+xml;base64,${base64(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))}`;
      expect(refusal(await send(picture, svg))).toEqual([
        415,
        expect.stringMatching(/^image2: The picture is not in a format/),
      ]);
    });

    it('have to be there, and names that nothing has are refused', async () => {
      const { api } = get();
      expect(problems(await api.sendJson('POST', path, {}))).toMatchObject([
        { loc: ['body', 'image1'], type: 'missing' },
        { loc: ['body', 'image2'], type: 'missing' },
      ]);
      expect(
        problems(await send('a.jpg', ['b.jpg'], { model_name: 'FaceNet', threshold: -1 })),
      ).toMatchObject([
        { loc: ['body', 'image2'], type: 'string_type' },
        { loc: ['body', 'model_name'], type: 'enum' },
        { loc: ['body', 'threshold'], type: 'greater_than_equal' },
      ]);
    });
  });

  describe('a picture and an entry', () => {
    it('are compared by the nearest of its reference pictures, which is told', async () => {
      const { api, people, backend } = get();
      const { id, name } = await api.list([people.stranger, people.listedAgain, people.listed], {
        reason: 'Theft.',
      });
      const [enrolled] = await api.detect(people.listed);
      const found = await verifyEntry(id, people.listed);
      expect(found).toMatchObject({
        verified: true,
        model: backend.models[0],
        entry: { id, name, reason: 'Theft.' },
        facial_areas: { img1: enrolled?.facial_area },
      });
      const { x, y, w, h } = enrolled?.facial_area ?? {};
      const none = { left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };
      expect(found.facial_areas.img2).toEqual({ x, y, w, h, ...none });
      const { faces } = await api.process(people.listed);
      const match = faces[0]?.blacklist_matches.find(({ entry }) => entry.id === id);
      expect(found.image_id).toBe(match?.image_id);
      expect(found.distance).toBeCloseTo(match?.distance ?? Number.NaN, 6);
      expect(found.distance).toBeCloseTo(0, 4);
      await api.delete(id);
    });

    it('that do not match are told how far they are from each other, and are refused without a face', async () => {
      const { api, people } = get();
      const { id } = await api.list([people.bystander]);
      const found = await verifyEntry(id, people.listed);
      expect(found.verified).toBe(false);
      expect(found.distance).toBeGreaterThan(found.threshold);
      expect(found.near_threshold).toBeGreaterThan(found.threshold);
      expect(await verifyEntry(id, people.listed, { threshold: 1000 })).toMatchObject({
        verified: false,
        warnings: [expect.stringContaining('A threshold of 1000 was asked for')],
        distance: found.distance,
        image_id: found.image_id,
      });
      expect(refusal(await sendEntry(id, base64(await pictureOfNothing())))).toEqual([
        400,
        'image: No face was found in it.',
      ]);
      expect(refusal(await sendEntry(id, 'nowhere.jpg'))).toEqual([400, expect.stringMatching(/^image: \w/)]);
      expect(problems(await sendEntry(id, null))).toMatchObject([
        { loc: ['body', 'image'], type: 'string_type' },
      ]);
    });

    it('are refused where there is no such entry', async () => {
      const image = base64(get().people.listed);
      expect(refusal(await sendEntry(999_999_999, image))).toEqual([404, 'Blacklist entry not found']);
      expect(problems(await sendEntry('x', image))).toMatchObject([{ loc: ['path', 'id'] }]);
    });
  });

  describe('near misses', () => {
    const ofEntry = (id: number, found: readonly BlacklistMatch[] | null | undefined) =>
      found?.filter(({ entry }) => entry.id === id);
    let id: number;
    let name: string;
    beforeAll(async () => {
      const { api, people } = get();
      // A picture that is cut out of the group would be as similar as can be.
      ({ id, name } = await api.list([people.stranger, people.listed]));
    });
    afterAll(() => get().api.delete(id));

    it('are told where they are asked for, once for each entry, and are no matches', async () => {
      const { api, people } = get();
      const strict = { threshold: 0 };
      expect((await api.process(people.listedAgain, strict)).faces[0]?.candidates).toBeNull();
      const result = await api.process(people.group, { ...strict, candidates: 10 });
      expect(result.has_blacklist_match).toBe(false);
      const face = leftToRight(result.faces.map((face) => ({ x: face.facial_area?.x ?? 0, ...face }))).at(-1);
      expect(face?.blacklist_matches).toEqual([]);
      const [near, ...more] = ofEntry(id, face?.candidates) ?? [];
      expect(more).toEqual([]);
      expect(near).toMatchObject({ entry: { id, name }, threshold: 0 });
      const entries = face?.candidates?.map(({ entry }) => entry.id) ?? [];
      expect(new Set(entries).size).toBe(entries.length);
      const distances = face?.candidates?.map(({ distance }) => distance) ?? [];
      expect(distances).toEqual(distances.toSorted((one, other) => one - other));
      const usual = (await api.process(people.group)).faces[face?.face_index ?? -1];
      const [match] = ofEntry(id, usual?.blacklist_matches) ?? [];
      expect(near).toEqual({ ...match, threshold: 0 });
    });

    it('of an entry that matches are none, and are not kept', async () => {
      const { api, people } = get();
      const result = await api.process(people.listed, { candidates: 10 });
      expect(ofEntry(id, result.faces[0]?.blacklist_matches)).toHaveLength(1);
      expect(ofEntry(id, result.faces[0]?.candidates)).toEqual([]);
      const { items } = await api.page('?limit=1');
      const faces = result.faces.map((face) => ({ ...face, candidates: null }));
      expect(items).toEqual([{ ...result, faces }]);
    });

    it.each([
      [11, 'less_than_equal'],
      [-1, 'greater_than_equal'],
      [1.5, 'int_type'],
      ['many', 'int_parsing'],
      [[2], 'int_type'],
    ])('of the number %j are refused', async (candidates, type) => {
      const body = { images: ['nothing.jpg'], candidates };
      const found = problems(await get().api.sendJson('POST', '/api/v1/process/process-images', body));
      expect(found).toMatchObject([{ loc: ['body', 'candidates'], type }]);
    });
  });
}

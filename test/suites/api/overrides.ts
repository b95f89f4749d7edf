import { beforeAll, describe, expect, it } from 'vitest';
import { Status } from '../../../lib/contract/endpoints/status.ts';
import type { BlacklistMatch, ImageProcessingResult } from '../../../lib/contract/shapes.ts';
import { Verification } from '../../../lib/contract/verification.ts';
import { distanceMetrics } from '../../../lib/contract/vocabulary.ts';
import type { Tested } from '../api.ts';
import { answer, type Overrides, problems } from './client.ts';
import type { BackendTraits } from './traits.ts';

export function overridesSuite(get: () => Tested, { models, metrics }: BackendTraits): void {
  /** Id of the entry of the woman in the picture. */
  let id: number;
  /** Her match where nothing is overridden. */
  let usual: BlacklistMatch;

  /** Gets her entry's matches, best first. */
  const matchesIn = ({ faces }: ImageProcessingResult): BlacklistMatch[] =>
    faces
      .flatMap(({ blacklist_matches }) => blacklist_matches.filter(({ entry }) => entry.id === id))
      .sort((one, other) => one.distance - other.distance);
  const matches = async (overrides: Overrides): Promise<BlacklistMatch[]> =>
    matchesIn(await get().api.process(get().people.listedAgain, overrides));
  const nearest = async (overrides: Overrides): Promise<BlacklistMatch> => {
    const [match] = await matches(overrides);
    if (!match) throw new Error('There is no match.');
    return match;
  };

  const loosestThreshold = async () =>
    answer(await get().api.get('/api/v1/status'), 200, Status).loosest_threshold;
  const verify = async (overrides: Overrides) => {
    const [image1, image2] = [get().people.listed, get().people.stranger].map((picture) =>
      Buffer.from(picture).toString('base64'),
    );
    const body = { image1, image2, ...overrides };
    return answer(await get().api.sendJson('POST', '/api/v1/verify', body), 200, Verification);
  };

  describe('an override', () => {
    beforeAll(async () => {
      id = (await get().api.list([get().people.listed])).id;
      usual = await nearest({});
    });

    it('of the model is used when the backend has it, with its own distances and threshold', async () => {
      expect(usual.model).toBe(models[0]);
      for (const model of models) {
        const other = await nearest({ model_name: model });
        expect(other).toMatchObject({ model });
        if (model === models[0]) continue;
        expect(other.identity).toBe(usual.identity);
        expect(other.threshold).not.toBe(usual.threshold);
        expect(other.distance).not.toBe(usual.distance);
      }
    });

    it('that the backend does not have is replaced by what is configured, and the match says so', async () => {
      expect(await nearest({ model_name: 'VGG-Face', detector_backend: 'retinaface' })).toEqual(usual);
      expect([usual.model, usual.detector_backend]).not.toContain('VGG-Face');
      expect([usual.model, usual.detector_backend]).not.toContain('retinaface');
    });

    it('of null is none', async () => {
      const none = { model_name: null, detector_backend: null, distance_metric: null, threshold: null };
      expect(await nearest(none)).toEqual(usual);
    });

    it.each([
      ['model_name', 'FaceNet'],
      ['model_name', ''],
      ['detector_backend', 'RetinaFace'],
      ['distance_metric', 'manhattan'],
    ])('of %s that names %j, which nothing has, is refused', async (field, value) => {
      const body = { images: ['nothing.jpg'], [field]: value };
      const found = problems(await get().api.sendJson('POST', '/api/v1/process/process-images', body));
      expect(found).toMatchObject([{ loc: ['body', field], type: 'enum' }]);
    });

    it('of the metric is used when the backend has it; the distances fit one another', async () => {
      const distances: Record<string, number> = {};
      for (const distance_metric of distanceMetrics) {
        const match = await nearest({ distance_metric });
        expect(match.similarity_metric).toBe(
          metrics.includes(distance_metric) ? distance_metric : metrics[0],
        );
        expect(match.distance).toBeLessThanOrEqual(match.threshold);
        distances[distance_metric] = match.distance;
      }
      if (!metrics.includes('cosine')) {
        expect(new Set(Object.values(distances)).size).toBe(1);
        return;
      }
      const { cosine = 0, euclidean = 0, euclidean_l2 = 0, angular = 0 } = distances;
      expect(euclidean_l2).toBeCloseTo(Math.sqrt(2 * cosine), 5);
      expect(angular).toBeCloseTo(Math.acos(1 - cosine) / Math.PI, 5);
      expect(euclidean).toBeGreaterThan(0);
    });

    it('of the threshold is the largest distance that is a match: 0 finds none, a large one is held', async () => {
      const { distance } = usual;
      expect(await matches({ threshold: 0 })).toEqual([]);
      expect(await matches({ threshold: distance / 2 })).toEqual([]);
      expect(await matches({ threshold: distance })).toMatchObject([{ distance, threshold: distance }]);
      const loosest = await loosestThreshold();
      for (const threshold of [0.6, Number.MAX_VALUE]) {
        const result = await get().api.process(get().people.group, { threshold });
        expect(matchesIn(result)).toMatchObject([{ distance: expect.any(Number), threshold: loosest }]);
        expect(result.warnings).toEqual([expect.stringContaining(`A threshold of ${threshold} was asked`)]);
        const entries = result.faces.map((face) => face.blacklist_matches.map(({ entry }) => entry.id));
        expect(entries.filter((ids) => ids.includes(id))).toHaveLength(1);
      }
    });

    it('of a threshold on the scale of a model that is replaced means what it means there', async () => {
      const { api, people, backend } = get();
      expect((await api.process(people.listedAgain)).warnings).toBeNull();
      const loosest = await loosestThreshold();
      for (const [model_name, threshold] of [
        ['VGG-Face', 0.68],
        ['Facenet512', 0.3],
        ['DeepID', 0.015],
      ] as const) {
        const asked = { model_name, threshold, distance_metric: 'cosine' };
        const result = await api.process(people.listedAgain, asked);
        expect(matchesIn(result)[0]).toEqual(usual);
        expect(result.warnings).toEqual([
          expect.stringMatching(
            `^A threshold of ${threshold} was asked .*${model_name} is replaced by ${backend.models[0]}`,
          ),
        ]);
        const half = await verify({ ...asked, threshold: threshold / 2 });
        expect(half.threshold).toBeCloseTo(usual.threshold / 2, 12);
        expect((await verify({ ...asked, threshold: 1.05 * threshold })).threshold).toBeCloseTo(
          1.05 * usual.threshold,
          12,
        );
        if (model_name !== 'VGG-Face') continue;
        expect((await verify({ ...asked, threshold: 100 })).threshold).toBe(loosest);
      }
    });

    it.each([
      [-0.1, 'greater_than_equal'],
      ['NaN', 'float_parsing'],
      ['1e999', 'finite_number'],
      ['near', 'float_parsing'],
      [[0.5], 'float_type'],
    ])('of the threshold to %j is refused', async (threshold, type) => {
      const body = { images: ['nothing.jpg'], threshold };
      const found = problems(await get().api.sendJson('POST', '/api/v1/process/process-images', body));
      expect(found).toMatchObject([{ loc: ['body', 'threshold'], type }]);
    });
  });
}

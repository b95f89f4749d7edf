import { beforeAll, describe, expect, it } from 'vitest';
import type { BlacklistMatch } from '../../../lib/contract/shapes.ts';
import { distanceMetrics } from '../../../lib/contract/vocabulary.ts';
import type { Tested } from '../api.ts';
import { type Overrides, problems } from './client.ts';
import type { BackendTraits } from './traits.ts';

/** No distance is as large. */
const everything = 1000;

export function overridesSuite(get: () => Tested, { models, metrics }: BackendTraits): void {
  /** The entry that the woman of the group picture is listed by. */
  let id: number;

  /** Its matches in the group picture, best first. */
  const matches = async (overrides: Overrides): Promise<BlacklistMatch[]> => {
    const { faces } = await get().api.process(get().people.group, overrides);
    return faces
      .flatMap(({ blacklist_matches }) => blacklist_matches.filter(({ entry }) => entry.id === id))
      .sort((one, other) => one.distance - other.distance);
  };
  const nearest = async (overrides: Overrides): Promise<BlacklistMatch> => {
    const [match] = await matches(overrides);
    if (!match) throw new Error('There is no match.');
    return match;
  };

  describe('an override', () => {
    beforeAll(async () => {
      id = (await get().api.list([get().people.listed])).id;
    });

    it('of the model is used when the backend has it, with its own distances and threshold', async () => {
      const usual = await nearest({});
      expect(usual.model).toBe(models[0]);
      for (const model of models) expect(await nearest({ model_name: model })).toMatchObject({ model });
      for (const model of models.slice(1)) {
        const other = await nearest({ model_name: model });
        expect(other.identity).toBe(usual.identity);
        expect(other.threshold).not.toBe(usual.threshold);
        expect(other.distance).not.toBe(usual.distance);
      }
    });

    it('that the backend does not have is replaced by what is configured, and the match says so', async () => {
      const usual = await nearest({});
      expect(await nearest({ model_name: 'VGG-Face', detector_backend: 'retinaface' })).toEqual(usual);
      expect([usual.model, usual.detector_backend]).not.toContain('VGG-Face');
      expect([usual.model, usual.detector_backend]).not.toContain('retinaface');
    });

    it('of null is none', async () => {
      const none = { model_name: null, detector_backend: null, distance_metric: null, threshold: null };
      expect(await nearest(none)).toEqual(await nearest({}));
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

    it('of the threshold is the largest distance that is a match: 0 finds none, a large one every face', async () => {
      const { distance } = await nearest({});
      expect(await matches({ threshold: 0 })).toEqual([]);
      expect(await matches({ threshold: distance / 2 })).toEqual([]);
      expect(await matches({ threshold: distance })).toMatchObject([{ distance, threshold: distance }]);
      const all = await matches({ threshold: everything });
      expect(all).toHaveLength(3);
      expect(all.map(({ threshold }) => threshold)).toEqual([everything, everything, everything]);
      expect(all[0]?.distance).toBe(distance);
    });

    it.each([
      [-0.1, 'greater_than_equal'],
      ['near', 'float_parsing'],
      [[0.5], 'float_type'],
    ])('of the threshold to %j is refused', async (threshold, type) => {
      const body = { images: ['nothing.jpg'], threshold };
      const found = problems(await get().api.sendJson('POST', '/api/v1/process/process-images', body));
      expect(found).toMatchObject([{ loc: ['body', 'threshold'], type }]);
    });
  });
}

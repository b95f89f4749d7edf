import { expect, test } from 'vitest';
import { distanceMetrics } from '../../../lib/contract/vocabulary.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';
import { entriesOf, owner, type Setting } from './fixtures.ts';

export function overridesSuite(setting: () => Setting): void {
  test('a model or detector that the backend has is used; another is replaced, and the answer says so', async () => {
    const { abilities, backend, portraits } = setting();
    const probe = portraits[0] as Picture;
    await backend.enroll(probe, owner(1));
    const usual = await backend.match(probe, {});
    expect(usual.model).toBe(backend.modelId);
    for (const modelName of [...abilities.models, 'VGG-Face', 'ArcFace', 'Custom']) {
      const { model, faces } = await backend.match(probe, { modelName });
      expect(model).toBe(abilities.models.includes(modelName) ? modelName : backend.modelId);
      expect(faces.map(entriesOf), modelName).toEqual([[1]]);
    }
    for (const detector of [...abilities.detectors, 'retinaface']) {
      const { detectorBackend } = await backend.match(probe, { detectorBackend: detector });
      expect(detectorBackend).toBe(abilities.detectors.includes(detector) ? detector : usual.detectorBackend);
    }
  });

  test.each(distanceMetrics)(
    '%s is used where the backend has it, and its threshold counts',
    async (metric) => {
      const { abilities, backend, portraits, otherPortrait: probe } = setting();
      await backend.enroll(portraits[1] as Picture, owner(2));
      const ask = (threshold?: number) => backend.match(probe, { distanceMetric: metric, threshold });
      const usual = await ask();
      const hers = usual.faces[0]?.matches[0];
      const distance = hers?.distance ?? Number.NaN;
      expect(hers?.entryId).toBe(2);
      expect(distance).toBeLessThanOrEqual(usual.threshold);
      if (abilities.metrics.includes(metric)) expect(usual.metric).toBe(metric);
      else expect(abilities.metrics).toContain(usual.metric);

      const [above, below] = await Promise.all([ask(distance + 0.01), ask(distance - 0.01)]);
      expect(above.threshold).toBeCloseTo(distance + 0.01, 10);
      expect(below.threshold).toBeCloseTo(distance - 0.01, 10);
      expect(above.faces.map(entriesOf)).toEqual([[2]]);
      expect(below.faces.map(entriesOf)).toEqual([[]]);
    },
  );
}

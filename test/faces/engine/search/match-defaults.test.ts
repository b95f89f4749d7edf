import { describe, expect, it } from 'vitest';
import { similarityAt } from '../../../../lib/faces/engine/models/calibration.ts';
import { embeddingModels } from '../../../../lib/faces/engine/models/models.ts';
import { matchDefaults } from '../../../../lib/faces/engine/search/match-defaults.ts';

const { Fusion, Dlib } = embeddingModels;

describe('the scale of similarities', () => {
  it('begins with what is the same, falls as distances rise, and reaches beyond the threshold', () => {
    const { similarityScale, threshold } = matchDefaults('Fusion', Fusion, 'cosine', 'mediapipe');
    expect(similarityScale[0]).toEqual({ distance: 0, similarity: 100 });
    expect(similarityScale.at(-1)?.distance).toBeCloseTo(4 * threshold);
    for (const [index, { distance, similarity }] of similarityScale.entries()) {
      expect(similarity).toBe(similarityAt('Fusion', distance));
      const before = similarityScale[index - 1];
      if (before) expect([distance > before.distance, similarity <= before.similarity]).toEqual([true, true]);
    }
  });

  it('says the same at the threshold, whatever the metric', () => {
    const atThreshold = (['cosine', 'euclidean', 'euclidean_l2', 'angular'] as const).map((metric) => {
      const { similarityScale, threshold } = matchDefaults('Fusion', Fusion, metric, 'mediapipe');
      return similarityScale.find(({ distance }) => Math.abs(distance - threshold) < 1e-9)?.similarity;
    });
    for (const similarity of atThreshold) expect(similarity).toBeCloseTo(atThreshold[0] ?? 0, 1);
    expect(atThreshold[0]).toBeCloseTo(97.9, 1);
  });

  it('is empty where a distance alone does not tell', () => {
    expect(matchDefaults('Dlib', Dlib, 'euclidean', 'mediapipe').similarityScale).toEqual([]);
  });
});

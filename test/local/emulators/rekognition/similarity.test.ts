import { describe, expect, it } from 'vitest';
import { embeddingModels } from '../../../../lib/faces/engine/models/models.ts';
import { similarityOf } from '../../../../local/emulators/rekognition/similarity.ts';

describe('similarity', () => {
  it('is 100 for identical embeddings, also when their cosine is rounded', () => {
    expect(similarityOf(0)).toBe(100);
    expect(similarityOf(-1e-7)).toBe(100);
  });

  it("is 95 at the embedding model's own threshold", () => {
    expect(similarityOf(embeddingModels.MobileFaceNet.thresholds.cosine)).toBeCloseTo(95, 4);
  });

  it('is next to nothing for faces that have nothing in common, and never negative', () => {
    expect(similarityOf(1)).toBeCloseTo(0.1, 4);
    expect(similarityOf(2)).toBeGreaterThanOrEqual(0);
    expect(similarityOf(2)).toBeLessThan(1e-6);
  });

  it('falls as the distance grows, so that it ranks as the distance does', () => {
    const similarities = Array.from({ length: 201 }, (_, index) => similarityOf(index / 100));
    similarities.slice(1).forEach((similarity, index) => {
      expect(similarity).toBeLessThanOrEqual(similarities[index] as number);
    });
    // Thresholds lie in this range, so every hundredth must make a difference there.
    expect(new Set(similarities.slice(20, 120)).size).toBe(100);
  });
});

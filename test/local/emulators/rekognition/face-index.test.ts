import { describe, expect, it } from 'vitest';
import {
  compareEmbeddings,
  FaceIndex,
  type StoredFace,
} from '../../../../local/emulators/rekognition/face-index.ts';

const dimensions = 8;

/** Makes random numbers that are the same in every run. */
function createRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function randomUnit(random: () => number): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, () => random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function face(faceId: string): StoredFace {
  const box = { Left: 0, Top: 0, Width: 1, Height: 1 };
  return { faceId, imageId: 'image', externalImageId: undefined, box, confidence: 99 };
}

describe('the index', () => {
  it('finds just what a comparison with each face finds, after many additions and removals', () => {
    const random = createRandom();
    const index = new FaceIndex(dimensions);
    const present = new Map<string, Float32Array>();
    for (let step = 0; step < 3000; step++) {
      const ids = [...present.keys()];
      const leaving = ids[Math.floor(random() * ids.length)];
      if (random() < 0.35 && leaving !== undefined) {
        present.delete(leaving);
        index.remove(leaving);
      } else {
        const embedding = randomUnit(random);
        present.set(`face-${step}`, embedding);
        index.add(face(`face-${step}`), embedding);
      }
    }
    expect(index.size).toBe(present.size);
    expect(present.size).toBeGreaterThan(600);
    const probe = randomUnit(random);
    for (const [threshold, limit] of [
      [0, 5000],
      [20, 5000],
      [0, 7],
    ] as const) {
      const expected = [...present]
        .map(([faceId, embedding]) => ({ faceId, similarity: compareEmbeddings(embedding, probe) }))
        .filter(({ similarity }) => similarity >= threshold)
        .sort((one, other) => other.similarity - one.similarity)
        .slice(0, limit);
      const found = index.search(probe, threshold, limit);
      expect(found.map((hit) => hit.face.faceId)).toEqual(expected.map(({ faceId }) => faceId));
    }
  });

  it('forgets a face that is removed', () => {
    const index = new FaceIndex(dimensions);
    const random = createRandom();
    index.add(face('stays'), randomUnit(random));
    index.add(face('goes'), randomUnit(random));
    index.remove('goes');
    expect(index.embedding('goes')).toBeUndefined();
    expect(index.search(randomUnit(random), 0, 10).map((hit) => hit.face.faceId)).toEqual(['stays']);
  });

  it('lets an identical face pass at a threshold of 100', () => {
    const index = new FaceIndex(dimensions);
    const embedding = randomUnit(createRandom());
    index.add(face('same'), embedding);
    expect(index.search(embedding, 100, 1)).toHaveLength(1);
  });
});

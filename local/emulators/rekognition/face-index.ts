import type { RatioBox } from './face-detail.ts';
import { similarityOf } from './similarity.ts';

/** A face of a collection. */
export interface StoredFace {
  readonly faceId: string;
  readonly imageId: string;
  readonly externalImageId: string | undefined;
  readonly box: RatioBox;
  /** 0..100 */
  readonly confidence: number;
}

export interface IndexHit {
  readonly face: StoredFace;
  /** 0..100 */
  readonly similarity: number;
}

const initialCapacity = 256;

/** Faces of one collection in memory, for an exact search. Embeddings are unit vectors. */
export class FaceIndex {
  readonly #dimensions: number;
  #vectors: Float32Array;
  /** Faces, row by row. The last one takes the place of one that is removed. */
  readonly #faces: StoredFace[] = [];
  readonly #rows = new Map<string, number>();

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#vectors = new Float32Array(initialCapacity * dimensions);
  }

  get size(): number {
    return this.#faces.length;
  }

  add(face: StoredFace, embedding: Float32Array): void {
    const row = this.#faces.length;
    if ((row + 1) * this.#dimensions > this.#vectors.length) {
      const larger = new Float32Array(2 * this.#vectors.length);
      larger.set(this.#vectors);
      this.#vectors = larger;
    }
    this.#vectors.set(embedding, row * this.#dimensions);
    this.#faces.push(face);
    this.#rows.set(face.faceId, row);
  }

  remove(faceId: string): void {
    const row = this.#rows.get(faceId);
    const last = this.#faces.pop();
    if (row === undefined || last === undefined) throw new Error('The face is not in the index.');
    this.#rows.delete(faceId);
    if (last.faceId !== faceId) {
      this.#faces[row] = last;
      this.#rows.set(last.faceId, row);
      this.#vectors.set(this.#vector(this.#faces.length), row * this.#dimensions);
    }
    // The embedding of a deleted face must not stay in memory.
    this.#vector(this.#faces.length).fill(0);
  }

  /** Returns the embedding of a face, or `undefined` when it is not there. */
  embedding(faceId: string): Float32Array | undefined {
    const row = this.#rows.get(faceId);
    return row === undefined ? undefined : this.#vector(row);
  }

  /**
   * Returns every face with a similarity of at least `threshold` (0..100), the most similar first, at most
   * `limit`.
   */
  search(probe: Float32Array, threshold: number, limit: number): IndexHit[] {
    const hits: (IndexHit & { distance: number })[] = [];
    this.#faces.forEach((face, row) => {
      const distance = 1 - dotProduct(this.#vectors, row * this.#dimensions, probe);
      const similarity = similarityOf(distance);
      if (similarity >= threshold) hits.push({ face, similarity, distance });
    });
    // The order is by distance, which still differs if two similarities are both almost 100.
    return hits.sort((one, other) => one.distance - other.distance).slice(0, limit);
  }

  #vector(row: number): Float32Array {
    return this.#vectors.subarray(row * this.#dimensions, (row + 1) * this.#dimensions);
  }
}

/** Returns the similarity (0..100) of two unit vectors. */
export function compareEmbeddings(one: Float32Array, other: Float32Array): number {
  return similarityOf(1 - dotProduct(one, 0, other));
}

/**
 * Computes a dot product in four sums, so that the processor need not wait for one addition before the next.
 * `unit.length` is a multiple of 4.
 */
function dotProduct(vectors: Float32Array, start: number, unit: Float32Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < unit.length; i += 4) {
    a += (vectors[start + i] as number) * (unit[i] as number);
    b += (vectors[start + i + 1] as number) * (unit[i + 1] as number);
    c += (vectors[start + i + 2] as number) * (unit[i + 2] as number);
    d += (vectors[start + i + 3] as number) * (unit[i + 3] as number);
  }
  return a + b + c + d;
}

import type { DistanceMetric } from '../../contract/vocabulary.ts';
import { distanceOf, lengthOf, similarityOf } from './distance.ts';

/**
 * One model's enrolled faces in memory that every thread sees. The main thread alone writes; row `r` is in use where
 * `ids[r]` is not 0.
 */
export interface SharedGallery {
  readonly dimensions: number;
  /** One number: how many rows were ever used. */
  readonly size: Int32Array;
  /** Each row's face id, never given twice. */
  readonly ids: Int32Array;
  /** Each embedding's length as the model gave it. */
  readonly lengths: Float32Array;
  /** Each embedding scaled to length 1, row after row. */
  readonly vectors: Float32Array;
}

export interface GalleryHit {
  readonly faceId: number;
  readonly distance: number;
  /** 0..100 */
  readonly similarity: number;
}

/** Room for `capacity` faces, all rows free. */
export function createSharedGallery(dimensions: number, capacity: number): SharedGallery {
  const shared = (count: number) => new SharedArrayBuffer(4 * count);
  return {
    dimensions,
    size: new Int32Array(shared(1)),
    ids: new Int32Array(shared(capacity)),
    lengths: new Float32Array(shared(capacity)),
    vectors: new Float32Array(shared(capacity * dimensions)),
  };
}

/**
 * Puts a face into a row. A search that reads the row meanwhile sees its id change, and so never gives one face's distance to
 * another.
 */
export function writeRow(gallery: SharedGallery, row: number, faceId: number, embedding: Float32Array): void {
  const length = lengthOf(embedding);
  Atomics.store(gallery.ids, row, 0);
  gallery.lengths[row] = length;
  const start = row * gallery.dimensions;
  for (let i = 0; i < embedding.length; i++) {
    gallery.vectors[start + i] = (embedding[i] as number) / length;
  }
  Atomics.store(gallery.ids, row, faceId);
  if (row >= Atomics.load(gallery.size, 0)) Atomics.store(gallery.size, 0, row + 1);
}

/** A face has at most so many matches, the nearest: with a threshold that everybody passes, answers would grow without bound. */
const maxHits = 100;

/** Compares the probe with every enrolled face; returns those with `distance <= threshold`, nearest first, 100 at most. */
export function searchGallery(
  gallery: SharedGallery,
  probe: Float32Array,
  metric: DistanceMetric,
  threshold: number,
): GalleryHit[] {
  const probeLength = lengthOf(probe);
  const unit = probe.map((value) => value / probeLength);
  const hits: GalleryHit[] = [];
  const size = Atomics.load(gallery.size, 0);
  for (let row = 0; row < size; row++) {
    const faceId = Atomics.load(gallery.ids, row);
    if (faceId === 0) continue;
    const cosine = dotProduct(gallery.vectors, row * gallery.dimensions, unit);
    const distance = distanceOf(metric, cosine, probeLength, gallery.lengths[row] as number);
    // An embedding without a direction has no distance to any other: NaN is no match.
    if (!(distance <= threshold)) continue;
    if (Atomics.load(gallery.ids, row) !== faceId) row--;
    else hits.push({ faceId, distance, similarity: similarityOf(cosine) });
  }
  return hits.sort((one, other) => one.distance - other.distance).slice(0, maxHits);
}

/**
 * The dot product of `unit` and the row of `vectors` that begins at `start`. Four sums side by side: the processor need not wait for one addition
 * before the next. `unit.length` is a multiple of 4.
 */
export function dotProduct(vectors: Float32Array, start: number, unit: Float32Array): number {
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

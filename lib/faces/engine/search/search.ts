import type { DistanceMetric } from '../../../contract/vocabulary.ts';
import { Scan, type Scoring } from '../detect/scan.ts';
import { cosineWith, distanceFrom, distanceOf, similarityOf, unitOf } from './distance.ts';
import { faceIdAt, rowStart, rowsPerSegment, rowsUsed, type SharedGallery } from './gallery-memory.ts';

export interface GalleryHit {
  readonly faceId: number;
  readonly distance: number;
  /** 0..100 */
  readonly similarity: number;
}

/** A face has at most so many matches, the nearest: with a threshold that everybody passes, answers would grow without bound. */
const maxHits = 100;

/** Rows of one look of the kernel: few at first, so that there soon are hits to beat; later as many as stay in a core's cache. */
const firstLook = 128;
const longestLook = 1024;

/**
 * Compares each probe with every enrolled face, in one pass over the gallery; returns for each those with `distance <= threshold`,
 * nearest first, the older of two that are as near, 100 at most.
 *
 * It is exact: distances are computed in double precision from the embeddings themselves, for every row but those that a bound rules
 * out. Let `u` be a row's embedding and `p` the probe, both of length 1, `u'` and `p'` what their codes stand for, `e` and `f` the
 * lengths of `u - u'` and `p - p'`, all computed and not estimated. As u.p = u'.p' + (u - u').p' + u.(p - p'), and by Cauchy and
 * Schwarz, u.p is at most u'.p' + e(1 + f) + f. A row is ruled out when a face at that cosine would be too far for the threshold, or
 * farther than 100 hits that were found before.
 */
export function searchGallery(
  gallery: SharedGallery,
  probes: readonly Float32Array[],
  metric: DistanceMetric,
  threshold: number,
): GalleryHit[][] {
  const searches = probes.map((probe) => new ProbeSearch(gallery, probe, metric, threshold));
  const open = searches.filter(({ canMatch }) => canMatch);
  if (open.length > 0) passOver(gallery, open);
  return searches.map((search) => search.hits());
}

function passOver(gallery: SharedGallery, searches: readonly ProbeSearch[]): void {
  const units = searches.map(({ unit }) => unit);
  const scan = new Scan(
    gallery,
    units,
    searches.map(({ scoring }) => scoring),
    longestLook,
  );
  searches.forEach((search, probe) => {
    scan.setLeastScore(probe, search.leastScore);
  });
  const size = rowsUsed(gallery);
  let length = firstLook;
  for (let row = 0; row < size; row += length) {
    if (row > 0) length = Math.min(longestLook, 2 * length);
    for (const found of scan.scan(rowStart(gallery, row), Math.min(length, size - row))) {
      (searches[found & 0xffff] as ProbeSearch).compare(row + (found >>> 16));
    }
    searches.forEach((search, probe) => {
      if (search.prune()) scan.setLeastScore(probe, search.leastScore);
    });
  }
}

/** Room for rounding in the inverse of the metrics; what it lets through is compared exactly. */
const margin = 1e-6;

/** What one probe has found so far. */
class ProbeSearch {
  /** The probe scaled to length 1. */
  readonly unit: Float64Array;
  readonly scoring: Scoring;
  /** No row of a lesser score can be a hit. */
  leastScore: number;
  readonly #gallery: SharedGallery;
  readonly #probe: Float64Array;
  readonly #length: number;
  readonly #metric: DistanceMetric;
  readonly #threshold: number;
  #hits: GalleryHit[] = [];

  constructor(gallery: SharedGallery, probe: Float32Array, metric: DistanceMetric, threshold: number) {
    this.#gallery = gallery;
    this.#metric = metric;
    this.#threshold = threshold;
    this.#probe = Float64Array.from(probe);
    ({ unit: this.unit, length: this.#length } = unitOf(this.#probe));
    this.scoring =
      metric === 'euclidean'
        ? { constant: 0, perLength: 2 * this.#length, perSquare: 1 - margin }
        : { constant: 1, perLength: 0, perSquare: 0 };
    this.leastScore = this.#scoreFor(threshold);
  }

  /** An embedding without a direction has no distance to any other, and no distance is negative. */
  get canMatch(): boolean {
    return this.#length > 0 && this.#length < Number.POSITIVE_INFINITY && this.#threshold >= 0;
  }

  /** Measures the distance to a row's face. */
  compare(row: number): void {
    const { segments, dimensions } = this.#gallery;
    const segment = segments[Math.floor(row / rowsPerSegment)] as Float32Array;
    const start = (row % rowsPerSegment) * dimensions;
    for (;;) {
      const faceId = faceIdAt(this.#gallery, row);
      if (faceId === 0) return;
      const cosine = cosineWith(segment, start, this.unit);
      const distance =
        this.#metric === 'euclidean'
          ? distanceFrom(segment, start, this.#probe)
          : distanceOf(this.#metric, cosine);
      if (faceIdAt(this.#gallery, row) !== faceId) continue;
      if (distance <= this.#threshold) {
        this.#hits.push({ faceId, distance, similarity: similarityOf(cosine) });
      }
      return;
    }
  }

  /** Forgets all but the nearest; says whether that raised the least score. */
  prune(): boolean {
    if (this.#hits.length < 2 * maxHits) return false;
    this.#hits = this.hits();
    this.leastScore = this.#scoreFor((this.#hits.at(-1) as GalleryHit).distance);
    return true;
  }

  hits(): GalleryHit[] {
    return this.#hits
      .sort((one, other) => one.distance - other.distance || one.faceId - other.faceId)
      .slice(0, maxHits);
  }

  /** The score of a face at this distance, less a margin. */
  #scoreFor(distance: number): number {
    switch (this.#metric) {
      case 'cosine':
        return 1 - distance - margin;
      case 'euclidean_l2':
        return 1 - distance ** 2 / 2 - margin;
      case 'angular':
        return distance < 1 ? Math.cos(Math.PI * distance) - margin : Number.NEGATIVE_INFINITY;
      case 'euclidean': {
        // distance^2 = p^2 + l^2 - 2 p l cos for a probe of length p and a row of length l.
        const [probe, most] = [this.#length ** 2, distance ** 2];
        return probe - most - margin * (probe + most);
      }
    }
  }
}

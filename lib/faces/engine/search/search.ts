import type { DistanceMetric } from '../../../contract/vocabulary.ts';
import { maxImagesOfEntry } from '../../best-of-entries.ts';
import type { EmbedderName } from '../models/models.ts';
import { cosineWith, distanceFrom, distanceOf, unitOf } from './distance.ts';
import { capacityOf, entryIdAt, faceIdAt, rowStart, rowsUsed, type SharedGallery } from './gallery-memory.ts';
import { Scan, type Scoring } from './scan.ts';

export interface GalleryHit {
  readonly faceId: number;
  readonly entryId: number;
  readonly distance: number;
  /** Cosine of the angle between probe and face, -1..1; higher is closer. */
  readonly cosine: number;
}

/** A gallery that this thread can search. */
export interface SearchableGallery extends SharedGallery {
  /**
   * Reads the embedding of a face; `undefined` if the face is gone.
   * @throws the store's own errors
   */
  readonly embeddingOf: (faceId: number) => Float32Array | undefined;
}

/** Search of one gallery for all faces of a picture. */
export interface GallerySearch {
  readonly embedder: EmbedderName;
  readonly metric: DistanceMetric;
  /** Largest distance of a match, in the metric. */
  readonly threshold: number;
  /** Limit on the near misses of each face, see `searchGallery`. */
  readonly candidates?: number;
  /** Largest distance of a near miss, in the metric; any unless set. */
  readonly within?: number;
}

/** Number of entries kept beyond the near misses wanted, because some of them may turn out to match. */
const spareEntries = 10;

/**
 * Rows of one call of the kernel. The first calls are short, so that there soon are hits to beat. Later ones
 * are as long as a core's cache allows.
 */
const firstLook = 128;
const longestLook = 1024;

/**
 * Compares each probe with every enrolled face, in one pass over the gallery. For each probe it returns the
 * faces with `distance <= threshold`, nearest first; an entry has at most `maxImagesOfEntry` of them. Then
 * follow the near misses: the nearest face of each of the nearest entries that do not match. Of two faces at
 * the same distance, the older comes first. At the end come faces that the store has no more, at an infinite
 * distance: they may have moved to another gallery since the search began.
 *
 * The search is exact. It computes distances in double precision from the embeddings in the store, for every
 * row that a bound does not rule out. Let `u` be a row's embedding and `p` the probe, both of length 1. Let
 * `u'` and `p'` be the vectors that their codes stand for, and `e` and `f` the lengths of `u - u'` and `p -
 * p'`. All four are computed, not estimated.
 *
 * As u.p = u'.p' + (u - u').p' + u.(p - p'), Cauchy and Schwarz give a bound: u.p is at most
 * u'.p' + e(1 + f) + f. A row is ruled out if a face at that cosine would be beyond the threshold. If near
 * misses are wanted, it must also be farther than as many entries found before.
 * @param candidates limit on the near misses of each probe
 * @param within largest distance of a near miss
 * @throws the errors of `embeddingOf`
 */
export function searchGallery(
  gallery: SearchableGallery,
  probes: readonly Float32Array[],
  metric: DistanceMetric,
  threshold: number,
  candidates = 0,
  within = Number.POSITIVE_INFINITY,
): GalleryHit[][] {
  const limits = { threshold, candidates, within };
  const remembering = { ...gallery, embeddingOf: withMemory(gallery.embeddingOf) };
  const searches = probes.map((probe) => new ProbeSearch(remembering, probe, metric, limits));
  passOver(
    gallery,
    searches.filter(({ canMatch }) => canMatch),
  );
  passOver(
    gallery,
    searches.filter((search) => search.beginsAgain()),
  );
  return searches.map((search) => search.hits());
}

function passOver(gallery: SearchableGallery, searches: readonly ProbeSearch[]): void {
  if (searches.length === 0) return;
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
  // Another thread may have enlarged the gallery since, and use rows that this object does not contain.
  const size = Math.min(rowsUsed(gallery), capacityOf(gallery));
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

/** Remembers the last embedding: a row that can't be ruled out for one probe often can't for others. */
function withMemory(embeddingOf: SearchableGallery['embeddingOf']): SearchableGallery['embeddingOf'] {
  let last: { readonly faceId: number; readonly embedding: Float32Array | undefined } | undefined;
  return (faceId) => {
    if (last?.faceId !== faceId) last = { faceId, embedding: embeddingOf(faceId) };
    return last.embedding;
  };
}

/** Margin for rounding in the inverse of the metrics; rows within it are compared exactly. */
const margin = 1e-6;

/** Search for one probe, with its hits so far. */
class ProbeSearch {
  /** Probe scaled to length 1. */
  readonly unit: Float64Array;
  readonly scoring: Scoring;
  /** Score below which no row can be a hit. */
  leastScore: number;
  readonly #gallery: SearchableGallery;
  readonly #probe: Float64Array;
  readonly #length: number;
  readonly #metric: DistanceMetric;
  readonly #threshold: number;
  readonly #candidates: number;
  readonly #within: number;
  /** Hits of each entry that matches. */
  readonly #matching = new Map<number, GalleryHit[]>();
  /** Nearest face of each entry that is close and does not match. */
  readonly #nearMisses = new Map<number, GalleryHit>();
  /** Faces that the store has no more, and that can't be ruled out. */
  readonly #gone = new Map<number, GalleryHit>();
  /** Number of near misses that turned out to match since `#farthest` was set. */
  #left = 0;
  /** Distance beyond which no entry is kept as a near miss. */
  #farthest: number;
  /** True if near misses were dropped. */
  #isPruned = false;
  #isSecondPass = false;

  constructor(
    gallery: SearchableGallery,
    probe: Float32Array,
    metric: DistanceMetric,
    { threshold, candidates, within }: Required<Pick<GallerySearch, 'threshold' | 'candidates' | 'within'>>,
  ) {
    this.#gallery = gallery;
    this.#metric = metric;
    this.#threshold = threshold;
    this.#candidates = candidates;
    this.#within = within;
    this.#farthest = within;
    this.#probe = Float64Array.from(probe);
    ({ unit: this.unit, length: this.#length } = unitOf(this.#probe));
    this.scoring =
      metric === 'euclidean'
        ? { constant: 0, perLength: 2 * this.#length, perSquare: 1 - margin }
        : { constant: 1, perLength: 0, perSquare: 0 };
    this.leastScore = this.#scoreFor(candidates > 0 ? Math.max(threshold, within) : threshold);
  }

  /**
   * True if a face can be a hit. An embedding of length 0 has no distance to any other, and no distance is
   * negative.
   */
  get canMatch(): boolean {
    const hasDirection = this.#length > 0 && this.#length < Number.POSITIVE_INFINITY;
    return hasDirection && (this.#threshold >= 0 || this.#candidates > 0);
  }

  /** Measures the distance to a row's face. */
  compare(row: number): void {
    for (;;) {
      const faceId = faceIdAt(this.#gallery, row);
      if (faceId === 0) return;
      const entryId = entryIdAt(this.#gallery, row);
      if (faceIdAt(this.#gallery, row) !== faceId) continue;
      const embedding = this.#gallery.embeddingOf(faceId);
      if (!embedding) {
        this.#gone.set(faceId, { faceId, entryId, distance: Number.POSITIVE_INFINITY, cosine: -1 });
        return;
      }
      const cosine = cosineWith(embedding, 0, this.unit);
      const distance =
        this.#metric === 'euclidean'
          ? distanceFrom(embedding, 0, this.#probe)
          : distanceOf(this.#metric, cosine);
      const hit = { faceId, entryId, distance, cosine };
      if (distance <= this.#threshold) this.#addMatch(hit);
      else if (this.#candidates > 0 && distance <= this.#farthest) this.#addNearMiss(hit);
      return;
    }
  }

  #addMatch(hit: GalleryHit): void {
    const known = this.#matching.get(hit.entryId);
    if (!known) {
      this.#matching.set(hit.entryId, [hit]);
      if (this.#nearMisses.delete(hit.entryId)) this.#left++;
    } else if (!this.#isSecondPass) {
      known.push(hit);
      if (known.length >= 2 * maxImagesOfEntry) this.#matching.set(hit.entryId, best(known));
    }
  }

  #addNearMiss(hit: GalleryHit): void {
    if (this.#matching.has(hit.entryId)) return;
    const known = this.#nearMisses.get(hit.entryId);
    if (!known || byDistance(hit, known) < 0) this.#nearMisses.set(hit.entryId, hit);
  }

  /**
   * Drops all near misses but the nearest. It keeps `spareEntries` more than wanted, so the result stays
   * right if at most that many turn out to match.
   * @returns true if this raised the least score
   */
  prune(): boolean {
    const kept = this.#candidates + spareEntries;
    if (this.#candidates === 0 || this.#nearMisses.size < 2 * kept) return false;
    const sorted = [...this.#nearMisses.values()].sort(byDistance);
    for (const { entryId } of sorted.slice(kept)) this.#nearMisses.delete(entryId);
    this.#farthest = (sorted[kept - 1] as GalleryHit).distance;
    this.#left = 0;
    this.#isPruned = true;
    this.leastScore = this.#scoreFor(this.#farthest);
    return true;
  }

  /**
   * Starts a second pass if near misses may have been dropped in favour of entries that turned out to match.
   * @returns true if a second pass is needed
   */
  beginsAgain(): boolean {
    if (!this.#isPruned || this.#left <= spareEntries) return false;
    this.#nearMisses.clear();
    this.#left = 0;
    this.#farthest = this.#within;
    this.#isPruned = false;
    this.#isSecondPass = true;
    this.leastScore = this.#scoreFor(this.#within);
    return true;
  }

  hits(): GalleryHit[] {
    const matches = [...this.#matching.values()].flatMap(best).sort(byDistance);
    const nearMisses = [...this.#nearMisses.values()].sort(byDistance).slice(0, this.#candidates);
    return [...matches, ...nearMisses, ...this.#gone.values()];
  }

  /** Computes the score of a face at this distance, less a margin. */
  #scoreFor(distance: number): number {
    if (distance === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
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

function byDistance(one: GalleryHit, other: GalleryHit): number {
  return one.distance - other.distance || one.faceId - other.faceId;
}

/** Returns the nearest hits of an entry. */
function best(hits: GalleryHit[]): GalleryHit[] {
  return hits.sort(byDistance).slice(0, maxImagesOfEntry);
}

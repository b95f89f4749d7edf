import type { DistanceMetric } from '../../../contract/vocabulary.ts';
import type { FaceMatch } from '../../face.ts';
import { equivalentDistance, similarityAt } from '../models/calibration.ts';
import { isInstalled } from '../models/installed.ts';
import {
  type EmbedderName,
  type EmbeddingModel,
  type EmbeddingModelName,
  otherVersions,
} from '../models/models.ts';
import { compareEmbeddings, distanceOf } from './distance.ts';
import type { EmbeddingStore, GalleryFace } from './embedding-store.ts';
import { Gallery } from './gallery.ts';
import type { SharedGallery } from './gallery-memory.ts';
import type { GalleryHit, GallerySearch } from './search.ts';
import { cosineDistance } from './threshold-limits.ts';

/** A version of the model, with the faces that are enrolled for it. */
interface VersionGallery {
  readonly model: EmbeddingModel;
  readonly gallery: Gallery;
}

/** Parameters of a search. */
export interface Wanted {
  readonly metric: DistanceMetric;
  /** Largest distance of a match, in the metric, on the scale of the version in use. */
  readonly threshold: number;
  /** Limit on the near misses. */
  readonly candidates: number;
  /** Largest distance of a near miss, on the same scale; any unless set. */
  readonly within?: number;
}

/** Distance and similarity on the scale of the version in use. */
export interface Nearness {
  readonly distance: number;
  /** Similarity, 0..100. */
  readonly similarity: number;
}

/** Result of a search in several versions' galleries, for one face. */
export interface Found {
  /** Matches, then near misses, best first. */
  readonly neighbours: readonly FaceMatch[];
  /**
   * True if a face that was found has since been moved to the version in use, or removed; then the search
   * must be repeated.
   */
  readonly isOutdated: boolean;
}

/**
 * One model's enrolled faces: those of the version in use, and those of other versions until they are
 * enrolled anew. So people match at all times, also after a change of the version. Distances in another
 * version are converted to the scale of the one in use: the same share of strangers lies within both.
 *
 * A face moves only from another version to the one in use. So a search misses none, if it reads the other
 * versions first and the one in use last.
 */
export class ModelGallery {
  readonly #name: EmbeddingModelName;
  readonly #current: VersionGallery;
  readonly #others: readonly VersionGallery[];

  /**
   * @param share is called with each version's memory to search, now and whenever it was enlarged
   * @param usable the versions whose faces can still be matched
   */
  constructor(
    store: EmbeddingStore,
    name: EmbeddingModelName,
    model: EmbeddingModel,
    share: (embedder: EmbedderName, gallery: SharedGallery) => void,
    usable: readonly string[],
  ) {
    const galleryOf = (version: EmbeddingModel): VersionGallery => {
      const gallery = new Gallery(store, version, (shared) => share(version.embedder, shared), usable);
      return { model: version, gallery };
    };
    this.#name = name;
    this.#current = galleryOf(model);
    this.#others = otherVersions(name, model)
      .filter(({ embedder }) => isInstalled(embedder))
      .map(galleryOf);
  }

  /** Takes over what another process changed, see `Gallery.refresh`. */
  refresh(): void {
    for (const { gallery } of [...this.#others, this.#current]) gallery.refresh();
  }

  /**
   * Adds a face to the version in use in the database, in place of its image's faces in other versions.
   * @returns a function that updates the memory; call it after the commit
   */
  insert(face: GalleryFace, embedding: Float32Array): () => void {
    const { gallery } = this.#current;
    gallery.insert(face, embedding);
    const dropOthers = deleteFrom(this.#others, face.imageId);
    return () => {
      gallery.takeOver();
      dropOthers();
    };
  }

  /**
   * Deletes an image's faces from the database.
   * @returns a function that drops them from the memory; call it after the commit
   */
  delete(imageId: string): () => void {
    return deleteFrom(this.#versions, imageId);
  }

  /** Name of the version in use. */
  get version(): string {
    return this.#current.model.version;
  }

  /** Names of all versions. */
  get versionNames(): string[] {
    return this.#versions.map(({ model }) => model.version);
  }

  /** Reads the embeddings of those images that are enrolled for the version in use. */
  embeddingsOf(imageIds: readonly string[]): Map<string, Float32Array> {
    const faces = this.#current.gallery.getAmong(imageIds);
    return new Map(faces.map(({ imageId, embedding }) => [imageId, embedding]));
  }

  get size(): number {
    return this.#versions.reduce((sum, { gallery }) => sum + gallery.size, 0);
  }

  /** Embedders that a probe needs for comparison with every enrolled face. */
  get embedders(): EmbedderName[] {
    return this.#inUse.map(({ model }) => model.embedder);
  }

  /** Lists the searches that find a face in every version. */
  searches({ metric, threshold, candidates, within }: Wanted): GallerySearch[] {
    return this.#inUse.map(({ model }) => {
      const { embedder } = model;
      if (model === this.#current.model)
        return { embedder, metric, threshold, candidates, ...(within !== undefined && { within }) };
      const converted = (distance: number) =>
        this.#fromCurrent(model, cosineDistance(this.#name, metric, distance) ?? Number.POSITIVE_INFINITY);
      const limits = {
        threshold: converted(threshold),
        candidates,
        ...(within !== undefined && { within: converted(within) }),
      };
      return { embedder, metric: 'cosine', ...limits };
    });
  }

  /**
   * Converts the hits of searches to matches, on the scale of the version in use.
   * @param searches the searches that were run
   * @param hits one list for each of them
   */
  found(
    searches: readonly GallerySearch[],
    hits: readonly (readonly GalleryHit[])[],
    { metric, threshold, candidates, within = Number.POSITIVE_INFINITY }: Wanted,
  ): Found {
    const neighbours = new Map<string, FaceMatch>();
    let isOutdated = false;
    searches.forEach(({ embedder }, index) => {
      const { gallery, model } = this.#versions.find(
        (one) => one.model.embedder === embedder,
      ) as VersionGallery;
      for (const hit of hits[index] ?? []) {
        const face = gallery.get(hit.faceId);
        const nearness = this.#nearnessOf(model, hit, metric);
        if (!face) isOutdated ||= model !== this.#current.model;
        // It was enrolled during the search, whose view of the store was older.
        else if (hit.distance === Number.POSITIVE_INFINITY) isOutdated = true;
        // The version in use comes last: its result replaces an older one if a face has moved meanwhile.
        else if (nearness.distance <= threshold || candidates > 0)
          neighbours.set(face.imageId, matchOf(face, nearness));
        else neighbours.delete(face.imageId);
      }
    });
    // Sorting is stable, so faces at the same distance keep their order.
    const sorted = [...neighbours.values()].sort((one, other) => one.distance - other.distance);
    const matches = sorted.filter(({ distance }) => distance <= threshold);
    const known = new Set(matches.map(({ entryId }) => entryId));
    const misses = sorted.filter(({ distance, entryId }) => {
      if (distance <= threshold || distance > within || known.has(entryId)) return false;
      return known.add(entryId);
    });
    return { neighbours: [...matches, ...misses.slice(0, candidates)], isOutdated };
  }

  /** Compares a probe with the faces of those images that have one, nearest first. */
  compareWith(
    embeddings: Readonly<Partial<Record<EmbedderName, Float32Array>>>,
    imageIds: readonly string[],
    metric: DistanceMetric,
  ): (GalleryFace & Nearness)[] {
    const compared = new Map<string, GalleryFace & Nearness>();
    for (const { gallery, model } of this.#versions) {
      const probe = embeddings[model.embedder];
      if (!probe) continue;
      for (const { embedding, ...face } of gallery.getAmong(imageIds)) {
        const isCurrent = model === this.#current.model;
        const { distance, cosine } = compareEmbeddings(probe, embedding, isCurrent ? metric : 'cosine');
        const nearness = this.#nearnessOf(model, { distance, cosine }, metric);
        compared.set(face.imageId, { ...face, ...nearness });
      }
    }
    return [...compared.values()].sort((one, other) => one.distance - other.distance);
  }

  /** All versions, the one in use last. */
  get #versions(): VersionGallery[] {
    return [...this.#others, this.#current];
  }

  /** Versions that have a face, and the one in use. */
  get #inUse(): VersionGallery[] {
    return this.#versions.filter((one) => one === this.#current || one.gallery.size > 0);
  }

  /** Converts a cosine distance of the version in use to another version. */
  #fromCurrent({ calibration }: EmbeddingModel, cosine: number): number {
    return equivalentDistance(cosine, this.#current.model.calibration, calibration);
  }

  #nearnessOf(
    model: EmbeddingModel,
    { distance, cosine }: Pick<GalleryHit, 'distance' | 'cosine'>,
    metric: DistanceMetric,
  ): Nearness {
    const { calibration } = this.#current.model;
    const own = distanceOf('cosine', cosine);
    if (model === this.#current.model) return { distance, similarity: similarityAt(calibration, own) };
    const equivalent = equivalentDistance(own, model.calibration, calibration);
    // Only models whose embeddings have length 1 have several versions.
    const same = metric === 'euclidean' ? 'euclidean_l2' : metric;
    return { distance: distanceOf(same, 1 - equivalent), similarity: similarityAt(calibration, equivalent) };
  }
}

function matchOf({ entryId, imageId, box }: GalleryFace, nearness: Nearness): FaceMatch {
  return { entryId, imageId, target: box, ...nearness, identity: null, metadata: null };
}

function deleteFrom(versions: readonly VersionGallery[], imageId: string): () => void {
  const deleted = versions.map(({ gallery }) => ({ gallery, id: gallery.delete(imageId) }));
  return () => {
    for (const { gallery, id } of deleted) if (id !== undefined) gallery.drop(id);
  };
}

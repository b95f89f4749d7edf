import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DistanceMetric } from '../../../contract/vocabulary.ts';
import { BackendUnavailableError } from '../../../errors.ts';
import type {
  KeptFaceNumbers,
  KeptFaceReader,
  KeptFaces,
  KeptShare,
  ReaderPlace,
} from './embedding-store.ts';
import {
  capacityOf,
  codeOf,
  codeSize,
  createSharedGallery,
  type SharedGallery,
  useRows,
  writeRow,
} from './gallery-memory.ts';
import { searchGallery } from './search.ts';

/** A search among the kept faces of one version. */
export interface KeptSearch {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Number of faces, roughly: many are read by two threads. */
  readonly faces: number;
  readonly probes: readonly Float32Array[];
  readonly metric: DistanceMetric;
  /** Largest distance of a match, in the metric. */
  readonly threshold: number;
}

/** A kept face that matches a probe, with the nearest one. */
export interface KeptHit {
  readonly processedId: number;
  readonly faceIndex: number;
  readonly distance: number;
  /** Cosine of the angle to the nearest probe, -1..1. */
  readonly cosine: number;
}

export interface KeptTask {
  readonly place: ReaderPlace;
  readonly search: KeptSearch;
  readonly share: KeptShare;
}

/** Number of faces that are worth the start of a second thread, which takes as long as 50,000 faces. */
const manyFaces = 200_000;

/**
 * Compares each kept face with the probes, on threads of their own: the faces' codes are read once, and no
 * request waits for it.
 * @returns the matching faces, nearest first
 * @throws BackendUnavailableError
 */
export async function searchKept(faces: KeptFaces, search: KeptSearch): Promise<KeptHit[]> {
  const place = faces.readerPlace();
  if (search.probes.length === 0) return [];
  if (place === undefined) return nearestFirst(compareKept(faces, search, { index: 0, of: 1 }));
  const of = search.faces < manyFaces || availableParallelism() === 1 ? 1 : 2;
  const workers = Array.from({ length: of }, (_, index) => {
    const task: KeptTask = { place, search, share: { index, of } };
    return new Worker(new URL('./kept-worker.ts', import.meta.url), { workerData: task });
  });
  try {
    const answers = await Promise.all(workers.map((worker) => once(worker, 'message')));
    return nearestFirst((answers as [KeptHit[]][]).flatMap(([hits]) => hits));
  } catch (cause) {
    throw new BackendUnavailableError('The kept faces could not be searched.', 10, { cause });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function nearestFirst(hits: KeptHit[]): KeptHit[] {
  return hits.sort((one, other) => one.distance - other.distance || other.processedId - one.processedId);
}

/** Compares a share of the kept faces on this thread; returns those that match, in no order. */
export function compareKept(
  reader: Pick<KeptFaceReader, 'rows' | 'face'>,
  { version, since, metric, threshold, probes }: KeptSearch,
  share: KeptShare,
): KeptHit[] {
  const dimensions = probes[0]?.length ?? 0;
  const faceOf = (id: number) => {
    const face = reader.face(id);
    return face?.embedding.length === dimensions ? face : undefined;
  };
  const batch = new KeptBatch(dimensions, faceOf, { metric, threshold, probes });
  const hits: KeptHit[] = [];
  for (const [id, processedId, code] of reader.rows(version, since, share)) {
    const isCode = code?.length === codeSize(dimensions);
    batch.add(id, processedId, isCode ? code : codeOfFace(faceOf(id)));
    if (batch.isFull) hits.push(...batch.compare());
  }
  hits.push(...batch.compare());
  return hits;
}

/** Computes the code of a face that an earlier version kept without one. */
function codeOfFace(face: KeptFaceNumbers | undefined): Uint8Array | undefined {
  return face && codeOf(face.embedding);
}

type Wanted = Pick<KeptSearch, 'metric' | 'threshold' | 'probes'>;

/** Faces that are compared at once: their codes lie in memory, and few embeddings are read. */
class KeptBatch {
  readonly #gallery: SharedGallery;
  readonly #faceOf: KeptFaceReader['face'];
  readonly #wanted: Wanted;
  readonly #faces: { readonly id: number; readonly processedId: number }[] = [];

  constructor(dimensions: number, faceOf: KeptFaceReader['face'], wanted: Wanted) {
    this.#gallery = createSharedGallery(dimensions);
    this.#faceOf = faceOf;
    this.#wanted = wanted;
  }

  get isFull(): boolean {
    return this.#faces.length === capacityOf(this.#gallery);
  }

  /** Adds a face; does nothing without a code, for then the face is gone. */
  add(id: number, processedId: number, code: Uint8Array | undefined): void {
    if (!code) return;
    const row = this.#faces.push({ id, processedId }) - 1;
    // A search names a row by the number of its face, which is above 0.
    writeRow(this.#gallery, row, { faceId: row + 1, entryId: row + 1 }, code);
  }

  /** Compares the faces that were added, and begins anew without any. */
  compare(): KeptHit[] {
    const { metric, threshold, probes } = this.#wanted;
    useRows(this.#gallery, this.#faces.length);
    const placeOf = (faceId: number) => this.#faces[faceId - 1] as { id: number; processedId: number };
    const embeddingOf = (faceId: number) => this.#faceOf(placeOf(faceId).id)?.embedding;
    const found = searchGallery({ ...this.#gallery, embeddingOf }, probes, metric, threshold);
    const nearest = new Map<number, { readonly distance: number; readonly cosine: number }>();
    for (const { faceId, distance, cosine } of found.flat()) {
      const known = nearest.get(faceId);
      // A face at an infinite distance is gone.
      if (distance <= threshold && !(known && known.distance <= distance))
        nearest.set(faceId, { distance, cosine });
    }
    const hits = [...nearest].flatMap(([faceId, nearness]) => {
      const { id, processedId } = placeOf(faceId);
      const face = this.#faceOf(id);
      return face ? [{ processedId, faceIndex: face.faceIndex, ...nearness }] : [];
    });
    this.#faces.length = 0;
    return hits;
  }
}

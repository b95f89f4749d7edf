import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DistanceMetric } from '../../../contract/vocabulary.ts';
import { BackendUnavailableError } from '../../../errors.ts';
import { cosineWith, distanceFrom, distanceOf, unitOf } from './distance.ts';
import {
  floatsOf,
  type KeptFaceReader,
  type KeptFaces,
  type KeptShare,
  type ReaderPlace,
} from './embedding-store.ts';

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

/** Number of faces that are worth the start of a second thread. */
const manyFaces = 20_000;

/**
 * Compares each kept face with the probes, on threads of their own: the faces are read once, and no request
 * waits for it.
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
  reader: Pick<KeptFaceReader, 'rows'>,
  search: KeptSearch,
  share: KeptShare,
): KeptHit[] {
  const { version, since, metric, threshold } = search;
  const probes = search.probes.map((probe) => {
    const exact = Float64Array.from(probe);
    return { exact, unit: unitOf(exact).unit };
  });
  const hits: KeptHit[] = [];
  for (const [, processedId, faceIndex, bytes] of reader.rows(version, since, share)) {
    const face = floatsOf(bytes);
    let nearest: KeptHit | undefined;
    for (const { exact, unit } of probes) {
      if (unit.length !== face.length) continue;
      const cosine = cosineWith(face, 0, unit);
      const distance = metric === 'euclidean' ? distanceFrom(face, 0, exact) : distanceOf(metric, cosine);
      if (distance <= threshold && !(nearest && nearest.distance <= distance))
        nearest = { processedId, faceIndex, distance, cosine };
    }
    if (nearest) hits.push(nearest);
  }
  return hits;
}

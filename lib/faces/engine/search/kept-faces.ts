import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { DistanceMetric } from '../../../contract/vocabulary.ts';
import { BackendUnavailableError } from '../../../errors.ts';
import { cosineWith, distanceFrom, distanceOf, unitOf } from './distance.ts';
import { floatsOf, type KeptFaceReader, type KeptFaces, type ReaderPlace } from './embedding-store.ts';

/** A search among the kept faces of one version. */
export interface KeptSearch {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly since: number;
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
}

/**
 * Compares each kept face with the probes, on a thread of its own: the faces are read once, and no request
 * waits for it.
 * @returns the matching faces, nearest first
 * @throws BackendUnavailableError
 */
export async function searchKept(faces: KeptFaces, search: KeptSearch): Promise<KeptHit[]> {
  const place = faces.readerPlace();
  if (search.probes.length === 0) return [];
  if (place === undefined) return compareKept(faces, search);
  const task: KeptTask = { place, search };
  const worker = new Worker(new URL('./kept-worker.ts', import.meta.url), { workerData: task });
  try {
    const [hits] = (await once(worker, 'message')) as [KeptHit[]];
    return hits;
  } catch (cause) {
    throw new BackendUnavailableError('The kept faces could not be searched.', 10, { cause });
  } finally {
    await worker.terminate();
  }
}

/** Compares on this thread. */
export function compareKept(reader: Pick<KeptFaceReader, 'rows'>, search: KeptSearch): KeptHit[] {
  const { version, since, metric, threshold } = search;
  const probes = search.probes.map((probe) => {
    const exact = Float64Array.from(probe);
    return { exact, unit: unitOf(exact).unit };
  });
  const hits: KeptHit[] = [];
  for (const [, processedId, faceIndex, bytes] of reader.rows(version, since)) {
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
  return hits.sort((one, other) => one.distance - other.distance || other.processedId - one.processedId);
}

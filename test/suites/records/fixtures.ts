import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { ImageProcessingResult, MatchedEntry } from '../../../lib/contract/shapes.ts';
import type {
  EntryRecord,
  ImageRecord,
  NewImage,
  RecordedFace,
  RecordStatus,
} from '../../../lib/records/entry.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import type { ProcessedResult, Stamp } from '../../../lib/records/processed.ts';

/** An empty record store for one test. */
export interface OpenedRecords {
  readonly store: RecordStore;
  /** Opens another store on the same data, as a second process would. */
  another(): Promise<RecordStore>;
  /** Closes every store on the data, and removes the data. */
  remove(): Promise<void>;
  /** Share (0..1) of the random cases to try; 1 by default. Over a network they take long. */
  readonly shareOfCases?: number;
}

/** Gives the number of cases of a property to try, out of `all`. */
export function cases(all: number, { shareOfCases = 1 }: OpenedRecords): { numRuns: number } {
  return { numRuns: Math.ceil(all * shareOfCases) };
}

export const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function newImage(entryId: number): NewImage {
  const id = randomUUID();
  const file = { name: 'Ünï "1".jpg', sizeBytes: 12_345, width: 640, height: 480 };
  return { id, entryId, key: `blacklist/${entryId}/${id}.jpg`, file };
}

export const enrolledFace: RecordedFace = {
  id: 'face-1',
  box: { x: 1, y: 2, w: 30, h: 40 },
  quality: { brightness: 61.25, sharpness: 74.5, pose: { roll: -2.125, yaw: 6, pitch: 0 } },
};

/** Adds a pending image to the entry. */
export async function addImage(store: RecordStore, entryId: number): Promise<ImageRecord> {
  const image = await store.createImage(newImage(entryId));
  if (!image) throw new Error('The id of the new image was taken.');
  return image;
}

export async function getImage(store: RecordStore, imageId: string): Promise<ImageRecord | undefined> {
  return (await store.getImages([imageId])).get(imageId);
}

/** Lists the images with that status. */
export async function imagesOf(store: RecordStore, status: RecordStatus): Promise<ImageRecord[]> {
  const images: ImageRecord[] = [];
  for await (const image of store.listImagesByStatus(status)) images.push(image);
  return images;
}

/** Makes a shown entry with one shown image. */
export async function activeEntry(
  store: RecordStore,
  name: string,
): Promise<{ entry: EntryRecord; imageId: string }> {
  const { id: entryId } = await store.createEntry({ name, reason: 'theft' });
  const { id: imageId } = await addImage(store, entryId);
  await store.activateImage(imageId, enrolledFace);
  const entry = await store.activateEntry(entryId);
  expect(entry).toMatchObject({ id: entryId, status: 'ACTIVE', imageCount: 1 });
  return { entry: entry as EntryRecord, imageId };
}

/** Makes the entry of a match that has no more than a name. */
export function plainEntry(id: number, name: string, reason: string | null = null): MatchedEntry {
  return { id, name, reason, severity: null, category: null, notes: null, expires_at: null };
}

/** Makes an answer with one face, which has a match at each of these distances. */
export function processedResult(distances: readonly number[] = [0.25]): ProcessedResult {
  return {
    image_path_or_identifier: 'door.jpg',
    faces: [
      {
        face_index: 0,
        facial_area: {
          x: 10,
          y: 20,
          w: 30,
          h: 40,
          left_eye: [30, 30],
          right_eye: [20, 30],
          nose: null,
          mouth_left: null,
          mouth_right: null,
        },
        confidence: 0.987654321,
        blacklist_matches: distances.map((distance) => ({
          identity: '/data/blacklist/1/a.jpg',
          target_x: 1,
          target_y: 2,
          target_w: 3,
          target_h: 4,
          source_x: 10,
          source_y: 20,
          source_w: 30,
          source_h: 40,
          threshold: 0.6,
          distance,
          similarity: 75,
          aws_similarity: null,
          aws_face_id: null,
          model: 'MobileFaceNet',
          detector_backend: 'mediapipe',
          similarity_metric: 'cosine',
          entry: plainEntry(1, 'Ada'),
          image_id: '0b9f4c52-6f0e-4d5e-9c1a-3a7f5f0c1d2e',
          review: null,
        })),
        candidates: null,
        near_misses: [],
        quality: { brightness: 60, sharpness: 70, pose: { roll: 0, yaw: 1.5, pitch: 0 } },
        verdict: 'match',
        verdict_reasons: [],
      },
    ],
    error: null,
    saved_image_path: '/data/processed/2025-01-31/a-annotated.jpg',
    original_image_path: '/data/processed/2025-01-31/a-original.jpg',
    has_blacklist_match: true,
    has_near_miss: false,
    verdict: 'match',
    verdict_reasons: [],
    cropped_face_path: null,
    source: null,
    reference: null,
    camera: null,
    track: null,
    warnings: null,
  };
}

/**
 * Makes an answer that shows these entries, the best match first. Without entries, the picture has no match.
 */
export function resultShowing(...entryIds: number[]): ProcessedResult {
  const result = processedResult(entryIds.map((_, index) => (index + 1) / 1000));
  const faces = result.faces.map((face) => ({
    ...face,
    blacklist_matches: face.blacklist_matches.map((match, index) => ({
      ...match,
      entry: { ...match.entry, id: entryIds[index] as number },
    })),
  }));
  return { ...result, faces, has_blacklist_match: entryIds.length > 0 };
}

/** Makes an answer whose face only nearly matches entries of these ids. */
export function resultNearly(...entryIds: number[]): ProcessedResult {
  const result = resultShowing(...entryIds);
  const faces = result.faces.map((face) => ({
    ...face,
    blacklist_matches: [],
    near_misses: face.blacklist_matches,
    verdict: 'possible' as const,
  }));
  return { ...result, faces, has_blacklist_match: false, has_near_miss: true, verdict: 'possible' };
}

/** Gives the answer as the store returns it. */
export function recorded(result: ProcessedResult, { id, timestamp }: Stamp): ImageProcessingResult {
  return { ...result, db_id: id, processing_timestamp: timestamp };
}

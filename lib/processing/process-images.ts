import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import { refuseLostGallery } from '../blacklist/lost-gallery.ts';
import type { Config } from '../config.ts';
import type { ProcessImagesRequest } from '../contract/process-images.ts';
import type { BlacklistMatch, DetectedFace, ImageProcessingResult } from '../contract/shapes.ts';
import { isUnusablePicture, NoUsableImageError } from '../errors.ts';
import type { MatchResult } from '../faces/port.ts';
import { processedKeys } from '../images/key.ts';
import { decodePicture } from '../inputs/decode.ts';
import type { Picture } from '../inputs/picture.ts';
import { identifierOf } from '../inputs/read.ts';
import type { Ports } from '../ports.ts';
import type { RecordStore } from '../records/port.ts';
import { allSettled } from '../settled.ts';
import { cropFace, drawBoxes } from './render.ts';

type RenderSettings = Pick<Config, 'drawBoundingBoxes' | 'croppedFacePaddingRatio'>;

/** A picture is not begun that might not be done in time: what was found in the others would be lost with the request. */
const neededMs = 14_000;
const noTimeLeft = 'There was no time left for this picture: send it again, with fewer others.';

/**
 * Looks for listed people in each picture and keeps the results. One that can't be read has its `error` in its own result; a backend
 * or a store that fails, fails the request.
 * @param remainingMs how long the request may still take.
 * @throws NoUsableImageError when there is no picture.
 * @throws BackendUnavailableError also when nobody can be found, because the gallery is lost.
 */
export async function processImages(
  ports: Ports,
  settings: RenderSettings,
  { images, ...overrides }: ProcessImagesRequest,
  remainingMs: () => number = () => Number.POSITIVE_INFINITY,
): Promise<ImageProcessingResult[]> {
  if (images.length === 0) throw new NoUsableImageError('No images provided.');
  // One request's pictures take turns with those of others, and a slow URL keeps nobody else waiting.
  const limit = pLimit(ports.pictureSlots.concurrency);
  return allSettled(
    images.map((input) =>
      limit(async () => {
        if (remainingMs() < neededMs) return unreadableResult(identifierOf(input), noTimeLeft);
        return processInput(ports, settings, input, overrides);
      }),
    ),
  );
}

async function processInput(
  ports: Ports,
  settings: RenderSettings,
  input: string,
  overrides: Omit<ProcessImagesRequest, 'images'>,
): Promise<ImageProcessingResult> {
  const identifier = identifierOf(input);
  try {
    const bytes = await ports.inputs.read(input);
    return await ports.pictureSlots(async () =>
      processPicture(ports, settings, identifier, await decodePicture(bytes), overrides),
    );
  } catch (error) {
    if (isUnusablePicture(error)) return unreadableResult(identifier, error.message);
    throw error;
  }
}

function unreadableResult(identifier: string, error: string): ImageProcessingResult {
  return {
    image_path_or_identifier: identifier,
    faces: [],
    error,
    db_id: null,
    saved_image_path: null,
    original_image_path: null,
    processing_timestamp: null,
    has_blacklist_match: null,
    cropped_face_path: null,
  };
}

/** Matches, draws, stores the pictures, and then the record that names them; without the record, no picture stays. */
async function processPicture(
  { faces, images, records }: Ports,
  { drawBoundingBoxes, croppedFacePaddingRatio }: RenderSettings,
  identifier: string,
  picture: Picture,
  overrides: Omit<ProcessImagesRequest, 'images'>,
): Promise<ImageProcessingResult> {
  const pictureId = randomUUID();
  const keys = processedKeys(pictureId, new Date(), picture.format);
  const store = async (key: string, jpeg: Promise<Uint8Array>) => images.put(key, await jpeg, 'image/jpeg');
  try {
    // The original is written while the engine computes.
    const [found] = await allSettled([
      faces.match(picture, {
        detectorBackend: overrides.detector_backend,
        modelName: overrides.model_name,
        distanceMetric: overrides.distance_metric,
        threshold: overrides.threshold,
      }),
      images.put(keys.original, picture.original, `image/${picture.format}`),
    ]);
    if (!found.hasGallery) await refuseLostGallery({ records });
    const shown = await shownFaces({ images, records }, found);
    const [largest] = found.faces;
    const boxes = found.faces.map(({ area }, index) => ({
      box: area,
      isMatch: (shown[index]?.blacklist_matches.length ?? 0) > 0,
    }));
    await allSettled([
      largest && store(keys.crop, cropFace(picture, largest.area, croppedFacePaddingRatio)),
      drawBoundingBoxes && largest && store(keys.annotated, drawBoxes(picture, boxes)),
    ]);
    const original = images.location(keys.original);
    const result = {
      image_path_or_identifier: identifier,
      faces: shown,
      error: null,
      saved_image_path: drawBoundingBoxes && largest ? images.location(keys.annotated) : original,
      original_image_path: original,
      has_blacklist_match: boxes.some(({ isMatch }) => isMatch),
      cropped_face_path: largest ? images.location(keys.crop) : null,
    };
    const { id, timestamp } = await records.addProcessed(pictureId, result);
    return { ...result, db_id: id, processing_timestamp: timestamp };
  } catch (error) {
    if (!(await mayBeKept(records, pictureId))) {
      await Promise.allSettled(Object.values(keys).map((key) => images.delete(key)));
    }
    throw error;
  }
}

/** Whether there may be a record all the same: an answer can get lost. Pictures without one are found by the sweep. */
async function mayBeKept(records: RecordStore, pictureId: string): Promise<boolean> {
  try {
    return (await records.findProcessed([pictureId])).has(pictureId);
  } catch {
    return true;
  }
}

/** The faces as clients see them: of their matches, those whose entry and image are shown now. */
async function shownFaces(
  { images, records }: Pick<Ports, 'images' | 'records'>,
  { faces, model, detectorBackend, metric, threshold }: MatchResult,
): Promise<DetectedFace[]> {
  const active = await records.findActive([
    ...new Set(faces.flatMap(({ matches }) => matches.map(({ imageId }) => imageId))),
  ]);
  return faces.map(({ area, confidence, matches }, index) => ({
    face_index: index,
    facial_area: area,
    confidence,
    blacklist_matches: matches.flatMap((match): BlacklistMatch[] => {
      const listed = active.get(match.imageId);
      if (!listed) return [];
      const { id, name, reason } = listed.entry;
      const target = match.target ?? listed.image.face?.box;
      return [
        {
          identity: match.identity ?? images.location(listed.image.key),
          target_x: target?.x ?? null,
          target_y: target?.y ?? null,
          target_w: target?.w ?? null,
          target_h: target?.h ?? null,
          source_x: area.x,
          source_y: area.y,
          source_w: area.w,
          source_h: area.h,
          threshold,
          distance: match.distance,
          similarity: match.similarity,
          aws_similarity: match.awsSimilarity,
          aws_face_id: match.awsFaceId,
          model,
          detector_backend: detectorBackend,
          similarity_metric: metric,
          entry: { id, name, reason },
        },
      ];
    }),
  }));
}
